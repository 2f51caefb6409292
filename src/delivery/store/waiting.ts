import { sql } from 'kysely';
import type { LoggedEvent } from '../../core/events.ts';
import { statement, type Reader, type Writer } from '../../db/index.ts';
import type { DeliveryState, Flag } from '../../db/schema.ts';
import { asLoggedEvent, eventColumns } from '../../eventlog/index.ts';
import type { Delivery, Told } from '../delivery.ts';

/** In the text of the statement, not a parameter of it: SQLite uses a partial index only when it sees its condition. */
export const WAITING = sql.lit<DeliveryState>('waiting');
const UNTRIED = sql.lit<Flag>(1);
const TRIED = sql.lit<Flag>(0);

export interface WaitingRow {
  /** Null: after an earlier one of its room. */
  dueAt: number | null;
  attempts: number;
  attemptsBefore: number;
  replayId: number | null;
  told: Told | undefined;
  event: LoggedEvent;
}

export function asDelivery(row: WaitingRow, webhookId: number, now: number): Delivery {
  const { event, attempts, attemptsBefore, replayId, told } = row;
  return {
    event,
    webhookId,
    attempts,
    attemptsBefore,
    told,
    replayId: replayId ?? undefined,
    stored: true,
    progress: undefined,
    enteredAt: now,
  };
}

/** First attempts of one webhook that wait, in the order of events. */
export async function untriedOf(reader: Reader, webhookId: number, limit: number): Promise<WaitingRow[]> {
  return (await reader.all(untried, { webhookId, limit })).map(asWaiting);
}

/** Everything else of one webhook that waits for a time, earliest due first. */
export async function dueOf(reader: Reader, webhookId: number, limit: number): Promise<WaitingRow[]> {
  return (await reader.all(due, { webhookId, limit })).map(asWaiting);
}

/** Deliveries that wait for an earlier one of their room, in the order of events. */
export async function behindRoom(
  reader: Reader,
  webhookId: number,
  roomUuid: string,
  limit: number,
): Promise<WaitingRow[]> {
  return (await reader.all(behind, { webhookId, roomUuid, limit })).map(asWaiting);
}

/** For each webhook with deliveries that wait for a time: when the first is due, and whether some were never tried. */
export async function firstDue(
  reader: Reader,
): Promise<{ webhookId: number; untriedAt: number | null; dueAt: number | null }[]> {
  // From one webhook to the next, through the index: a million deliveries that wait cost no more than their webhooks.
  const { rows } = await sql<{ webhookId: number; untriedAt: number | null; dueAt: number | null }>`
    with recursive untried as (
      select (select min("webhookId") from deliveries where state = 'waiting' and untried = 1 and "dueAt" is not null) as id
      union all select (select min("webhookId") from deliveries where state = 'waiting' and untried = 1
        and "dueAt" is not null and "webhookId" > untried.id) from untried where untried.id is not null),
    tried as (
      select (select min("webhookId") from deliveries where state = 'waiting' and untried = 0 and "dueAt" is not null) as id
      union all select (select min("webhookId") from deliveries where state = 'waiting' and untried = 0
        and "dueAt" is not null and "webhookId" > tried.id) from tried where tried.id is not null)
    select webhook.id as "webhookId",
      (select "dueAt" from deliveries where state = 'waiting' and untried = 1 and "dueAt" is not null
        and "webhookId" = webhook.id order by "eventId" limit 1) as "untriedAt",
      (select "dueAt" from deliveries where state = 'waiting' and untried = 0 and "dueAt" is not null
        and "webhookId" = webhook.id order by "dueAt" limit 1) as "dueAt"
    from (select id from untried union select id from tried) as webhook where webhook.id is not null`.execute(
    reader.query,
  );
  return rows;
}

