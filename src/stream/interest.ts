import type { StreamQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { LoggedEvent, Resource } from '../core/events.ts';
import type { Reader } from '../db/index.ts';
import { matches } from '../delivery/conditions.ts';
import type { Matcher } from '../delivery/matcher.ts';
import { pathKey } from '../http/index.ts';
import { mayLookBehindWebhooks } from '../oauth/index.ts';
import {
  checkSubscription,
  filterMustNameVisible,
  mayRegister,
  parseFilter,
  type ActiveWebhook,
  type WebhookRegistry,
} from '../webhooks/index.ts';
import { mayFollow } from './policy.ts';
import { webhookKey } from './store.ts';

export interface InterestParts {
  reader: Reader;
  registry: WebhookRegistry;
  matcher: Pick<Matcher, 'sightOf'>;
  /** Spec 4.3: whether `messages updated` can be asked for. */
  allowMessagesUpdated: boolean;
}

/** What somebody asked to hear of, and may. */
export interface Interest {
  /** Judged by what holds when it is asked. */
  wants(event: LoggedEvent): Promise<boolean>;
  /** Undefined: no deliveries at all. */
  follows: ((webhook: ActiveWebhook) => boolean) | undefined;
}

/**
 * Refuses what a webhook of the caller's could not ask for either (WH-4…8, WH-12), and deliveries of a webhook that the
 * caller may not look at.
 */
export async function interestOf(
  parts: InterestParts,
  caller: Caller,
  query: Pick<StreamQuery, 'resource' | 'event' | 'filter' | 'deliveries'>,
): Promise<Interest> {
  const { reader, matcher, allowMessagesUpdated } = parts;
  const subscription = checkSubscription(query.resource, query.event, { allowMessagesUpdated, ours: true });
  mayRegister(caller, subscription.resource, 'creator');
  const filter = parseFilter(subscription.resource, query.filter, caller.uuid);
  await filterMustNameVisible(reader, caller, 'creator', filter);
  const asked = pretendedWebhook(caller, { ...subscription, filter });
  // Webex's `all` knows nothing of webhooks that are switched off and on. This is our API: it leaves nothing of ours out.
  const wanted: ActiveWebhook[] = asked.resource === 'all' ? [asked, { ...asked, resource: 'webhooks' }] : [asked];
  return { wants: wantedBy(matcher, wanted), follows: await followed(parts, caller, query.deliveries) };
}

/** What a caller may hear of all these resources, and of no deliveries. */
export function interestIn(
  matcher: InterestParts['matcher'],
  caller: Caller,
  resources: readonly Exclude<Resource, 'tabs'>[],
): Interest {
  const wanted = resources.map((resource) => pretendedWebhook(caller, { resource, event: 'all', filter: [] }));
  return { wants: wantedBy(matcher, wanted), follows: undefined };
}

function wantedBy(matcher: InterestParts['matcher'], webhooks: readonly ActiveWebhook[]): Interest['wants'] {
  return async (event) => {
    const sight = await matcher.sightOf(event);
    return webhooks.some((webhook) => matches(webhook, event, sight));
  };
}

async function followed(
  { reader, registry }: InterestParts,
  caller: Caller,
  deliveries: string,
): Promise<Interest['follows']> {
  if (deliveries === 'false') return undefined;
  await mayLookBehindWebhooks({ caller });
  if (deliveries === 'true') return ({ ownerId }) => ownerId === caller.personId;
  const key = await webhookKey(reader, pathKey('WEBHOOK', deliveries, 'webhookNotFound'));
  const webhook = key === undefined ? undefined : registry.get(key);
  if (!webhook || !mayFollow(caller, webhook)) throw new ApiError('webhookNotFound');
  return ({ id }) => id === webhook.id;
}

/** A webhook that is nowhere registered, for the matcher's conditions: it was always there, and asks for this. */
function pretendedWebhook(caller: Caller, asked: Pick<ActiveWebhook, 'resource' | 'event' | 'filter'>): ActiveWebhook {
  return {
    ...asked,
    id: 0,
    uuid: '',
    ownerId: caller.personId,
    ownerUuid: caller.uuid,
    ownerType: caller.type,
    orgUuid: caller.orgUuid,
    ownedBy: 'creator',
    name: '',
    targetUrl: '',
    previousSecretUntil: null,
    status: 'active',
    ordering: 'none',
    revision: 1,
    disabledAt: null,
    disabledReason: null,
    disabledAfter: null,
    enabledAt: null,
    appKey: caller.appKey,
    createdAt: 0,
  };
}
