import { describe, expect, test } from 'vitest';
import { checkSubscription, filterKeysOf, type SubscriptionRules, type WebhookResource } from './matrix.ts';

const events = 'created updated deleted migrated all started ended joined left Created'.split(' ').concat('');

/** Spec 4.3, one row for each resource: the events that may be asked for. Everything else is refused. */
const accepted: Record<Exclude<WebhookResource, 'webhooks'>, readonly string[]> = {
  messages: ['created', 'deleted', 'all'],
  memberships: ['created', 'updated', 'deleted', 'all'],
  rooms: ['created', 'updated', 'migrated', 'all'],
  attachmentActions: ['created', 'all'],
  all: ['all'],
};
const resources = Object.keys(accepted) as (keyof typeof accepted)[];
const combinations = resources.flatMap((resource) => events.map((event) => ({ resource, event })));
const allowed = combinations.filter(({ resource, event }) => accepted[resource].includes(event));
const refused = combinations.filter(({ resource, event }) => !accepted[resource].includes(event));

const byDefault: SubscriptionRules = { allowMessagesUpdated: false };

/** What comes of asking: the subscription, or the refusal. */
function ask(resource: string, event: string, settings = byDefault): unknown {
  try {
    return checkSubscription(resource, event, settings);
  } catch (error) {
    return error;
  }
}

describe('WH-4, WH-5: resource and event', () => {
  test('webhooks can be asked for through our own API only', () => {
    expect(ask('webhooks', 'updated')).toMatchObject({ code: 'webhookResourceUnknown' });
    expect(ask('webhooks', 'updated', { ...byDefault, ours: true })).toEqual({
      resource: 'webhooks',
      event: 'updated',
    });
    expect(ask('webhooks', 'created', { ...byDefault, ours: true })).toMatchObject({ code: 'webhookEventUnknown' });
  });

  test.each(allowed)('$resource $event is accepted', ({ resource, event }) => {
    expect(ask(resource, event)).toEqual({ resource, event });
  });

  test.each(refused)('$resource $event is refused', ({ resource, event }) => {
    const others = accepted[resource].join(', ');
    expect(ask(resource, event)).toMatchObject({
      code: 'webhookEventUnknown',
      status: 400,
      message: `event '${event}' is not available for resource '${resource}': use one of ${others}.`,
    });
  });

  const elsewhere =
    'dataSources serviceApp telephony_calls telephony_conference telephony_mwi meetings recordings convergedRecordings ' +
    'meetingParticipants meetingTranscripts uc_counters adminBatchJobs';
  const nowhere = ['Messages', 'message', 'messaging', 'ALL', '', ' rooms', 'toString', '__proto__'];

  test.each([...elsewhere.split(' '), ...nowhere])('%j is no resource of this server', (resource) => {
    const others = 'messages, memberships, rooms, attachmentActions, all';
    const refusal = {
      code: 'webhookResourceUnknown',
      status: 400,
      message: `resource '${resource}' is not available on this server: use one of ${others}.`,
    };
    for (const event of events) expect(ask(resource, event)).toMatchObject(refusal);
  });

  test('the setting adds messages updated, and nothing else', () => {
    const widened = combinations.filter(
      ({ resource, event }) => !(ask(resource, event, { allowMessagesUpdated: true }) instanceof Error),
    );
    expect(widened.filter((combination) => !allowed.includes(combination))).toEqual([
      { resource: 'messages', event: 'updated' },
    ]);
    expect(widened).toHaveLength(allowed.length + 1);
  });
});

test.each<[WebhookResource, string]>([
  ['messages', 'roomId roomType personId personEmail mentionedPeople hasFiles hasAttachments'],
  ['memberships', 'roomId roomType personId personEmail isModerator isRoomHidden'],
  ['rooms', 'type isLocked'],
  ['attachmentActions', 'messageId personId roomId'],
  ['all', 'roomId roomType personId personEmail'],
])('%s can be filtered by %s', (resource, keys) => {
  expect(filterKeysOf(resource)).toEqual(keys.split(' '));
});
