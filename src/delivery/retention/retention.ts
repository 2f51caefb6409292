import type { Logger } from 'pino';
import type { Clock } from '../../core/clock.ts';
import { logLevelOf, type Database } from '../../db/index.ts';
import { BatchSize } from './batch-size.ts';
import { allSweeps, type RetentionTimes, type Sweep } from './sweeps.ts';

/** How often it is looked for what has become too old (ms). */
const ROUND_MS = 60_000;
/** How often all that had to be left is looked at again (ms). For a million deliveries that takes 0.7 s of CPU in all. */
const AGAIN_MS = 3_600_000;
/** Between two batches, so that a tenth of the time is the most that retention takes (ms). */
const PAUSE_MS = 45;

export interface RetentionParts {
  db: Database;
  log: { readonly settled: number };
  clock: Clock;
  logger: Logger;
  times: RetentionTimes;
  /** What else goes when its time has come. */
  further: readonly Sweep[];
}

/**
 * Deletes what is older than it is to be kept, a few rows at a time: deliveries that are done, then the events about which
 * no delivery is left, and long before them what went over the wire. Nothing goes that a delivery still waits for, and no
 * event that is not settled.
 */
export class Retention {
  readonly #parts: RetentionParts;
  readonly #sweeps: { sweep: Sweep; size: BatchSize }[];
  #againAt: number;
  #outage = false;
  #open = true;
  #wake: () => void = () => {};
  #running: Promise<void> | undefined;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
    this.#sweeps = [...allSweeps(parts), ...parts.further].map((sweep) => ({ sweep, size: new BatchSize() }));
    this.#againAt = parts.clock.now() + AGAIN_MS;
    parts.db.onOutage((outage) => (this.#outage = outage !== undefined));
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Ends with the batch that is under way. */
  async close(): Promise<void> {
    this.#open = false;
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (;;) {
      await this.#pause(ROUND_MS);
      if (!this.#open) return;
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const { clock, logger } = this.#parts;
    if (clock.now() >= this.#againAt) {
      this.#againAt = clock.now() + AGAIN_MS;
      for (const { sweep } of this.#sweeps) sweep.again();
    }
    for (const { sweep, size } of this.#sweeps) {
      try {
        const gone = await this.#sweep(sweep, size);
        if (gone > 0) logger.debug({ of: sweep.of, gone }, 'deleted what is too old to be kept');
      } catch (error) {
        logger[logLevelOf(error)]({ err: error, of: sweep.of }, 'could not delete what is too old to be kept');
      }
    }
  }

  async #sweep(sweep: Sweep, size: BatchSize): Promise<number> {
    let total = 0;
    while (this.#open && !this.#outage) {
      const { gone, more } = await this.#batch(sweep, size);
      total += gone;
      if (!more) break;
      await this.#pause(PAUSE_MS);
    }
    return total;
  }

  /** Waits for no disk: what a power loss brings back is deleted once more. */
  #batch(sweep: Sweep, size: BatchSize): ReturnType<Sweep['step']> {
    return this.#parts.db.writeRepeatable(async (tx) => {
      const startedAt = performance.now();
      const step = await sweep.step(tx, size.rows);
      size.took(performance.now() - startedAt);
      return step;
    });
  }

  async #pause(ms: number): Promise<void> {
    if (!this.#open) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.setTimer(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
