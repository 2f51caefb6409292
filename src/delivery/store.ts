import { sql } from 'kysely';
import type { EventFacts, EventType, LoggedEvent, Resource } from '../core/events.ts';
import { statement, type Reader, type Writer } from '../db/index.ts';
import type { DeliveryState } from '../db/schema.ts';
import type { Attempt, Delivery, Settlement } from './delivery.ts';

/** In the text of the statement, not a parameter of it: SQLite uses a partial index only when it sees its condition. */
const WAITING = sql.lit<DeliveryState>('waiting');

/** Writes what became of a delivery: a row when it has none yet, else a change of its row. */
export async function saveSettlement(
  tx: Writer,
  delivery: Delivery,
  settlement: Settlement,
  now: number,
): Promise<void> {
  if (settlement.state === 'delivered' && delivery.attempts === 0 && delivery.rowId === undefined) {
    return saveDeliveredAtOnce(tx, delivery, settlement.attempt, now);
  }
  const attempt = 'attempt' in settlement ? settlement.attempt : undefined;
  const attempts = delivery.attempts + (attempt ? 1 : 0);
  const outcome = {
    state: settlement.state,
    reason: settlement.state === 'delivered' ? null : settlement.reason,
    attempts,
    dueAt: settlement.state === 'waiting' ? settlement.dueAt : null,
    body: settlement.state === 'waiting' ? (delivery.body ?? null) : null,
    lastStatus: attempt?.status ?? null,
    lastAttemptAt: attempt?.startedAt ?? null,
    lastDurationMs: attempt ? Math.round(attempt.durationMs) : null,
  };
  let rowId = delivery.rowId;
  if (rowId === undefined) {
    const row = await tx.first(insertDelivery, {
      ...outcome,
      eventId: delivery.event.seq,
      webhookId: delivery.webhookId,
      createdAt: now,
    });
    rowId = row?.id;
  } else {
    await tx.all(updateDelivery, { ...outcome, id: rowId });
  }
  if (attempt && settlement.state !== 'delivered' && rowId !== undefined)
    await saveAttempt(tx, rowId, attempts, attempt);
}

/** Nearly every delivery ends here: one row, and nothing said that is the same for all of them. */
async function saveDeliveredAtOnce(tx: Writer, delivery: Delivery, attempt: Attempt, now: number): Promise<void> {
  await tx.all(insertDelivered, {
    eventId: delivery.event.seq,
    webhookId: delivery.webhookId,
    lastStatus: attempt.status,
    lastAttemptAt: attempt.startedAt,
    lastDurationMs: Math.round(attempt.durationMs),
    createdAt: now,
  });
}

async function saveAttempt(tx: Writer, deliveryId: number, number: number, attempt: Attempt): Promise<void> {
  await tx.all(insertAttempt, { ...attempt, durationMs: Math.round(attempt.durationMs), deliveryId, number });
}

/** The webhooks for which this event's delivery is recorded already. */
export async function recordedWebhooks(reader: Reader, eventId: number): Promise<ReadonlySet<number>> {
  return new Set((await reader.all(recordedOf, { eventId })).map(({ webhookId }) => webhookId));
}

export interface WaitingRow {
  rowId: number;
  dueAt: number;
  attempts: number;
  body: string | null;
  event: LoggedEvent;
}

/** The deliveries of one webhook that wait, earliest due first. */
export async function waitingOf(reader: Reader, webhookId: number, limit: number): Promise<WaitingRow[]> {
  const rows = await reader.all(waiting, { webhookId, limit });
  return rows.map(({ rowId, dueAt, attempts, body, facts, data, resource, event, ...columns }) => ({
    rowId,
    dueAt: dueAt ?? 0,
    attempts,
    body,
    event: {
      ...columns,
      resource: resource as Resource,
      event: event as EventType,
      facts: JSON.parse(facts) as EventFacts,
      dataJson: data,
    },
  }));
}

/** Whether deliveries that were never tried wait, beyond those that are loaded already. */
export async function hasUntried(reader: Reader, webhookId: number, loaded: ReadonlySet<number>): Promise<boolean> {
  const rows = await reader.all(untried, { webhookId, limit: loaded.size + 1 });
  return rows.some(({ id }) => !loaded.has(id));
}

/** For each webhook with waiting deliveries: when the first one is due. */
export async function firstDue(reader: Reader): Promise<{ webhookId: number; dueAt: number }[]> {
  const rows = await reader.query
    .selectFrom('deliveries')
    .select((eb) => ['webhookId', eb.fn.min('dueAt').as('dueAt')])
    .where('state', '=', WAITING)
    .groupBy('webhookId')
    .execute();
  return rows.map(({ webhookId, dueAt }) => ({ webhookId, dueAt: dueAt ?? 0 }));
}

