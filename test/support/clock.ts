import type { Clock, Timer } from '../../src/core/clock.ts';

/** A clock that a test owns: it stands still until it is told to go on. */
export class TestClock implements Clock {
  #now: number;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  constructor(now = Date.parse('2016-07-19T12:00:00.000Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  /** How many wait for their time. */
  get timers(): number {
    return this.#timers.size;
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    if (delayMs <= 0) {
      const handle = setImmediate(callback);
      return { cancel: () => clearImmediate(handle) };
    }
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Moves on and fires what falls due, in order, as if that much time had passed. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const [next] = [...this.#timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** Moves on as if the machine had been asleep: what fell due meanwhile fires once, and now. */
  leap(ms: number): void {
    this.#now += ms;
    this.advance(0);
  }
}
