import { sql } from 'kysely';
import { statement } from '../db/index.ts';
import type { DeliveryState, Flag, ReplayState } from '../db/schema.ts';

/** When the first event after a position happened. */
export const createdAfter = statement<{ position: number }>()((db, param) =>
  db.selectFrom('events').select('createdAt').where('id', '>', param('position')).orderBy('id').limit(1),
);

/** What waits, of each kind up to `most`: runs along the index of its kind and reads no row. */
export const countWaiting = statement<{ most: number }>()((db, param) => {
  // In the text of the statement, not parameters of it: SQLite uses a partial index only when it sees its condition.
  const waiting = db.selectFrom('deliveries').where('state', '=', sql.lit<DeliveryState>('waiting'));
  const timed = waiting.where('dueAt', 'is not', null);
  const kinds = {
    untried: timed.where('untried', '=', sql.lit<Flag>(1)),
    due: timed.where('untried', '=', sql.lit<Flag>(0)),
    room: waiting.where('dueAt', 'is', null),
  };
  const counted = (kind: keyof typeof kinds) =>
    db
      .selectFrom(kinds[kind].select(sql.lit(1).as('one')).limit(param('most')).as('some'))
      .select(({ fn }) => fn.countAll<number>().as('count'));
  return db.selectNoFrom([counted('untried').as('untried'), counted('due').as('due'), counted('room').as('room')]);
});

/** The replays of each state that is not the last. */
export const countOpenReplays = statement()((db) =>
  db
    .selectFrom('replays')
    .select(['state', ({ fn }) => fn.countAll<number>().as('jobs')])
    .where('state', 'in', [sql.lit<ReplayState>('running'), sql.lit<ReplayState>('paused')])
    .groupBy('state'),
);