/** Ends everything that waits for a webhook. */
export async function dropWaiting(tx: Writer, webhookId: number, reason: string): Promise<void> {
  await tx.query
    .updateTable('deliveries')
    .set({ state: 'dropped', reason, dueAt: null, body: null })
    .where('webhookId', '=', webhookId)
    .where('state', '=', WAITING)
    .execute();
}

interface Outcome extends Record<string, string | number | null> {
  state: DeliveryState;
  reason: string | null;
  attempts: number;
  dueAt: number | null;
  body: string | null;
  lastStatus: number | null;
  lastAttemptAt: number | null;
  lastDurationMs: number | null;
}

interface DeliveredAtOnce extends Record<string, number | null> {
  eventId: number;
  webhookId: number;
  lastStatus: number | null;
  lastAttemptAt: number;
  lastDurationMs: number;
  createdAt: number;
}

const insertDelivered = statement<DeliveredAtOnce>()((db, param) =>
  db
    .insertInto('deliveries')
    .values({
      eventId: param('eventId'),
      webhookId: param('webhookId'),
      state: sql.lit<DeliveryState>('delivered'),
      attempts: sql.lit(1),
      lastStatus: param('lastStatus'),
      lastAttemptAt: param('lastAttemptAt'),
      lastDurationMs: param('lastDurationMs'),
      createdAt: param('createdAt'),
    })
    .onConflict((conflict) => conflict.columns(['eventId', 'webhookId']).doNothing()),
);

const insertDelivery = statement<Outcome & { eventId: number; webhookId: number; createdAt: number }>()((db, param) =>
  db
    .insertInto('deliveries')
    .values({
      eventId: param('eventId'),
      webhookId: param('webhookId'),
      state: param('state'),
      reason: param('reason'),
      attempts: param('attempts'),
      dueAt: param('dueAt'),
      body: param('body'),
      lastStatus: param('lastStatus'),
      lastAttemptAt: param('lastAttemptAt'),
      lastDurationMs: param('lastDurationMs'),
      createdAt: param('createdAt'),
    })
    .onConflict((conflict) => conflict.columns(['eventId', 'webhookId']).doNothing())
    .returning('id'),
);

const updateDelivery = statement<Outcome & { id: number }>()((db, param) =>
  db
    .updateTable('deliveries')
    .set({
      state: param('state'),
      reason: param('reason'),
      attempts: param('attempts'),
      dueAt: param('dueAt'),
      body: param('body'),
      lastStatus: param('lastStatus'),
      lastAttemptAt: param('lastAttemptAt'),
      lastDurationMs: param('lastDurationMs'),
    })
    .where('id', '=', param('id'))
    .where('state', '=', WAITING),
);

type AttemptValues = Attempt & { deliveryId: number; number: number };

const insertAttempt = statement<{ [K in keyof AttemptValues]: AttemptValues[K] }>()((db, param) =>
  db.insertInto('attempts').values({
    deliveryId: param('deliveryId'),
    number: param('number'),
    startedAt: param('startedAt'),
    durationMs: param('durationMs'),
    status: param('status'),
    error: param('error'),
    responseBody: param('responseBody'),
  }),
);

const recordedOf = statement<{ eventId: number }>()((db, param) =>
  db.selectFrom('deliveries').select('webhookId').where('eventId', '=', param('eventId')),
);

const waiting = statement<{ webhookId: number; limit: number }>()((db, param) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select([
      'deliveries.id as rowId',
      'deliveries.dueAt',
      'deliveries.attempts',
      'deliveries.body',
      'events.id as seq',
      'events.uuid',
      'events.resource',
      'events.event',
      'events.actorUuid',
      'events.roomUuid',
      'events.orgUuid',
      'events.facts',
      'events.data',
      'events.createdAt',
    ])
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.state', '=', WAITING)
    .orderBy('deliveries.dueAt')
    .orderBy('deliveries.id')
    .limit(param('limit')),
);

const untried = statement<{ webhookId: number; limit: number }>()((db, param) =>
  db
    .selectFrom('deliveries')
    .select('id')
    .where('webhookId', '=', param('webhookId'))
    .where('state', '=', WAITING)
    .where('attempts', '=', 0)
    .orderBy('dueAt')
    .orderBy('id')
    .limit(param('limit')),
);
