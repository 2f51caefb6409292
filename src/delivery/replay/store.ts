import { sql, type Selectable } from 'kysely';
import { statement, type Reader, type Writer } from '../../db/index.ts';
import type { ReplayKind, ReplaysTable, ReplayState } from '../../db/schema.ts';
import { WAITING } from '../store/waiting.ts';
import { FIRST_PACE } from './pace.ts';

/** A job as it is stored, and how many of its deliveries wait. */
export type ReplayRow = Selectable<ReplaysTable> & { waiting: number };

/** A job with what only its public shape needs. */
export type ReplayRecord = ReplayRow & {
  webhookUuid: string;
  creatorUuid: string;
  /** When the event of its position happened; null: nothing of its range has been looked at. */
  reachedAt: number | null;
};

export interface NewReplay {
  uuid: string;
  webhookId: number;
  creatorId: number;
  kind: ReplayKind;
  /** Positions of the log: after the one, up to and including the other. */
  fromEvent: number;
  untilEvent: number;
  filter: string | null;
  /** Null: not counted. */
  total: number | null;
  now: number;
}

/** Answers its key. */
export async function insertReplay(tx: Writer, { now, ...replay }: NewReplay): Promise<number> {
  const { id } = await tx.query
    .insertInto('replays')
    .values({
      ...replay,
      state: 'running',
      position: replay.fromEvent,
      pace: FIRST_PACE,
      replayed: 0,
      delivered: 0,
      failed: 0,
      createdAt: now,
      updatedAt: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

export async function findReplay(reader: Reader, id: number): Promise<ReplayRow | undefined> {
  return reader.first(byKey, { id });
}

/** The job of a webhook that is not finished; there is at most one. */
export async function findUnfinished(reader: Reader, webhookId: number): Promise<ReplayRow | undefined> {
  return reader.first(unfinished, { webhookId });
}

/** Keys of the jobs that were running when the server stopped. */
export async function runningReplays(reader: Reader): Promise<number[]> {
  const rows = await reader.query
    .selectFrom('replays')
    .select('id')
    // The words of the partial index, so that finished ones are not looked at.
    .where('state', 'in', [sql.lit<ReplayState>('running'), sql.lit<ReplayState>('paused')])
    .where('state', '=', 'running')
    .execute();
  return rows.map(({ id }) => id);
}

export async function findRecord(reader: Reader, uuid: string): Promise<ReplayRecord | undefined> {
  return selectRecords(reader.query).where('replays.uuid', '=', uuid).executeTakeFirst();
}

/** Those of a webhook, newest first, below the internal key `before`. */
export async function newestRecords(
  reader: Reader,
  { webhookId, before, limit }: { webhookId: number; before: number | undefined; limit: number },
): Promise<ReplayRecord[]> {
  const rows = selectRecords(reader.query)
    .where('replays.webhookId', '=', webhookId)
    .orderBy('replays.id', 'desc')
    .limit(limit);
  return (before === undefined ? rows : rows.where('replays.id', '<', before)).execute();
}

export async function updateReplay(
  tx: Writer,
  id: number,
  changes: Partial<Pick<ReplayRow, 'state' | 'position' | 'pace' | 'replayed' | 'untilEvent' | 'total'>>,
  now: number,
): Promise<void> {
  await tx.query
    .updateTable('replays')
    .set({ ...changes, updatedAt: now })
    .where('id', '=', id)
    .execute();
}

/** Ends the jobs for somebody's webhooks: nothing is sent to those any more. */
export async function cancelReplaysOf(tx: Writer, ownerId: number, now: number): Promise<void> {
  await tx.query
    .updateTable('replays')
    .set({ state: 'cancelled', updatedAt: now })
    .where('webhookId', 'in', (eb) => eb.selectFrom('webhooks').select('id').where('ownerId', '=', ownerId))
    .where('state', 'in', ['running', 'paused'])
    .execute();
}

/** Counts what ended of a job; `gaveUp`: with one of them the receiver has shown that it is not back. */
export async function countEnded(
  tx: Writer,
  id: number,
  { delivered, failed, gaveUp }: { delivered: number; failed: number; gaveUp: boolean },
  now: number,
): Promise<void> {
  await tx.query
    .updateTable('replays')
    .set((eb) => ({
      delivered: eb('delivered', '+', delivered),
      failed: eb('failed', '+', failed),
      ...(gaveUp && { pace: FIRST_PACE }),
      updatedAt: now,
    }))
    .where('id', '=', id)
    .execute();
}

/** The newest position of the log, 0 when it is empty. */
export async function newestEvent(reader: Reader): Promise<number> {
  const row = await reader.first(newest, {});
  return row?.id ?? 0;
}

/** The internal key of a webhook. */
export async function webhookKey(reader: Reader, uuid: string): Promise<number | undefined> {
  return (await reader.first(keyOfWebhook, { uuid }))?.id;
}

/** The select that every reader of jobs starts from. */
function selectReplays(db: Reader['query']) {
  return db
    .selectFrom('replays')
    .selectAll('replays')
    .select((eb) => {
      const waiting = eb
        .selectFrom('deliveries')
        .select((deliveries) => deliveries.fn.countAll<number>().as('deliveries'))
        .whereRef('deliveries.replayId', '=', 'replays.id')
        .where('deliveries.state', '=', WAITING);
      return eb.fn.coalesce(waiting, sql.lit(0)).as('waiting');
    });
}

function selectRecords(db: Reader['query']) {
  return selectReplays(db)
    .innerJoin('webhooks', 'webhooks.id', 'replays.webhookId')
    .innerJoin('people as creator', 'creator.id', 'replays.creatorId')
    .select(['webhooks.uuid as webhookUuid', 'creator.uuid as creatorUuid'])
    .select((eb) =>
      eb
        .selectFrom('events')
        .select('events.createdAt')
        .whereRef('events.id', '<=', 'replays.position')
        .whereRef('events.id', '>', 'replays.fromEvent')
        .orderBy('events.id', 'desc')
        .limit(1)
        .as('reachedAt'),
    );
}

const byKey = statement<{ id: number }>()((db, param) => selectReplays(db).where('replays.id', '=', param('id')));

const unfinished = statement<{ webhookId: number }>()((db, param) =>
  selectReplays(db)
    .where('replays.webhookId', '=', param('webhookId'))
    .where('replays.state', 'in', [sql.lit<ReplayState>('running'), sql.lit<ReplayState>('paused')]),
);

const newest = statement()((db) => db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1));

const keyOfWebhook = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('webhooks').select('id').where('uuid', '=', param('uuid')),
);
