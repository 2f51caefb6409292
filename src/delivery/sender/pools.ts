import type { Clock, Timer } from '../../core/clock.ts';
import type { Pool } from './pool.ts';

/** A pool that nobody has used for this long is closed, in ms. */
const IDLE_MS = 60_000;

interface Entry {
  pool: Pool;
  usedAt: number;
}

export interface PoolsOptions {
  open: (origin: string) => Pool;
  clock: Clock;
  /** How many are kept; more only while all of them are busy. */
  most: number;
}

/** A pool of connections for each origin that is in use. */
export class Pools {
  readonly #options: PoolsOptions;
  readonly #entries = new Map<string, Entry>();
  #sweeper: Timer | undefined;

  constructor(options: PoolsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The pool is kept from now on, so the request has to be made at once. */
  of(origin: string): Pool {
    const entry = this.#entries.get(origin) ?? this.#open(origin);
    entry.usedAt = this.#options.clock.now();
    return entry.pool;
  }

  /** Breaks off the requests under way. */
  async destroy(): Promise<void> {
    this.#sweeper?.cancel();
    const pools = [...this.#entries.values()].map(({ pool }) => pool);
    this.#entries.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #open(origin: string): Entry {
    const { open, clock, most } = this.#options;
    if (this.#entries.size >= most) this.#closeOne();
    const entry = { pool: open(origin), usedAt: 0 };
    this.#entries.set(origin, entry);
    this.#sweeper ??= clock.setTimer(IDLE_MS, () => this.#sweep());
    return entry;
  }

  /** The idle one that was not used for the longest time. */
  #closeOne(): void {
    for (const [origin, { pool }] of [...this.#entries].toSorted(([, a], [, b]) => a.usedAt - b.usedAt)) {
      if (this.#closeIfIdle(origin, pool)) return;
    }
  }

  #sweep(): void {
    const { clock } = this.#options;
    for (const [origin, { pool, usedAt }] of this.#entries) {
      if (usedAt + IDLE_MS <= clock.now()) this.#closeIfIdle(origin, pool);
    }
    this.#sweeper = this.#entries.size > 0 ? clock.setTimer(IDLE_MS, () => this.#sweep()) : undefined;
  }

  #closeIfIdle(origin: string, pool: Pool): boolean {
    if (!pool.isIdle) return false;
    this.#entries.delete(origin);
    void pool.destroy();
    return true;
  }
}
