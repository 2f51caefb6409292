import type { Webhook, WebhookSwitch } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { isoTime } from '../core/clock.ts';
import type { LoggedEvent, Resource } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import type { ActiveWebhook } from './store.ts';

/**
 * Spec 4.1. The secret is its owner's to see: an organization's list may hold webhooks of others. What an integration is
 * trusted with does not include the secrets of the others that the person uses.
 */
export function presentWebhook(webhook: ActiveWebhook, viewer: Pick<Caller, 'uuid' | 'appKey' | 'grantId'>): Webhook {
  const sees = viewer.uuid === webhook.ownerUuid && (viewer.grantId === undefined || viewer.appKey === webhook.appKey);
  return present(webhook, sees ? webhook.secret : undefined);
}

/** For those who may look into a webhook and need not know its secret. */
export function presentWithoutSecret(webhook: ActiveWebhook): Webhook {
  return present(webhook, undefined);
}

/** `data` of `webhooks` `updated`: the webhook without its secret, and what became of it. */
export function presentSwitch(webhook: ActiveWebhook): WebhookSwitch {
  const { disabledAt, disabledReason } = webhook;
  return {
    ...presentWithoutSecret(webhook),
    ...(webhook.status === 'inactive' &&
      disabledAt !== null && { disabled: isoTime(disabledAt), reason: disabledReason ?? '' }),
  };
}

/**
 * The JSON of a notice up to and including `created`, for the rest to be appended. It tells the actual resource and
 * event, never `all`, and always `active` (spec 4.5).
 */
export function noticePrefix(
  webhook: ActiveWebhook,
  { resource, event }: Pick<LoggedEvent, 'resource' | 'event'>,
): string {
  const whole = JSON.stringify(present({ ...webhook, resource, event, status: 'active' }, undefined));
  return whole.slice(0, -1);
}

function present(
  webhook: Omit<ActiveWebhook, 'secret' | 'resource'> & { resource: Resource | 'all' },
  secret: string | undefined,
): Webhook {
  return {
    id: publicId('WEBHOOK', webhook.uuid),
    name: webhook.name,
    targetUrl: webhook.targetUrl,
    resource: webhook.resource,
    event: webhook.event,
    ...(webhook.filterText !== undefined && { filter: webhook.filterText }),
    ...(secret !== undefined && { secret }),
    orgId: publicId('ORGANIZATION', webhook.orgUuid),
    createdBy: publicId('PEOPLE', webhook.ownerUuid),
    appId: publicId('APPLICATION', webhook.appKey),
    ownedBy: webhook.ownedBy,
    status: webhook.status,
    created: isoTime(webhook.createdAt),
  };
}
