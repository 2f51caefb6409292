import { sql } from 'kysely';
import { statement, type Reader } from '../../db/index.ts';
import type { DeliveryState } from '../../db/schema.ts';
import type { ActiveWebhook } from '../../webhooks/index.ts';

const WAITING = sql.lit<DeliveryState>('waiting');
const DELIVERED = sql.lit<DeliveryState>('delivered');

/** Deliveries before this one in which the one that its room waits for is looked for. */
const LOOK_BACK = 1_000;

/** An attempt that failed; `exchange` is what went over the wire. */
export interface FailedAttempt {
  status: number | null;
  exchange: string | null;
}

/** The last attempt of this delivery that failed. */
export async function lastFailureOf(reader: Reader, deliveryId: number): Promise<FailedAttempt | undefined> {
  return reader.first(failureOfDelivery, { deliveryId });
}

/** What a delivery waits for that waits for its room. */
export async function headOfRoom(
  reader: Reader,
  { webhookId, eventId, roomUuid }: { webhookId: number; eventId: number; roomUuid: string },
): Promise<{ eventUuid: string; reason: string | null; dueAt: number | null } | undefined> {
  const rows = await reader.all(waitingBefore, { webhookId, eventId, limit: LOOK_BACK });
  return rows.find((row) => row.dueAt !== null && row.roomUuid === roomUuid);
}

/** UUIDs of other webhooks of the same owner that ask for the same and call the same target. */
export async function duplicatesOf(reader: Reader, webhook: ActiveWebhook): Promise<string[]> {
  const { id, ownerId, targetUrl, resource, event, ownedBy, filterText = '' } = webhook;
  const rows = await reader.all(sameAs, { id, ownerId, targetUrl, resource, event, ownedBy, filter: filterText });
  return rows.map(({ uuid }) => uuid);
}

/** When the oldest event of the log happened (ms). */
export async function oldestEvent(reader: Reader): Promise<number | undefined> {
  return (await reader.first(oldest, {}))?.createdAt;
}

const failureOfDelivery = statement<{ deliveryId: number }>()((db, param) =>
  db
    .selectFrom('attempts')
    .select(['status', 'exchange'])
    .where('deliveryId', '=', param('deliveryId'))
    .where('error', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1),
);

const waitingBefore = statement<{ webhookId: number; eventId: number; limit: number }>()((db, param) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select(['events.uuid as eventUuid', 'events.roomUuid', 'deliveries.reason', 'deliveries.dueAt'])
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.state', '<>', DELIVERED)
    .where('deliveries.state', '=', WAITING)
    .where('deliveries.eventId', '<', param('eventId'))
    .orderBy('deliveries.eventId', 'desc')
    .limit(param('limit')),
);

interface Same extends Record<string, string | number> {
  id: number;
  ownerId: number;
  targetUrl: string;
  resource: string;
  event: string;
  ownedBy: 'creator' | 'org';
  filter: string;
}

const sameAs = statement<Same>()((db, param) =>
  db
    .selectFrom('webhooks')
    .select('uuid')
    .where('ownerId', '=', param('ownerId'))
    .where('targetUrl', '=', param('targetUrl'))
    .where('resource', '=', param('resource'))
    .where('event', '=', param('event'))
    .where('ownedBy', '=', param('ownedBy'))
    .where((eb) => eb(eb.fn.coalesce('filter', sql.lit('')), '=', param('filter')))
    .where('id', '<>', param('id'))
    .orderBy('id'),
);

const oldest = statement()((db) => db.selectFrom('events').select('createdAt').orderBy('id').limit(1));
