import { sql } from 'kysely';
import { statement, type Reader } from '../../db/index.ts';
import type { DeliveryState } from '../../db/schema.ts';
import { asLoggedEvent, eventColumns } from '../../eventlog/index.ts';
import type { LoggedEvent } from '../../core/events.ts';
import { publicId } from '../../core/ids.ts';
import type { Told } from '../../delivery/delivery.ts';

const DELIVERED = sql.lit<DeliveryState>('delivered');
const MESSAGES = sql.lit('messages');

/** A delivery with what its public form shows of the event and the replay. */
export type DeliveryRow = Awaited<ReturnType<ReturnType<typeof selectDeliveries>['execute']>>[number];

/** With what went over the wire in the attempt that delivered it. */
export type WholeDeliveryRow = DeliveryRow & { exchange: string | null };

/** Positions of the log: from the one, below the other. */
export interface Range {
  from: number;
  below: number;
}

interface Scan extends Range {
  webhookId: number;
  limit: number;
}

/** Deliveries of one webhook, newest event first. */
export async function scanDeliveries(
  reader: Reader,
  kind: 'all' | 'undelivered',
  { webhookId, from, below, limit }: Scan,
): Promise<DeliveryRow[]> {
  return reader.all(kind === 'all' ? scanAll : scanUndelivered, { webhookId, from, below, limit });
}

export async function findDelivery(
  reader: Reader,
  key: { eventId: number; webhookId: number },
): Promise<WholeDeliveryRow | undefined> {
  return reader.first(byKey, key);
}

export async function findEvent(reader: Reader, uuid: string): Promise<LoggedEvent | undefined> {
  const row = await reader.first(eventByUuid, { uuid });
  return row && asLoggedEvent(row);
}

/** The events about a message, in order. */
export async function eventsAbout(reader: Reader, messageUuid: string): Promise<LoggedEvent[]> {
  const id = publicId('MESSAGE', messageUuid);
  const rows = await reader.all(eventsOfMessage, { ending: id.slice(id.length - ENDING_LENGTH) });
  return rows.map(asLoggedEvent);
}

/** The position of the first event at or after `time` (ms); undefined: there is none. */
export async function firstEventSince(reader: Reader, time: number): Promise<number | undefined> {
  return (await reader.first(firstSince, { time }))?.id;
}

/** What a replay may have brought back: deliveries of this webhook in this range. */
export async function reachOf(
  reader: Reader,
  replayUuid: string,
): Promise<(Range & { webhookId: number }) | undefined> {
  const row = await reader.first(replayByUuid, { uuid: replayUuid });
  return row && { webhookId: row.webhookId, from: row.fromEvent, below: row.untilEvent + 1 };
}

export type AttemptRow = Awaited<ReturnType<typeof attemptsOf>>[number];

/** Every attempt that has a row, in order. */
export async function attemptsOf(reader: Reader, deliveryId: number) {
  return reader.all(attempts, { deliveryId });
}

/** The webhook as notices of this revision told of it; undefined: as it is now. */
export async function formerlyTold(reader: Reader, webhookId: number, revision: number): Promise<Told | undefined> {
  return reader.first(former, { webhookId, revision });
}

function selectDeliveries(db: Reader['query']) {
  return db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .leftJoin('replays', 'replays.id', 'deliveries.replayId')
    .select([
      'deliveries.id',
      'deliveries.eventId',
      'deliveries.webhookId',
      'deliveries.state',
      'deliveries.reason',
      'deliveries.attempts',
      'deliveries.dueAt',
      'deliveries.revision',
      'deliveries.lastStatus',
      'deliveries.lastAttemptAt',
      'deliveries.lastDurationMs',
      'deliveries.createdAt as recordedAt',
      'replays.uuid as replayUuid',
      'events.uuid as eventUuid',
      'events.resource',
      'events.event',
      'events.createdAt as happenedAt',
    ]);
}

const scanAll = statement<Scan & Record<string, number>>()((db, param) =>
  selectDeliveries(db)
    .where('deliveries.webhookId', '=', param('webhookId'))
    .where('deliveries.eventId', '>=', param('from'))
    .where('deliveries.eventId', '<', param('below'))
    .orderBy('deliveries.eventId', 'desc')
    .limit(param('limit')),
);

const scanUndelivered = statement<Scan & Record<string, number>>()((db, param) =>
  selectDeliveries(db)
    .where('deliveries.webhookId', '=', param('webhookId'))
    // The words of the partial index.
    .where('deliveries.state', '<>', DELIVERED)
    .where('deliveries.eventId', '>=', param('from'))
    .where('deliveries.eventId', '<', param('below'))
    .orderBy('deliveries.eventId', 'desc')
    .limit(param('limit')),
);

const byKey = statement<{ eventId: number; webhookId: number }>()((db, param) =>
  selectDeliveries(db)
    .select('deliveries.exchange')
    .where('deliveries.eventId', '=', param('eventId'))
    .where('deliveries.webhookId', '=', param('webhookId')),
);

const eventByUuid = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('events').select(eventColumns).where('events.uuid', '=', param('uuid')),
);

/** What of a message's id the index `events_of_messages` holds: where it is in the data, and how long. */
const ENDING_AT = sql.lit(40);
const ENDING_LENGTH = 48;

const eventsOfMessage = statement<{ ending: string }>()((db, param) =>
  db
    .selectFrom('events')
    .select(eventColumns)
    .where('resource', '=', MESSAGES)
    .where((eb) => eb(eb.fn('substr', ['data', ENDING_AT, sql.lit(ENDING_LENGTH)]), '=', param('ending')))
    .orderBy('id'),
);

const firstSince = statement<{ time: number }>()((db, param) =>
  db
    .selectFrom('events')
    .select('id')
    .where('createdAt', '>=', param('time'))
    .orderBy('createdAt')
    .orderBy('id')
    .limit(1),
);

const replayByUuid = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('replays').select(['webhookId', 'fromEvent', 'untilEvent']).where('uuid', '=', param('uuid')),
);

const attempts = statement<{ deliveryId: number }>()((db, param) =>
  db
    .selectFrom('attempts')
    .select(['number', 'startedAt', 'durationMs', 'status', 'error', 'exchange'])
    .where('deliveryId', '=', param('deliveryId'))
    .orderBy('number'),
);

const former = statement<{ webhookId: number; revision: number }>()((db, param) =>
  db
    .selectFrom('formerWebhooks')
    .select(['revision', 'name', 'targetUrl'])
    .where('webhookId', '=', param('webhookId'))
    .where('revision', '=', param('revision')),
);
