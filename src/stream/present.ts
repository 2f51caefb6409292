import type { StreamDelivery, StreamEvent } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import { deliveryId } from '../delivery/delivery.ts';
import type { Message } from './following.ts';
import type { ChangedDelivery } from './store.ts';

/** JSON in one line: a `StreamEvent`, `StreamDelivery` or `StreamGap`. */
export function bodyOf(message: Message): string {
  switch (message.kind) {
    case 'event':
      return eventBody(message.event);
    case 'delivery':
      return JSON.stringify(message.delivery);
    case 'gap':
      return JSON.stringify(message.gap);
  }
}

/** Made once however many hear of it; its `data` has the bytes that webhooks carry. */
function eventBody(event: LoggedEvent): string {
  let body = bodies.get(event);
  if (body === undefined) bodies.set(event, (body = writeEvent(event)));
  return body;
}

const bodies = new WeakMap<LoggedEvent, string>();

function writeEvent({ uuid, seq, resource, event, createdAt, actorUuid, orgUuid, dataJson }: LoggedEvent): string {
  const rest: Omit<StreamEvent, 'data'> = {
    id: uuid,
    sequence: seq,
    resource,
    event,
    created: isoTime(createdAt),
    actorId: publicId('PEOPLE', actorUuid),
    orgId: publicId('ORGANIZATION', orgUuid),
  };
  return `${JSON.stringify(rest).slice(0, -1)},"data":${dataJson}}`;
}

export function presentDelivery(delivery: ChangedDelivery, webhookUuid: string): StreamDelivery {
  const { eventUuid, webhookId, state, attempts, lastStatus, reason, dueAt, lastAttemptAt, recordedAt } = delivery;
  const updatedAt = lastAttemptAt === null ? recordedAt : lastAttemptAt + (delivery.lastDurationMs ?? 0);
  return {
    id: deliveryId(eventUuid, webhookId),
    webhookId: publicId('WEBHOOK', webhookUuid),
    event: {
      id: eventUuid,
      sequence: delivery.sequence,
      resource: delivery.resource,
      event: delivery.event,
      created: isoTime(delivery.createdAt),
    },
    state,
    attempts,
    ...(lastStatus !== null && { status: lastStatus }),
    ...(reason !== null && { reason }),
    ...(dueAt !== null && { nextAttempt: isoTime(dueAt) }),
    updated: isoTime(updatedAt),
  };
}
