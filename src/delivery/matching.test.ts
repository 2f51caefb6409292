import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LoggedEvent, Resource } from '../core/events.ts';
import { parseFilter, type ActiveWebhook } from '../webhooks/index.ts';
import { judge, matches, type Sight } from './conditions.ts';
import { WebhookIndex } from './webhook-index.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const person = fc.integer({ min: 0, max: 4 }).map(uuid);
const room = fc.integer({ min: 10, max: 12 }).map(uuid);
const email = person.map((of) => `${of}@acme.example`);

const anyEvent: fc.Arbitrary<LoggedEvent> = fc.record({
  seq: fc.nat(),
  uuid: fc.uuid(),
  resource: fc.constantFrom<Resource>('messages', 'memberships', 'rooms', 'tabs'),
  event: fc.constantFrom('created' as const, 'updated' as const, 'deleted' as const),
  actorUuid: person,
  roomUuid: room,
  orgUuid: fc.constantFrom('org one', 'org two'),
  createdAt: fc.integer({ min: 0, max: 3 }),
  dataJson: fc.constant('{}'),
  facts: fc.record(
    {
      roomType: fc.constantFrom('direct' as const, 'group' as const),
      personUuid: person,
      personEmail: email,
      mentionedPeople: fc.array(person, { maxLength: 2 }),
      mentionsAll: fc.boolean(),
      isModerator: fc.boolean(),
      isLocked: fc.boolean(),
      audience: fc.array(person, { maxLength: 2 }),
    },
    { requiredKeys: ['roomType'] },
  ),
});

/** Removals are the case in which somebody who is not a member is told: half of the events are one. */
const removal = fc.tuple(anyEvent, person).map(([one, personUuid]): LoggedEvent => ({
  ...one,
  resource: 'memberships',
  event: 'deleted',
  facts: { roomType: 'group', personUuid },
}));
const event = fc.oneof(anyEvent, removal);

const filterText = fc.oneof(
  { weight: 6, arbitrary: fc.constant('') },
  room.map((id) => `roomId=${id}`),
  person.map((id) => `personId=${id}`),
  email.map((address) => `personEmail=${address}`),
  fc.constantFrom('roomType=direct', 'roomType=group'),
  fc.tuple(room, person).map(([roomId, personId]) => `personId=${personId}&roomId=${roomId}`),
);

const neverSwitched = {
  ordering: 'none',
  revision: 1,
  previousSecretUntil: null,
  disabledAt: null,
  disabledReason: null,
  disabledAfter: null,
  enabledAt: null,
} as const;

const webhooks: fc.Arbitrary<ActiveWebhook[]> = fc
  .array(
    fc.record({
      ownerUuid: person,
      ownerType: fc.constantFrom('person' as const, 'bot' as const),
      orgUuid: fc.constantFrom('org one', 'org two'),
      ownedBy: fc.constantFrom('creator' as const, 'creator' as const, 'org' as const),
      wanted: fc.constantFrom(
        ...(['messages', 'memberships', 'rooms'] as const).flatMap((resource) =>
          (['created', 'deleted', 'all'] as const).map((what) => ({ resource, event: what })),
        ),
        { resource: 'all', event: 'all' } as const,
      ),
      filterText,
      status: fc.constantFrom('active' as const, 'active' as const, 'inactive' as const),
      createdAt: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 30 },
  )
  .map((list) =>
    list.map(({ wanted, filterText: text, ...rest }, at) => {
      const allowed = wanted.resource === 'rooms' ? '' : text;
      const names = { id: at + 1, uuid: uuid(100 + at), ownerId: at, name: 'w', targetUrl: 'http://x/', appKey: 'C' };
      const webhook = { ...names, ...neverSwitched };
      return { ...webhook, ...rest, ...wanted, filter: parseFilter(wanted.resource, allowed, rest.ownerUuid) };
    }),
  );

const sight: fc.Arbitrary<Sight> = fc.record({
  members: fc.array(fc.tuple(person, fc.integer({ min: 0, max: 3 }))).map((list) => new Map(list)),
  allReachesBots: fc.boolean(),
  allowMessagesUpdated: fc.boolean(),
});

describe('matching', () => {
  test('says yes exactly when every condition of the explanation holds', () => {
    fc.assert(
      fc.property(webhooks, event, sight, (all, one, seen) => {
        for (const webhook of all) {
          expect(matches(webhook, one, seen)).toBe(judge(webhook, one, seen).every(({ holds }) => holds));
        }
      }),
    );
  });

  test('says of every condition what was looked at', () => {
    fc.assert(
      fc.property(webhooks, event, sight, (all, one, seen) => {
        for (const webhook of all) {
          const verdicts = judge(webhook, one, seen);
          expect(verdicts).toHaveLength(8 + webhook.filter.length);
          for (const { sentence } of verdicts) expect(sentence).toMatch(/^[A-Z].+\.$/);
        }
      }),
    );
  });

  test('the index leaves nobody out and asks nobody twice', () => {
    fc.assert(
      fc.property(webhooks, event, sight, (all, one, seen) => {
        const index = new WebhookIndex();
        for (const webhook of all) index.put(webhook);
        const wanted = (list: Iterable<ActiveWebhook>) =>
          [...list]
            .filter((webhook) => matches(webhook, one, seen))
            .map(({ id }) => id)
            .toSorted((a, b) => a - b);
        expect(wanted(index.candidates(one, seen.members))).toEqual(wanted(all));
      }),
      { numRuns: 500 },
    );
  });

  test('what is removed, replaced or inactive is no candidate any more', () => {
    fc.assert(
      fc.property(webhooks, event, sight, (all, one, seen) => {
        const index = new WebhookIndex();
        for (const webhook of all) index.put(webhook);
        for (const webhook of all) index.put({ ...webhook, status: 'inactive' });
        expect([...index.candidates(one, seen.members)]).toEqual([]);
        for (const webhook of all) index.put(webhook);
        for (const { id } of all) index.remove(id);
        expect([...index.candidates(one, seen.members)]).toEqual([]);
      }),
    );
  });
});
