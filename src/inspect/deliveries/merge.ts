import TinyQueue from 'tinyqueue';

/** Where a delivery stands in the one order of all of them: the newest event first, then the youngest webhook. */
export interface Place {
  eventId: number;
  webhookId: number;
}

/** One webhook's deliveries of a range, newest event first; a few at a time. */
export interface Source<Row extends Place> {
  /** Up to `limit` of those below the event, and of those at or above `from`. */
  read: (below: number, limit: number) => Promise<Row[]>;
  below: number;
}

/** Rows that are read in one go: few of many sources, more of a source the longer it lasts. */
const FIRST_READ_OF_ALL = 1_000;
const LARGEST_READ = 200;
/** Other work of the server goes on between so many readings. */
const READS_IN_A_ROW = 5;

interface Open<Row extends Place> {
  source: Source<Row>;
  rows: Row[];
  at: number;
  limit: number;
}

/** The rows of all sources in the one order. Each is read through its index and no further than somebody asks for. */
export async function* merge<Row extends Place>(sources: readonly Source<Row>[]): AsyncGenerator<Row> {
  const first = Math.floor(FIRST_READ_OF_ALL / Math.max(1, sources.length));
  const limit = Math.max(2, Math.min(LARGEST_READ, first));
  const queue = new TinyQueue<Open<Row>>([], (a, b) => compare(headOf(a), headOf(b)));
  let reads = 0;

  /** Reads on; a source that has nothing left is left out. */
  async function enter(open: Open<Row>): Promise<void> {
    open.rows = await open.source.read(open.source.below, open.limit);
    open.at = 0;
    if (open.rows.length > 0) queue.push(open);
    reads += 1;
    if (reads % READS_IN_A_ROW === 0) await new Promise(setImmediate);
  }

  for (const source of sources) await enter({ source, rows: [], at: 0, limit });
  for (let open = queue.pop(); open; open = queue.pop()) {
    const row = headOf(open);
    yield row;
    open.at += 1;
    if (open.at < open.rows.length) {
      queue.push(open);
    } else if (open.rows.length === open.limit) {
      open.source.below = row.eventId;
      open.limit = Math.min(LARGEST_READ, open.limit * 2);
      await enter(open);
    }
  }
}

function headOf<Row extends Place>({ rows, at }: Open<Row>): Row {
  const row = rows[at];
  if (!row) throw new Error('A source without rows is in the queue.');
  return row;
}

/** Below 0: `a` comes first. */
export function compare(a: Place, b: Place): number {
  return b.eventId - a.eventId || b.webhookId - a.webhookId;
}
