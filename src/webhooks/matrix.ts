import { ApiError } from '../core/errors.ts';
import type { EventType, Resource } from '../core/events.ts';

export type WebhookResource = Exclude<Resource, 'tabs'> | 'all';
export type WebhookEvent = EventType | 'migrated' | 'all';

/** What a webhook asks to be told of. */
export interface Subscription {
  resource: WebhookResource;
  event: WebhookEvent;
}

interface Row {
  events: readonly WebhookEvent[];
  /** Keys that a filter may use. */
  filterKeys: readonly FilterKey[];
}

export type FilterKey =
  | 'roomId'
  | 'roomType'
  | 'type'
  | 'personId'
  | 'personEmail'
  | 'mentionedPeople'
  | 'messageId'
  | 'hasFiles'
  | 'hasAttachments'
  | 'isModerator'
  | 'isRoomHidden'
  | 'isLocked';

/** Spec 4.3. `rooms migrated` may be asked for and never happens. */
const matrix: Readonly<Record<WebhookResource, Row>> = {
  messages: {
    events: ['created', 'updated', 'deleted', 'all'],
    filterKeys: ['roomId', 'roomType', 'personId', 'personEmail', 'mentionedPeople', 'hasFiles', 'hasAttachments'],
  },
  memberships: {
    events: ['created', 'updated', 'deleted', 'all'],
    filterKeys: ['roomId', 'roomType', 'personId', 'personEmail', 'isModerator', 'isRoomHidden'],
  },
  rooms: { events: ['created', 'updated', 'migrated', 'all'], filterKeys: ['type', 'isLocked'] },
  attachmentActions: { events: ['created', 'all'], filterKeys: ['messageId', 'personId', 'roomId'] },
  all: { events: ['all'], filterKeys: ['roomId', 'roomType', 'personId', 'personEmail'] },
  // Ours: Webex tells nobody that it switched a webhook off (DEL-8).
  webhooks: { events: ['updated', 'all'], filterKeys: [] },
};

export interface SubscriptionRules {
  /** `messages updated` is Webex's for its sockets only, so it has to be allowed. */
  allowMessagesUpdated: boolean;
  /** Resources that Webex does not have can be asked for through our own API only. */
  ours?: boolean;
}

/**
 * The subscription that the two words name, in their exact case (WH-4, WH-5). Throws `webhookResourceUnknown` or
 * `webhookEventUnknown`.
 */
export function checkSubscription(
  resource: string,
  event: string,
  { allowMessagesUpdated, ours = false }: SubscriptionRules,
): Subscription {
  if (!isWebhookResource(resource) || (resource === 'webhooks' && !ours)) {
    const allowed = Object.keys(matrix).filter((name) => name !== 'webhooks' || ours);
    throw new ApiError('webhookResourceUnknown', { resource, allowed: allowed.join(', ') });
  }
  const events = matrix[resource].events.filter(
    (candidate) => allowMessagesUpdated || resource !== 'messages' || candidate !== 'updated',
  );
  const known = events.find((candidate) => candidate === event);
  if (known === undefined) throw new ApiError('webhookEventUnknown', { event, resource, allowed: events.join(', ') });
  return { resource, event: known };
}

export function filterKeysOf(resource: WebhookResource): readonly FilterKey[] {
  return matrix[resource].filterKeys;
}

function isWebhookResource(text: string): text is WebhookResource {
  return Object.hasOwn(matrix, text);
}
