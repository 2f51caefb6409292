import { readTarget } from '../guard/index.ts';
import { stopped, type Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';

/** A URL, read. */
export interface Target {
  origin: string;
  path: string;
}

const MOST_TARGETS = 10_000;

/** Turns away what cannot be called, and everything once it is closed; knows how much is under way. */
export class Intake {
  /** Reading a URL costs as much as a third of sending to it, and a server sends to few different ones. */
  readonly #targets = new Map<string, Target | string>();
  #open = true;
  #underWay = 0;
  #drained: () => void = () => {};

  /** `begin` sees to it that `settled` is called once. */
  take(url: string, begin: (target: Target, settled: (outcome: Outcome) => void) => void): Promise<Outcome> {
    const target = this.#targets.get(url) ?? this.#read(url);
    if (typeof target === 'string') return failed({ reason: 'invalid-request', message: target });
    if (!this.#open) return failed(stopped);
    this.#underWay += 1;
    return new Promise((resolve) => {
      begin(target, (outcome) => {
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#drained();
        resolve(outcome);
      });
    });
  }

  close(): void {
    this.#open = false;
  }

  async drained(): Promise<void> {
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
  }

  #read(url: string): Target | string {
    const read = readTarget(url);
    const target = typeof read === 'string' ? read : { origin: read.origin, path: read.pathname + read.search };
    if (this.#targets.size >= MOST_TARGETS) this.#targets.clear();
    this.#targets.set(url, target);
    return target;
  }
}

function failed(failure: Failure): Promise<Outcome> {
  return Promise.resolve({ kind: 'error', ...failure, timings: { totalMs: 0 } });
}
