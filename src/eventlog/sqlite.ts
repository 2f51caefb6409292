import { sql } from 'kysely';
import { isoTime, type Clock } from '../core/clock.ts';
import type { LoggedEvent, NewEvent } from '../core/events.ts';
import { newUuid } from '../core/ids.ts';
import { printTraceparent, type TraceContext } from '../core/trace.ts';
import { statement, type Database, type Writer } from '../db/index.ts';
import type { EventsTable } from '../db/schema.ts';
import type { EventBatch, EventLog } from './event-log.ts';
import { firstKept } from './kept.ts';
import { newestEventBefore } from './positions.ts';
import { asLoggedEvent, eventColumns } from './rows.ts';

const CONSUMER = 'delivery';
/** Events kept in memory between the commit and the reader; a reader further behind reads the table. */
const MOST_IN_MEMORY = 5_000;
const BATCH = 200;

/**
 * The log on the embedded store: the `events` table, and a checkpoint below which every event is settled. A commit hands
 * its events over in memory; a reader that has fallen behind, or has just started, reads the table.
 */
export class SqliteEventLog implements EventLog {
  readonly #db: Database;
  readonly #clock: Clock;
  /** Committed events that follow the reader without a gap. */
  #tail: LoggedEvent[] = [];
  /** The newest committed position. */
  #head: number;
  /** The last position handed to the reader. */
  #read: number;
  readonly repeatsUpTo: number;
  #settled: number;
  /** Handed out and not acknowledged, in order. */
  readonly #open = new Set<number>();
  #wake: () => void = () => {};
  readonly #listeners: ((events: readonly LoggedEvent[]) => void)[] = [];

  static async open(db: Database, clock: Clock): Promise<SqliteEventLog> {
    const head = await db.reader.first(newest, {});
    const saved = await db.reader.first(savedPosition, { consumer: CONSUMER });
    const position = saved?.position ?? 0;
    // Of a log whose events are all too old to be kept, the checkpoint alone knows how far it came.
    return new SqliteEventLog(db, clock, Math.max(head?.id ?? 0, position), position);
  }

  private constructor(db: Database, clock: Clock, head: number, position: number) {
    this.#db = db;
    this.#clock = clock;
    this.#head = head;
    this.repeatsUpTo = head;
    this.#read = position;
    this.#settled = position;
  }

  get head(): number {
    return this.#head;
  }

  get settled(): number {
    return this.#settled;
  }

