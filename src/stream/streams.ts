import type { StreamQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { LoggedEvent } from '../core/events.ts';
import type { Recorder } from '../delivery/recorder.ts';
import { lastChange } from '../delivery/store/records.ts';
import type { EventLog } from '../eventlog/index.ts';
import { Bell } from './bell.ts';
import { parseCursor, type Cursor } from './cursor.ts';
import { Following } from './following.ts';
import { interestOf, type Interest, type InterestParts } from './interest.ts';
import { Seats, type SeatLimits } from './seats.ts';
import { deliveriesAfter, type ChangedDelivery } from './store.ts';
import { Tail } from './tail.ts';

export interface StreamParts extends InterestParts {
  log: EventLog;
  recorder: Pick<Recorder, 'onRecorded'>;
  limits: SeatLimits;
}

/** Somebody who follows the stream for as long as their request lasts. */
export interface Listener extends Disposable {
  following: Following;
  /** Rings when there may be news, and when `ended` aborts. */
  bell: Bell;
  /** Aborts when the client has gone or the server stops. */
  ended: AbortSignal;
}

/** The live stream: one reader of the log and one of the changes of deliveries, whoever listens. */
export class Streams {
  readonly #parts: StreamParts;
  readonly #seats: Seats;
  readonly #events: Tail<LoggedEvent>;
  readonly #deliveries: Tail<ChangedDelivery>;
  readonly #bells = new Set<Bell>();
  readonly #closing = new AbortController();
  #ringing = false;

  constructor(parts: StreamParts) {
    const { reader, log, recorder, limits } = parts;
    this.#parts = parts;
    this.#seats = new Seats(limits);
    this.#events = new Tail({
      read: (position, limit) => log.readAfter(position, limit),
      positionOf: ({ seq }) => seq,
    });
    this.#deliveries = new Tail({
      read: (change, limit) => deliveriesAfter(reader, change, limit),
      positionOf: ({ change }) => change,
    });
    log.onCommit(() => this.#grown(this.#events));
    recorder.onRecorded(() => this.#grown(this.#deliveries));
  }

  /** How many listen. */
  get open(): number {
    return this.#bells.size;
  }

  /**
   * Begins after `lastEventId`, else after the query's cursor, else at its time, else now. `gone` aborts when the client
   * has gone. Throws what is wrong with the query, and when too many listen already.
   */
  async listen(
    caller: Caller,
    query: StreamQuery,
    { lastEventId, gone }: { lastEventId: string | undefined; gone: AbortSignal },
  ): Promise<Listener> {
    const interest = await interestOf(this.#parts, caller, query);
    return this.follow(caller, interest, await this.#begin(lastEventId || query.after, query.since), gone);
  }

  /** Begins after the cursor. Throws when too many listen already. */
  follow({ personId }: Caller, interest: Interest, cursor: Cursor, gone: AbortSignal): Listener {
    const { log, registry } = this.#parts;
    const seat = this.#seats.take(personId);
    const bell = new Bell();
    const ended = AbortSignal.any([gone, this.#closing.signal]);
    ended.addEventListener('abort', () => bell.ring());
    this.#bells.add(bell);
    return {
      following: new Following({ log, registry, events: this.#events, deliveries: this.#deliveries }, interest, cursor),
      bell,
      ended,
      [Symbol.dispose]: () => {
        this.#bells.delete(bell);
        seat[Symbol.dispose]();
      },
    };
  }

  /** Ends everybody's listening; each has a cursor to come back with. */
  close(): void {
    this.#closing.abort();
  }

  async #begin(cursor: string, since: string | undefined): Promise<Cursor> {
    const { log, reader } = this.#parts;
    const change = await lastChange(reader);
    if (cursor !== '') {
      const given = parseCursor(cursor);
      // Changes are numbered anew from what a power loss left of them.
      return { ...given, change: Math.min(given.change, change) };
    }
    return { event: since === undefined ? log.head : await log.positionBefore(Date.parse(since)), change };
  }

  /** What one turn of the event loop brings rings once. */
  #grown(tail: Tail<unknown>): void {
    tail.grow();
    if (this.#bells.size === 0 || this.#ringing) return;
    this.#ringing = true;
    setImmediate(() => {
      this.#ringing = false;
      for (const bell of this.#bells) bell.ring();
    });
  }
}
