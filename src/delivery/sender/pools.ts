import type { Pool } from 'undici';
import type { Clock, Timer } from '../../core/clock.ts';

/** A pool that nobody has used for this long is closed, in ms. */
const IDLE_MS = 60_000;

interface Entry {
  pool: Pool;
  usedAt: number;
}

export interface PoolsOptions {
  open: (origin: URL) => Pool;
  clock: Clock;
  /** How many are kept; more only while all of them are busy. */
  most: number;
}

/** A pool of connections for each origin that is in use. */
export class Pools {
  readonly #options: PoolsOptions;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #sweeper: Timer | undefined;

  constructor(options: PoolsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The pool is kept from now on, so the request has to be made at once. */
  of(origin: URL): Pool {
    const { open, clock, most } = this.#options;
    const known = this.#entries.get(origin.origin);
    if (known) this.#entries.delete(origin.origin);
    else if (this.#entries.size >= most) this.#closeOne();
    const entry = known ?? { pool: open(origin), usedAt: 0 };
    entry.usedAt = clock.now();
    this.#entries.set(origin.origin, entry);
    this.#sweeper ??= clock.setTimer(IDLE_MS, () => this.#sweep());
    return entry.pool;
  }

  /** Breaks off the requests under way. */
  async destroy(): Promise<void> {
    this.#sweeper?.cancel();
    const pools = [...this.#entries.values()].map(({ pool }) => pool);
    this.#entries.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #closeOne(): void {
    for (const [origin, { pool }] of this.#entries) {
      if (this.#closeIfIdle(origin, pool)) return;
    }
  }

  #sweep(): void {
    const { clock } = this.#options;
    for (const [origin, { pool, usedAt }] of this.#entries) {
      if (usedAt + IDLE_MS > clock.now()) break;
      this.#closeIfIdle(origin, pool);
    }
    this.#sweeper = this.#entries.size > 0 ? clock.setTimer(IDLE_MS, () => this.#sweep()) : undefined;
  }

  #closeIfIdle(origin: string, pool: Pool): boolean {
    if (pool.stats.size > 0) return false;
    this.#entries.delete(origin);
    void pool.destroy();
    return true;
  }
}
