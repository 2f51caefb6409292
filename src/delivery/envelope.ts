import { publicId } from '../core/ids.ts';
import type { LoggedEvent } from '../core/events.ts';
import { noticePrefix, type ActiveWebhook } from '../webhooks/index.ts';
import type { Told } from './delivery.ts';

/**
 * The body of a notice: the webhook, who caused the event, the event's data (spec 4.5). Joined from parts that are
 * JSON already, so that it equals JSON.stringify(JSON.parse(body)) (WH-21). `told`: the webhook as the first attempt told
 * of it, so that every attempt has the same bytes (WH-20).
 */
export function noticeBody(webhook: ActiveWebhook, event: LoggedEvent, told: Told): string {
  const prefix =
    told.revision === webhook.revision
      ? prefixOf(webhook, event)
      : noticePrefix({ ...webhook, name: told.name, targetUrl: told.targetUrl }, event);
  return `${prefix},"actorId":"${publicId('PEOPLE', event.actorUuid)}","data":${event.dataJson}}`;
}

/** By webhook, then by resource and event. A webhook that is changed is another object, and its prefix another. */
const prefixes = new WeakMap<ActiveWebhook, Map<string, string>>();

function prefixOf(webhook: ActiveWebhook, event: LoggedEvent): string {
  let known = prefixes.get(webhook);
  if (!known) prefixes.set(webhook, (known = new Map<string, string>()));
  const kind = `${event.resource}/${event.event}`;
  let prefix = known.get(kind);
  if (prefix === undefined) known.set(kind, (prefix = noticePrefix(webhook, event)));
  return prefix;
}
