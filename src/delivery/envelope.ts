import { publicId } from '../core/ids.ts';
import type { LoggedEvent } from '../core/events.ts';
import { noticePrefix, type ActiveWebhook } from '../webhooks/index.ts';

/**
 * The body of a notice: the webhook, who caused the event, the event's data (spec 4.5). Joined from parts that are
 * JSON already, so that it equals JSON.stringify(JSON.parse(body)) (WH-21).
 */
export function noticeBody(webhook: ActiveWebhook, event: LoggedEvent): string {
  return `${noticePrefix(webhook, event)},"actorId":"${publicId('PEOPLE', event.actorUuid)}","data":${event.dataJson}}`;
}
