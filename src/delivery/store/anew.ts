import { sql } from 'kysely';
import { statement, type Writer } from '../../db/index.ts';
import type { DeliveryState } from '../../db/schema.ts';
import { WAITING } from './waiting.ts';

const DELIVERED = sql.lit<DeliveryState>('delivered');

export interface Anew extends Record<string, number | null> {
  eventId: number;
  webhookId: number;
  /** The replay that brings it back; null: somebody asked for it alone. */
  replayId: number | null;
  /** Greater than that of any delivery written before (`Recorder.nextChange`). */
  change: number;
  now: number;
}

/**
 * Makes a delivery wait for an attempt at once, as if it had never been tried: the same id, the same bytes, the schedule
 * from its beginning. One that never was is made. One that waits already, or whose event is no longer kept, is left
 * alone; answers whether it was not.
 */
export async function sendAnew(tx: Writer, anew: Anew): Promise<boolean> {
  const { eventId, webhookId } = anew;
  if (!(await tx.first(keptEvent, { eventId }))) return false;
  await tx.all(keepSuccess, { eventId, webhookId });
  return (await tx.first(makeWait, anew)) !== undefined;
}

const keptEvent = statement<{ eventId: number }>()((db, param) =>
  db.selectFrom('events').select('id').where('id', '=', param('eventId')),
);

/** The attempt that delivered it becomes one among others (ADR 0002). */
const keepSuccess = statement<{ eventId: number; webhookId: number }>()((db, param) =>
  db
    .insertInto('attempts')
    .columns(['deliveryId', 'number', 'startedAt', 'durationMs', 'status', 'exchange'])
    .expression((eb) =>
      eb
        .selectFrom('deliveries')
        .select(['id', 'attempts', 'lastAttemptAt', 'lastDurationMs', 'lastStatus', 'exchange'])
        .where('eventId', '=', param('eventId'))
        .where('webhookId', '=', param('webhookId'))
        .where('state', '=', DELIVERED),
    )
    .onConflict((conflict) => conflict.columns(['deliveryId', 'number']).doNothing()),
);

const makeWait = statement<Anew>()((db, param) =>
  db
    .insertInto('deliveries')
    .values({
      eventId: param('eventId'),
      webhookId: param('webhookId'),
      state: WAITING,
      untried: 0,
      reason: 'It is sent anew.',
      attempts: 0,
      dueAt: param('now'),
      replayId: param('replayId'),
      change: param('change'),
      createdAt: param('now'),
    })
    .onConflict((conflict) =>
      conflict
        .columns(['eventId', 'webhookId'])
        .doUpdateSet((eb) => ({
          state: WAITING,
          untried: 0,
          reason: eb.ref('excluded.reason'),
          attemptsBefore: eb.ref('deliveries.attempts'),
          dueAt: eb.ref('excluded.dueAt'),
          roomUuid: null,
          replayId: eb.ref('excluded.replayId'),
          exchange: null,
          change: eb.ref('excluded.change'),
        }))
        .where('deliveries.state', '<>', WAITING),
    )
    .returning('id'),
);
