import { flag, statement, type Reader, type Writer } from '../../db/index.ts';
import type { DeliveryState, Flag } from '../../db/schema.ts';
import { WAITING } from './waiting.ts';
import { isUntried, type Attempt, type Delivery, type Settlement } from '../delivery.ts';

/** What became of a delivery, about to be written. */
export interface Recorded {
  delivery: Delivery;
  settlement: Settlement;
  /** It comes from a slot, which is free once this is durable; else it was spilled out of its lane. */
  fromSlot: boolean;
}

/**
 * Writes what became of deliveries: a row for one that has none yet, else a change of its row while that still waits.
 * `nextChange` gives numbers greater than that of any delivery written before.
 */
export async function saveSettlements(
  tx: Writer,
  records: readonly Omit<Recorded, 'fromSlot'>[],
  { now, nextChange }: { now: number; nextChange: () => number },
): Promise<void> {
  const inserts: (DeliveryRow & { createdAt: number })[] = [];
  const updates: DeliveryRow[] = [];
  const attempts: AttemptRow[] = [];
  for (const { delivery, settlement } of records) {
    const row = rowOf(delivery, settlement, nextChange());
    if (delivery.stored) updates.push(row);
    else inserts.push({ ...row, createdAt: now });
    if ('attempt' in settlement && settlement.state !== 'delivered') attempts.push(attemptOf(row, settlement.attempt));
  }
  await tx.run(insertDelivery, inserts);
  await tx.run(updateDelivery, updates);
  await tx.run(insertAttempt, attempts);
}

/** The number of the last change of any delivery. */
export async function lastChange(reader: Reader): Promise<number> {
  const row = await reader.query
    .selectFrom('deliveries')
    .select((eb) => eb.fn.max('change').as('change'))
    .executeTakeFirst();
  return row?.change ?? 0;
}

interface DeliveryRow extends Record<string, string | number | null> {
  eventId: number;
  webhookId: number;
  state: DeliveryState;
  untried: Flag;
  reason: string | null;
  attempts: number;
  dueAt: number | null;
  roomUuid: string | null;
  revision: number | null;
  lastStatus: number | null;
  lastAttemptAt: number | null;
  lastDurationMs: number | null;
  exchange: string | null;
  change: number;
}

function rowOf(delivery: Delivery, settlement: Settlement, change: number): DeliveryRow {
  const attempt = 'attempt' in settlement ? settlement.attempt : undefined;
  const waiting = settlement.state === 'waiting';
  const afterRoom = waiting && settlement.dueAt === 'afterRoom';
  return {
    eventId: delivery.event.seq,
    webhookId: delivery.webhookId,
    state: settlement.state,
    untried: flag(isUntried(delivery, settlement)),
    reason: settlement.state === 'delivered' ? null : settlement.reason,
    attempts: delivery.attempts + (attempt ? 1 : 0),
    dueAt: waiting && settlement.dueAt !== 'afterRoom' ? settlement.dueAt : null,
    roomUuid: afterRoom ? delivery.event.roomUuid : null,
    revision: delivery.told?.revision ?? null,
    lastStatus: attempt?.status ?? null,
    lastAttemptAt: attempt?.startedAt ?? null,
    lastDurationMs: attempt ? Math.round(attempt.durationMs) : null,
    exchange: settlement.state === 'delivered' ? settlement.attempt.exchange : null,
    change,
  };
}

function attemptOf({ eventId, webhookId, attempts: number, change }: DeliveryRow, attempt: Attempt): AttemptRow {
  const { startedAt, status, error, exchange } = attempt;
  const durationMs = Math.round(attempt.durationMs);
  return { eventId, webhookId, change, number, startedAt, durationMs, status, error, exchange };
}

const insertDelivery = statement<DeliveryRow & { createdAt: number }>()((db, param) =>
  db
    .insertInto('deliveries')
    .values({
      eventId: param('eventId'),
      webhookId: param('webhookId'),
      state: param('state'),
      untried: param('untried'),
      reason: param('reason'),
      attempts: param('attempts'),
      dueAt: param('dueAt'),
      roomUuid: param('roomUuid'),
      revision: param('revision'),
      lastStatus: param('lastStatus'),
      lastAttemptAt: param('lastAttemptAt'),
      lastDurationMs: param('lastDurationMs'),
      exchange: param('exchange'),
      change: param('change'),
      createdAt: param('createdAt'),
    })
    .onConflict((conflict) => conflict.columns(['eventId', 'webhookId']).doNothing()),
);

/** What is known of the last attempt stays when there was none. */
const updateDelivery = statement<DeliveryRow>()((db, param) =>
  db
    .updateTable('deliveries')
    .set((eb) => ({
      state: param('state'),
      untried: param('untried'),
      reason: param('reason'),
      attempts: param('attempts'),
      dueAt: param('dueAt'),
      roomUuid: param('roomUuid'),
      revision: param('revision'),
      lastStatus: eb.fn.coalesce(eb.val(param('lastStatus')), eb.ref('lastStatus')),
      lastAttemptAt: eb.fn.coalesce(eb.val(param('lastAttemptAt')), eb.ref('lastAttemptAt')),
      lastDurationMs: eb.fn.coalesce(eb.val(param('lastDurationMs')), eb.ref('lastDurationMs')),
      exchange: param('exchange'),
      change: param('change'),
    }))
    .where('eventId', '=', param('eventId'))
    .where('webhookId', '=', param('webhookId'))
    .where('state', '=', WAITING),
);

interface AttemptRow extends Record<string, string | number | null> {
  eventId: number;
  webhookId: number;
  change: number;
  number: number;
  startedAt: number;
  durationMs: number;
  status: number | null;
  error: string | null;
  exchange: string;
}

/** Never a second time, and never for a delivery that was ended while the attempt was under way. */
const insertAttempt = statement<AttemptRow>()((db, param) =>
  db
    .insertInto('attempts')
    .columns(['deliveryId', 'number', 'startedAt', 'durationMs', 'status', 'error', 'exchange'])
    .expression((eb) =>
      eb
        .selectFrom('deliveries')
        .select((deliveries) => [
          'id',
          deliveries.val(param('number')).as('number'),
          deliveries.val(param('startedAt')).as('startedAt'),
          deliveries.val(param('durationMs')).as('durationMs'),
          deliveries.val(param('status')).as('status'),
          deliveries.val(param('error')).as('error'),
          deliveries.val(param('exchange')).as('exchange'),
        ])
        .where('eventId', '=', param('eventId'))
        .where('webhookId', '=', param('webhookId'))
        .where('change', '=', param('change')),
    )
    .onConflict((conflict) => conflict.columns(['deliveryId', 'number']).doNothing()),
);
