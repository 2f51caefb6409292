import type { DeliveriesQuery } from '../../contract/index.ts';
import type { Reader } from '../../db/index.ts';
import { keyset, type Page } from '../../http/index.ts';
import { compare, merge, type Place, type Source } from './merge.ts';
import { scanDeliveries, type DeliveryRow, type Range } from './store.ts';

/** Whose deliveries, of which parts of the log; the parts do not overlap. */
export interface Choice {
  webhooks: readonly number[];
  ranges: readonly Range[];
}

/** Deliveries that one page looks at: a filter that few pass costs pages, not time. */
const MOST_LOOKED_AT = 10_000;

const newestFirst = keyset('deliveries', 'number', 'number');

/**
 * A page of deliveries, newest event first. A page that has looked at enough ends there, be it short or empty, and says
 * where to go on.
 */
export async function listDeliveries(
  reader: Reader,
  choice: Choice,
  query: DeliveriesQuery,
): Promise<Page<DeliveryRow>> {
  const [eventId, webhookId] = newestFirst.after(query.cursor) ?? [];
  const after = eventId === undefined || webhookId === undefined ? undefined : { eventId, webhookId };
  const rows: DeliveryRow[] = [];
  let looked = 0;
  for await (const row of merge(sourcesOf(reader, choice, query, after))) {
    if (fits(row, query)) rows.push(row);
    if (rows.length > query.max) break;
    looked += 1;
    if (looked === MOST_LOOKED_AT) return { items: rows, next: ['deliveries', row.eventId, row.webhookId] };
  }
  return newestFirst.page(rows, query.max, (row) => [row.eventId, row.webhookId]);
}

function sourcesOf(
  reader: Reader,
  { webhooks, ranges }: Choice,
  { state }: DeliveriesQuery,
  after: Place | undefined,
): Source<DeliveryRow>[] {
  const kind = state === undefined || state.includes('delivered') ? 'all' : 'undelivered';
  return webhooks.flatMap((webhookId) =>
    ranges.map(({ from, below }) => ({
      below: Math.min(below, startAfter(after, webhookId)),
      read: (position: number, limit: number) =>
        scanDeliveries(reader, kind, { webhookId, from, below: position, limit }),
    })),
  );
}

/** Where the deliveries of this webhook go on after that place. */
function startAfter(after: Place | undefined, webhookId: number): number {
  if (!after) return Number.MAX_SAFE_INTEGER;
  const { eventId } = after;
  return compare({ eventId, webhookId }, after) > 0 ? eventId + 1 : eventId;
}

function fits(row: DeliveryRow, { state, status, resource, event, replayId }: DeliveriesQuery): boolean {
  return (
    (state === undefined || state.includes(row.state)) &&
    (status === undefined || isStatus(row.lastStatus, status)) &&
    (resource === undefined || row.resource === resource) &&
    (event === undefined || row.event === event) &&
    (replayId === undefined || row.replayUuid === replayId.toLowerCase())
  );
}

/** `wanted`: a status, or a class of them such as `5xx`. */
function isStatus(status: number | null, wanted: string): boolean {
  if (status === null) return false;
  return wanted.endsWith('xx') ? Math.floor(status / 100) === Number(wanted[0]) : status === Number(wanted);
}
