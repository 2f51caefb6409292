import { sql } from 'kysely';
import { statement, type Reader, type Writer } from '../../db/index.ts';
import type { ReplayState } from '../../db/schema.ts';
import { noteGone } from '../../eventlog/index.ts';
import { WAITING } from '../store/waiting.ts';

/** Deletes at most `limit` attempts that began before `time` (ms); answers how many. */
export async function deleteAttempts(tx: Writer, time: number, limit: number): Promise<number> {
  return (await tx.all(oldAttempts, { time, limit })).length;
}

/** Forgets what went over the wire when at most `limit` deliveries were made before `time` (ms); answers how many. */
export async function clearExchanges(tx: Writer, time: number, limit: number): Promise<number> {
  return (await tx.all(oldExchanges, { time, limit })).length;
}

/** A place in the deliveries, in the order of their events. */
export interface Place {
  eventId: number;
  webhookId: number;
}

/** What became of the rows that were looked at. */
export interface Looked<P> {
  gone: number;
  /** The last row; undefined: there was none. */
  last: P | undefined;
}

/** Of the next `limit` deliveries about events up to `upTo` deletes those that wait for nothing. */
export async function deleteDeliveries(
  tx: Writer,
  { eventId, webhookId }: Place,
  upTo: number,
  limit: number,
): Promise<Looked<Place>> {
  const last = (await tx.all(nextDeliveries, { eventId, webhookId, upTo, limit })).at(-1);
  if (!last) return { gone: 0, last };
  const range = { eventId, webhookId, lastEventId: last.eventId, lastWebhookId: last.webhookId };
  return { gone: (await tx.all(doneDeliveries, range)).length, last };
}

/** Of the next `limit` events up to `upTo` deletes those about which no delivery is left. */
export async function deleteEvents(tx: Writer, after: number, upTo: number, limit: number): Promise<Looked<number>> {
  const last = (await tx.all(nextEvents, { after, upTo, limit })).at(-1)?.id;
  if (last === undefined) return { gone: 0, last };
  const gone = (await tx.all(eventsWithoutDelivery, { after, last })).map(({ id }) => id);
  if (gone.length > 0) await noteGone(tx, Math.max(...gone));
  return { gone: gone.length, last };
}

/** The next `limit` webhooks that deliveries name, in order, and whether they still exist. */
export async function namedWebhooks(
  reader: Reader,
  after: number,
  limit: number,
): Promise<{ id: number; exists: 0 | 1 }[]> {
  // From one webhook to the next, through the index, however many deliveries each has.
  const { rows } = await sql<{ id: number; exists: 0 | 1 }>`
    with recursive named (id, number) as (
      select min("webhookId"), 1 from deliveries where "webhookId" > ${after}
      union all select (select min("webhookId") from deliveries where "webhookId" > named.id), number + 1
        from named where named.id is not null and number < ${limit})
    select id, exists (select 1 from webhooks where webhooks.id = named.id) as "exists"
    from named where id is not null`.execute(reader.query);
  return rows;
}

/** Of the next `limit` deliveries of a webhook deletes those that wait for nothing. */
export async function deleteDeliveriesOf(
  tx: Writer,
  webhookId: number,
  after: number,
  limit: number,
): Promise<Looked<number>> {
  const last = (await tx.all(nextDeliveriesOf, { webhookId, after, limit })).at(-1)?.eventId;
  if (last === undefined) return { gone: 0, last };
  return { gone: (await tx.all(doneDeliveriesOf, { webhookId, after, last })).length, last };
}

/** Deletes at most `limit` replays that ended before `time` (ms); answers how many. */
export async function deleteReplays(tx: Writer, time: number, limit: number): Promise<number> {
  return (await tx.all(oldReplays, { time, limit })).length;
}

const oldAttempts = statement<{ time: number; limit: number }>()((db, param) =>
  db
    .deleteFrom('attempts')
    .where((eb) =>
      eb(
        eb.refTuple('deliveryId', 'number'),
        'in',
        eb
          .selectFrom('attempts')
          .select(['deliveryId', 'number'])
          .where('startedAt', '<', param('time'))
          .orderBy('startedAt')
          .limit(param('limit'))
          .$asTuple('deliveryId', 'number'),
      ),
    )
    .returning('number'),
);

const oldExchanges = statement<{ time: number; limit: number }>()((db, param) =>
  db
    .updateTable('deliveries')
    .set({ exchange: null })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('deliveries')
        .select('id')
        .where('exchange', 'is not', null)
        .where('lastAttemptAt', '<', param('time'))
        .orderBy('lastAttemptAt')
        .limit(param('limit')),
    )
    .returning('id'),
);

const nextDeliveries = statement<{ eventId: number; webhookId: number; upTo: number; limit: number }>()((db, param) =>
  db
    .selectFrom('deliveries')
    .select(['eventId', 'webhookId'])
    .where((eb) => eb(eb.refTuple('eventId', 'webhookId'), '>', eb.tuple(param('eventId'), param('webhookId'))))
    .where('eventId', '<=', param('upTo'))
    .orderBy('eventId')
    .orderBy('webhookId')
    .limit(param('limit')),
);

const doneDeliveries = statement<{
  eventId: number;
  webhookId: number;
  lastEventId: number;
  lastWebhookId: number;
}>()((db, param) =>
  db
    .deleteFrom('deliveries')
    .where((eb) =>
      eb.and([
        eb(eb.refTuple('eventId', 'webhookId'), '>', eb.tuple(param('eventId'), param('webhookId'))),
        eb(eb.refTuple('eventId', 'webhookId'), '<=', eb.tuple(param('lastEventId'), param('lastWebhookId'))),
      ]),
    )
    .where('state', '<>', WAITING)
    .returning('id'),
);

const nextEvents = statement<{ after: number; upTo: number; limit: number }>()((db, param) =>
  db
    .selectFrom('events')
    .select('id')
    .where('id', '>', param('after'))
    .where('id', '<=', param('upTo'))
    .orderBy('id')
    .limit(param('limit')),
);

const eventsWithoutDelivery = statement<{ after: number; last: number }>()((db, param) =>
  db
    .deleteFrom('events')
    .where('id', '>', param('after'))
    .where('id', '<=', param('last'))
    .where((eb) =>
      eb.not(eb.exists(eb.selectFrom('deliveries').select('eventId').whereRef('deliveries.eventId', '=', 'events.id'))),
    )
    .returning('id'),
);

const nextDeliveriesOf = statement<{ webhookId: number; after: number; limit: number }>()((db, param) =>
  db
    .selectFrom('deliveries')
    .select('eventId')
    .where('webhookId', '=', param('webhookId'))
    .where('eventId', '>', param('after'))
    .orderBy('eventId')
    .limit(param('limit')),
);

const doneDeliveriesOf = statement<{ webhookId: number; after: number; last: number }>()((db, param) =>
  db
    .deleteFrom('deliveries')
    .where('webhookId', '=', param('webhookId'))
    .where('eventId', '>', param('after'))
    .where('eventId', '<=', param('last'))
    .where('state', '<>', WAITING)
    .returning('id'),
);

const oldReplays = statement<{ time: number; limit: number }>()((db, param) =>
  db
    .deleteFrom('replays')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('replays')
        .select('id')
        .where('state', 'in', [sql.lit<ReplayState>('completed'), sql.lit<ReplayState>('cancelled')])
        .where('updatedAt', '<', param('time'))
        .limit(param('limit')),
    )
    .returning('id'),
);
