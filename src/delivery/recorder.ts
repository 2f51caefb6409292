import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { logLevelOf } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { EventProgress } from './delivery.ts';
import { countReplayed } from './replay/ended.ts';
import { saveSettlements, type Recorded } from './store/records.ts';

/** How long to wait before trying again what the store refused (disk full, locked), in ms. */
const STORE_RETRY_MS = 1_000;

/** Records of one transaction: it holds the event loop for some milliseconds, however many wait to be written. */
const MOST_IN_BATCH = 500;

export interface RecorderParts {
  log: EventLog;
  clock: Clock;
  logger: Logger;
  /** The number of the last change of a delivery that is stored. */
  lastChange: number;
}

/**
 * Makes durable what became of deliveries, and acknowledges each event in the transaction that records the last of its
 * matches (rules 2 and 3). Whatever comes in while one batch is being written makes up the next.
 */
export class Recorder {
  readonly #parts: RecorderParts;
  #change: number;
  readonly #records: Recorded[] = [];
  readonly #settled: LoggedEvent[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;
  readonly #listeners: ((records: readonly Recorded[]) => void)[] = [];
  onEventsDone: (count: number) => void = () => {};

  constructor(parts: RecorderParts) {
    this.#parts = parts;
    this.#change = parts.lastChange;
  }

  /** Calls `listener` after each commit with what it made durable. */
  onRecorded(listener: (records: readonly Recorded[]) => void): void {
    this.#listeners.push(listener);
  }

  /** The number for a change of a delivery that is about to be written; each is greater than the one before. */
  nextChange(): number {
    this.#change += 1;
    return this.#change;
  }

  record(recorded: Recorded): void {
    if (this.#closed) return;
    this.#records.push(recorded);
    this.#writing ??= this.#drain();
  }

  /** An event that nobody matches needs no record to be acknowledged. */
  nothingToDeliver(event: LoggedEvent): void {
    if (this.#closed) return;
    this.#settled.push(event);
    this.#writing ??= this.#drain();
  }

  /** Takes nothing more, and gives up what the store still refuses: it will be matched again at the next start. */
  async close(): Promise<void> {
    this.#closed = true;
    while (this.#writing) await this.#writing;
  }

  async #drain(): Promise<void> {
    // What the present turn of the event loop settles joins the same batch.
    await Promise.resolve();
    while (this.#records.length + this.#settled.length > 0) {
      const records = this.#records.splice(0, MOST_IN_BATCH);
      const settled = this.#settled.splice(0);
      const done = [...settled, ...records.flatMap(({ delivery }) => lastOf(delivery.progress))];
      await this.#write(records, done);
    }
    this.#writing = undefined;
  }

  async #write(records: readonly Recorded[], done: readonly LoggedEvent[]): Promise<void> {
    while (!(await this.#tryToWrite(records, done))) {
      if (this.#closed) return;
      await new Promise<void>((resolve) => this.#parts.clock.setTimer(STORE_RETRY_MS, resolve));
    }
    for (const listener of this.#listeners) listener(records);
    this.onEventsDone(done.length);
  }

  async #tryToWrite(records: readonly Recorded[], done: readonly LoggedEvent[]): Promise<boolean> {
    const { log, clock, logger } = this.#parts;
    try {
      await log.acknowledge(done, async (tx) => {
        const now = clock.now();
        await saveSettlements(tx, records, { now, nextChange: () => this.nextChange() });
        await countReplayed(tx, records, now);
      });
      return true;
    } catch (error) {
      logger[logLevelOf(error)]({ err: error, records: records.length }, 'could not record what became of deliveries');
      return false;
    }
  }
}

/** The event, when this was the last of its matches without a record. */
function lastOf(progress: EventProgress | undefined): LoggedEvent[] {
  if (!progress) return [];
  progress.open -= 1;
  return progress.open === 0 ? [progress.event] : [];
}
