import type { Attempt, Delivery, EventReference } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import { deliveryId } from '../../delivery/delivery.ts';
import type { Exchange } from '../../delivery/exchange.ts';
import type { AttemptRow, DeliveryRow } from './store.ts';

export function presentDelivery(row: DeliveryRow, webhookUuid: string): Delivery {
  const { eventUuid, webhookId, state, attempts, lastStatus, reason, dueAt, replayUuid, lastAttemptAt } = row;
  const updatedAt = lastAttemptAt === null ? row.recordedAt : lastAttemptAt + (row.lastDurationMs ?? 0);
  return {
    id: deliveryId(eventUuid, webhookId),
    webhookId: publicId('WEBHOOK', webhookUuid),
    event: presentEvent({
      seq: row.eventId,
      uuid: eventUuid,
      resource: row.resource,
      event: row.event,
      createdAt: row.happenedAt,
    }),
    state,
    attempts,
    ...(lastStatus !== null && { status: lastStatus }),
    ...(reason !== null && { reason }),
    ...(dueAt !== null && { nextAttempt: isoTime(dueAt) }),
    ...(replayUuid !== null && { replayId: replayUuid }),
    updated: isoTime(updatedAt),
  };
}

interface EventNames {
  seq: number;
  uuid: string;
  resource: string;
  event: string;
  createdAt: number;
}

export function presentEvent({ seq, uuid, resource, event, createdAt }: EventNames): EventReference {
  return { id: uuid, sequence: seq, resource, event, created: isoTime(createdAt) };
}

/** `body`: the bytes of the notice. `standing`: headers that every request has, which are not kept with each attempt. */
export function presentAttempt(
  { number, startedAt, durationMs, status, error, exchange }: AttemptRow,
  body: string,
  standing: Readonly<Record<string, string>>,
): Attempt {
  const kept = exchange === null ? undefined : (JSON.parse(exchange) as Exchange);
  return {
    number,
    started: isoTime(startedAt),
    durationMs,
    ...(kept && { timings: kept.timings }),
    ...(status !== null && { status }),
    ...(error !== null && { error }),
    ...(kept && { request: { url: kept.url, headers: sentHeaders(kept, body, standing), body } }),
    ...(kept?.received && {
      response: { headers: { ...kept.received }, ...bodyOf(kept), truncated: kept.truncated === true },
    }),
  };
}

function bodyOf({ body }: Exchange): { body?: string; bodyBase64?: string } {
  if (!body) return {};
  return 'text' in body ? { body: body.text } : { bodyBase64: body.base64 };
}

/** With those that the HTTP client adds by itself. */
function sentHeaders(
  { url, sent }: Exchange,
  body: string,
  standing: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = Object.entries({ ...standing, ...sent }).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    host: new URL(url).host,
    connection: 'keep-alive',
    ...Object.fromEntries(own),
    'content-length': String(Buffer.byteLength(body)),
  };
}