/** The rooms of a webhook for which deliveries wait, and the events of those that wait for a time: heads. */
export async function waitingRooms(
  reader: Reader,
  webhookId: number,
): Promise<{ roomUuid: string; head: number | null }[]> {
  const heads = await reader.query
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select(['events.roomUuid', 'deliveries.eventId as head'])
    .where('webhookId', '=', webhookId)
    .where('state', '=', WAITING)
    .where('dueAt', 'is not', null)
    .execute();
  const followers = await reader.query
    .selectFrom('deliveries')
    .select(['roomUuid', sql<null>`null`.as('head')])
    .distinct()
    .where('webhookId', '=', webhookId)
    .where('state', '=', WAITING)
    .where('dueAt', 'is', null)
    .execute();
  return [...heads, ...followers.map(({ roomUuid, head }) => ({ roomUuid: roomUuid ?? '', head }))];
}

/** The ordering of a webhook was given up: what waited for its room goes at once. */
export async function releaseRooms(tx: Writer, webhookId: number, now: number): Promise<void> {
  await tx.query
    .updateTable('deliveries')
    .set({ dueAt: now, roomUuid: null, untried: 1 })
    .where('webhookId', '=', webhookId)
    .where('state', '=', WAITING)
    .where('dueAt', 'is', null)
    .execute();
}

/** Ends up to `limit` deliveries that wait for a webhook; answers whether there may be more. */
export async function dropWaiting(tx: Writer, webhookId: number, reason: string, limit: number): Promise<boolean> {
  const result = await tx.query
    .updateTable('deliveries')
    .set({ state: 'dropped', reason, dueAt: null, roomUuid: null, untried: 0 })
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('deliveries')
        .select('id')
        .where('webhookId', '=', webhookId)
        .where('state', '=', WAITING)
        .limit(limit),
    )
    .executeTakeFirst();
  return Number(result.numUpdatedRows) >= limit;
}

/** The webhooks for which this event's delivery is recorded already. */
export async function recordedWebhooks(reader: Reader, eventId: number): Promise<ReadonlySet<number>> {
  return new Set((await reader.all(recordedOf, { eventId })).map(({ webhookId }) => webhookId));
}

type WaitingColumns = Awaited<ReturnType<ReturnType<typeof selectWaiting>['execute']>>[number];

function asWaiting(row: WaitingColumns): WaitingRow {
  const { dueAt, attempts, attemptsBefore, replayId, revision, name, targetUrl, ...event } = row;
  const told = revision === null ? undefined : { revision, name, targetUrl };
  return { dueAt, attempts, attemptsBefore, replayId, told, event: asLoggedEvent(event) };
}

function selectWaiting(db: Reader['query']) {
  return db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .innerJoin('webhooks', 'webhooks.id', 'deliveries.webhookId')
    .leftJoin('formerWebhooks as former', (join) =>
      join.onRef('former.webhookId', '=', 'deliveries.webhookId').onRef('former.revision', '=', 'deliveries.revision'),
    )
    .select([
      'deliveries.dueAt',
      'deliveries.attempts',
      'deliveries.attemptsBefore',
      'deliveries.replayId',
      'deliveries.revision',
    ])
    .select(({ fn }) => [
      fn.coalesce('former.name', 'webhooks.name').as('name'),
      fn.coalesce('former.targetUrl', 'webhooks.targetUrl').as('targetUrl'),
    ])
    .select(eventColumns)
    .where('deliveries.state', '=', WAITING);
}

const untried = statement<{ webhookId: number; limit: number }>()((db, param) =>
  selectWaiting(db)
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.untried', '=', UNTRIED)
    .where('deliveries.dueAt', 'is not', null)
    .orderBy('deliveries.eventId')
    .limit(param('limit')),
);

const due = statement<{ webhookId: number; limit: number }>()((db, param) =>
  selectWaiting(db)
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.untried', '=', TRIED)
    .where('deliveries.dueAt', 'is not', null)
    .orderBy('deliveries.dueAt')
    .orderBy('deliveries.eventId')
    .limit(param('limit')),
);

const behind = statement<{ webhookId: number; roomUuid: string; limit: number }>()((db, param) =>
  selectWaiting(db)
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.roomUuid', '=', param('roomUuid'))
    .where('deliveries.dueAt', 'is', null)
    .orderBy('deliveries.eventId')
    .limit(param('limit')),
);

const recordedOf = statement<{ eventId: number }>()((db, param) =>
  db.selectFrom('deliveries').select('webhookId').where('eventId', '=', param('eventId')),
);
