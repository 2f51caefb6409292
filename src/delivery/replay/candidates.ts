import { sql } from 'kysely';
import type { LoggedEvent } from '../../core/events.ts';
import { statement, type Reader } from '../../db/index.ts';
import type { DeliveryState, ReplayKind } from '../../db/schema.ts';
import { asLoggedEvent, eventColumns } from '../../eventlog/index.ts';
import { holds, type ActiveWebhook, type Filter } from '../../webhooks/index.ts';
import type { Matcher } from '../matcher.ts';

/** Events that are read at once; other work goes on between two readings. */
const BATCH = 200;

/** What a replay chooses from. */
export interface Choice {
  kind: ReplayKind;
  webhook: ActiveWebhook;
  filter: Filter;
  /** Positions of the log: after the one, up to and including the other. */
  after: number;
  until: number;
}

export interface Found {
  /** Positions of the events to be sent, in order. */
  events: number[];
  /** Everything up to here has been looked at. */
  position: number;
}

/** Looks for up to `limit` deliveries to be sent anew, in up to `most` events. */
export async function findCandidates(
  { reader, matcher }: { reader: Reader; matcher: Matcher },
  choice: Choice,
  { limit, most }: { limit: number; most: number },
): Promise<Found> {
  const found: Found = { events: [], position: choice.after };
  for (let read = 0; read < most && found.position < choice.until; read += BATCH) {
    const batch = await readBatch(reader, choice, found.position);
    for (const { event, state } of batch) {
      if (found.events.length === limit) return found;
      if (await isWanted(matcher, choice, event, state)) found.events.push(event.seq);
      found.position = event.seq;
    }
    if (batch.length < BATCH) found.position = choice.until;
    await new Promise(setImmediate);
  }
  return found;
}

/** Of `failed` the matching was done when they were made; whether the owner may see it still is asked of all (rule 5). */
async function isWanted(
  matcher: Matcher,
  { kind, webhook, filter }: Choice,
  event: LoggedEvent,
  state: DeliveryState | null,
): Promise<boolean> {
  const excluded = state === 'waiting' || (state === 'delivered' && kind === 'missed');
  if (excluded || !filter.every((clause) => holds(clause, event))) return false;
  return kind === 'failed' ? matcher.stillSees(webhook, event) : matcher.wants(webhook, event);
}

async function readBatch(
  reader: Reader,
  { kind, webhook, until }: Choice,
  after: number,
): Promise<{ event: LoggedEvent; state: DeliveryState | null }[]> {
  const read = kind === 'failed' ? givenUp : logged;
  const rows = await reader.all(read, { webhookId: webhook.id, after, until, limit: BATCH });
  return rows.map(({ state, ...event }) => ({ event: asLoggedEvent(event), state }));
}

interface Range extends Record<string, number> {
  webhookId: number;
  after: number;
  until: number;
  limit: number;
}

const logged = statement<Range>()((db, param) =>
  db
    .selectFrom('events')
    .leftJoin('deliveries', (join) =>
      join.onRef('deliveries.eventId', '=', 'events.id').on('deliveries.webhookId', '=', param('webhookId')),
    )
    .select(eventColumns)
    .select('deliveries.state')
    .where('events.id', '>', param('after'))
    .where('events.id', '<=', param('until'))
    .orderBy('events.id')
    .limit(param('limit')),
);

const givenUp = statement<Range>()((db, param) =>
  db
    .selectFrom('deliveries')
    .innerJoin('events', 'events.id', 'deliveries.eventId')
    .select(eventColumns)
    .select('deliveries.state')
    .where('deliveries.webhookId', '=', param('webhookId'))
    // The words of the partial index.
    .where('deliveries.state', 'in', [sql.lit<DeliveryState>('failed'), sql.lit<DeliveryState>('dropped')])
    .where('deliveries.eventId', '>', param('after'))
    .where('deliveries.eventId', '<=', param('until'))
    .orderBy('deliveries.eventId')
    .limit(param('limit')),
);
