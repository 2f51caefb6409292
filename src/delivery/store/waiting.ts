import { sql } from 'kysely';
import type { LoggedEvent } from '../../core/events.ts';
import { statement, type Reader, type Writer } from '../../db/index.ts';
import type { DeliveryState, Flag } from '../../db/schema.ts';
import { asLoggedEvent, eventColumns } from '../../eventlog/index.ts';
import type { Delivery, Told } from '../delivery.ts';

/** In the text of the statement, not a parameter of it: SQLite uses a partial index only when it sees its condition. */
export const WAITING = sql.lit<DeliveryState>('waiting');
/** What waits is not delivered: said beside the other, it lets an index be used that holds what is not. */
const DELIVERED = sql.lit<DeliveryState>('delivered');
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
  const { event, dueAt, attempts, attemptsBefore, replayId, told } = row;
  return {
    event,
    webhookId,
    attempts,
    attemptsBefore,
    told,
    dueAt: dueAt ?? undefined,
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

/** A webhook for which something waits. */
export interface WaitingWebhook {
  webhookId: number;
  /** When the first attempt that comes next is due; null: all of them were made. */
  untriedAt: number | null;
  /** When the first of the others is due. */
  dueAt: number | null;
  /** Something waits for an earlier one of its room. */
  behindRooms: Flag;
}

export async function waitingWebhooks(reader: Reader): Promise<WaitingWebhook[]> {
  // From one webhook to the next, through the index: a million deliveries that wait cost no more than their webhooks.
  const { rows } = await sql<WaitingWebhook>`
    with recursive fresh as (
      select (select min("webhookId") from deliveries where state = 'waiting' and untried = 1 and "dueAt" is not null) as hook
      union all select (select min("webhookId") from deliveries where state = 'waiting' and untried = 1
        and "dueAt" is not null and "webhookId" > fresh.hook) from fresh where fresh.hook is not null),
    late as (
      select (select min("webhookId") from deliveries where state = 'waiting' and untried = 0 and "dueAt" is not null) as hook
      union all select (select min("webhookId") from deliveries where state = 'waiting' and untried = 0
        and "dueAt" is not null and "webhookId" > late.hook) from late where late.hook is not null),
    behind as (
      select (select min("webhookId") from deliveries where state = 'waiting' and "dueAt" is null) as hook
      union all select (select min("webhookId") from deliveries where state = 'waiting' and "dueAt" is null
        and "webhookId" > behind.hook) from behind where behind.hook is not null),
    hooks as (select hook from fresh union select hook from late union select hook from behind)
    select hook as "webhookId",
      (select "dueAt" from deliveries where state = 'waiting' and untried = 1 and "dueAt" is not null
        and "webhookId" = hook order by "eventId" limit 1) as "untriedAt",
      (select "dueAt" from deliveries where state = 'waiting' and untried = 0 and "dueAt" is not null
        and "webhookId" = hook order by "dueAt" limit 1) as "dueAt",
      exists (select 1 from deliveries where state = 'waiting' and "dueAt" is null and "webhookId" = hook) as "behindRooms"
    from hooks where hook is not null`.execute(reader.query);
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
        .where('state', '<>', DELIVERED)
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