  async append(tx: Writer, events: readonly NewEvent[], trace?: TraceContext): Promise<void> {
    const logged: LoggedEvent[] = [];
    for (const { data, ...event } of events) {
      if (trace) event.facts = { ...event.facts, traceparent: printTraceparent(trace) };
      logged.push(await this.#insert(tx, event, JSON.stringify(data)));
    }
    tx.afterCommit(() => this.#handOver(logged));
  }

  onCommit(listener: (events: readonly LoggedEvent[]) => void): void {
    this.#listeners.push(listener);
  }

  async *read(signal: AbortSignal): AsyncIterable<EventBatch> {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
    while (!signal.aborted) {
      // Made before it looks: what is committed while it looks wakes it all the same.
      const woken = new Promise<void>((resolve) => (this.#wake = resolve));
      const events = await this.#next();
      const last = events.at(-1);
      if (last) {
        this.#read = last.seq;
        for (const { seq } of events) this.#open.add(seq);
        yield { events, repeated: (events[0]?.seq ?? 0) <= this.repeatsUpTo };
      } else {
        await woken;
      }
    }
  }

  async readAfter(position: number, limit: number): Promise<readonly LoggedEvent[]> {
    // What is committed is told of only once it is on the disk: a power loss must not take back what somebody has read.
    if (position >= this.#head) return [];
    const rows = await this.#db.reader.all(eventsBetween, { position, head: this.#head, limit });
    return rows.map(asLoggedEvent);
  }

  async oldest(): Promise<number> {
    const { reader } = this.#db;
    const oldest = (await reader.first(oldestKept, {}))?.id ?? this.#head + 1;
    // One that something still waits for outlives its neighbours.
    return Math.max(oldest, await firstKept(reader));
  }

  async positionBefore(time: number): Promise<number> {
    const before = await newestEventBefore(this.#db.reader, time);
    return Math.min(before > 0 ? before : (await this.oldest()) - 1, this.#head);
  }

  async acknowledge(events: readonly LoggedEvent[], record: (tx: Writer) => Promise<void>): Promise<void> {
    const settled = new Set(events.map(({ seq }) => seq));
    // What a power loss takes back is matched, and perhaps sent, once more: the promise is at least once.
    await this.#db.writeRepeatable(async (tx) => {
      await record(tx);
      if (settled.size === 0) return;
      // The set keeps insertion order, which is log order: the first one not settled now holds the checkpoint.
      let position = this.#read;
      for (const seq of this.#open) {
        if (settled.has(seq)) continue;
        position = seq - 1;
        break;
      }
      await tx.all(savePosition, { consumer: CONSUMER, position });
      tx.afterCommit(() => {
        this.#settled = position;
        for (const seq of settled) this.#open.delete(seq);
      });
    });
  }

  async #insert(tx: Writer, event: Omit<NewEvent, 'data'>, dataJson: string): Promise<LoggedEvent> {
    const uuid = newUuid();
    const createdAt = this.#clock.now();
    const { facts, ...columns } = event;
    await tx.all(insertEvent, { ...columns, uuid, createdAt, facts: JSON.stringify(facts), data: dataJson });
    const inserted = await tx.first(lastInserted, {});
    if (!inserted) throw new Error(`The event of ${isoTime(createdAt)} was not inserted.`);
    return { ...event, seq: inserted.id, uuid, createdAt, dataJson };
  }

  #handOver(events: readonly LoggedEvent[]): void {
    const gapless = this.#read + this.#tail.length === this.#head;
    if (gapless && this.#tail.length + events.length <= MOST_IN_MEMORY) this.#tail.push(...events);
    this.#head = events.at(-1)?.seq ?? this.#head;
    for (const listener of this.#listeners) listener(events);
    this.#wake();
  }

  async #next(): Promise<readonly LoggedEvent[]> {
    if (this.#tail.length > 0) return this.#tail.splice(0, BATCH);
    if (this.#read >= this.#head) return [];
    const rows = await this.#db.reader.all(eventsAfter, { position: this.#read, limit: BATCH });
    // What the table has just given may stand in memory too when it was committed in between.
    const last = rows.at(-1)?.seq ?? this.#read;
    this.#tail = this.#tail.filter(({ seq }) => seq > last);
    return rows.map(asLoggedEvent);
  }
}

const newest = statement()((db) => db.selectFrom('events').select('id').orderBy('id', 'desc').limit(1));

const oldestKept = statement()((db) => db.selectFrom('events').select('id').orderBy('id').limit(1));

const savedPosition = statement<{ consumer: string }>()((db, param) =>
  db.selectFrom('logPositions').select('position').where('consumer', '=', param('consumer')),
);

const savePosition = statement<{ consumer: string; position: number }>()((db, param) =>
  db
    .insertInto('logPositions')
    .values({ consumer: param('consumer'), position: param('position') })
    .onConflict((conflict) => conflict.column('consumer').doUpdateSet({ position: param('position') })),
);

/** A row of the log as it is written; its position is the engine's to give. */
type EventColumns = { [K in Exclude<keyof EventsTable, 'id'>]: EventsTable[K] };

const insertEvent = statement<EventColumns>()((db, param) =>
  db.insertInto('events').values({
    uuid: param('uuid'),
    resource: param('resource'),
    event: param('event'),
    actorUuid: param('actorUuid'),
    roomUuid: param('roomUuid'),
    orgUuid: param('orgUuid'),
    facts: param('facts'),
    data: param('data'),
    createdAt: param('createdAt'),
  }),
);

/** Half the cost of an insert with `RETURNING`, the one asked right after the other. */
const lastInserted = statement()((db) => db.selectNoFrom(sql<number>`last_insert_rowid()`.as('id')));

const eventsAfter = statement<{ position: number; limit: number }>()((db, param) =>
  db.selectFrom('events').select(eventColumns).where('id', '>', param('position')).orderBy('id').limit(param('limit')),
);

const eventsBetween = statement<{ position: number; head: number; limit: number }>()((db, param) =>
  db
    .selectFrom('events')
    .select(eventColumns)
    .where('id', '>', param('position'))
    .where('id', '<=', param('head'))
    .orderBy('id')
    .limit(param('limit')),
);
