import TinyQueue from 'tinyqueue';
import type { Timer } from '../../src/core/clock.ts';
import type { Random } from './random.ts';

interface Entry {
  at: number;
  /** Decides between entries of the same moment. */
  tie: number;
  run: (() => void) | undefined;
}

/** How late one may look around when there is nothing to see (ms). */
const LATE_MS = 20_000;

/**
 * What happens when. Nothing happens by itself: `step` goes to the next moment at which something does, and lets one
 * thing happen there.
 */
export class Timeline {
  #now = Date.parse('2016-07-19T12:00:00.000Z');
  readonly #random: Random;
  readonly #entries = new TinyQueue<Entry>([], inOrder);
  /** What looks around a few times a second, and may do so late when there is nothing to see. */
  readonly #watches = new TinyQueue<Entry>([], inOrder);

  constructor(random: Random) {
    this.#random = random;
  }

  get now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void, { isWatch = false } = {}): Timer {
    const entry: Entry = { at: this.#now + Math.max(0, delayMs), tie: this.#random.next(), run };
    (isWatch ? this.#watches : this.#entries).push(entry);
    return { cancel: () => void (entry.run = undefined) };
  }

  /** When the next thing happens; `resting`: who looks around may do so late. */
  nextAt(resting: boolean): number {
    const watch = first(this.#watches)?.at ?? Infinity;
    return Math.min(first(this.#entries)?.at ?? Infinity, resting ? watch + LATE_MS : watch);
  }

  /** Goes to that moment and lets the first thing that is due happen. */
  step(at: number): void {
    this.goTo(at);
    const [entry, watch] = [first(this.#entries), first(this.#watches)];
    const queue = entry && (!watch || inOrder(entry, watch) <= 0) ? this.#entries : this.#watches;
    const next = queue.peek();
    if (!next || next.at > this.#now) return;
    queue.pop();
    next.run?.();
  }

  goTo(at: number): void {
    this.#now = Math.max(this.#now, at);
  }
}

function inOrder(a: Entry, b: Entry): number {
  return a.at - b.at || a.tie - b.tie;
}

/** The first entry that was not cancelled. */
function first(queue: TinyQueue<Entry>): Entry | undefined {
  while (queue.length > 0 && queue.peek()?.run === undefined) queue.pop();
  return queue.peek();
}
