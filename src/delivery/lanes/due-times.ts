import TinyQueue from 'tinyqueue';
import type { Clock, Timer } from '../../core/clock.ts';

interface Entry {
  webhookId: number;
  at: number;
}

/** When the first delivery of each webhook falls due, and one timer for all of them. */
export class DueTimes {
  readonly #clock: Clock;
  readonly #onDue: (webhookId: number) => void;
  readonly #at = new Map<number, number>();
  /** By time; an entry that the map does not confirm is out of date. */
  readonly #queue = new TinyQueue<Entry>([], (a, b) => a.at - b.at);
  #timer: Timer | undefined;
  #timerAt = Infinity;
  #open = true;

  /** `onDue` is called once for each webhook whose time has come; it is forgotten then. */
  constructor(clock: Clock, onDue: (webhookId: number) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  get size(): number {
    return this.#at.size;
  }

  /** Something of this webhook falls due then; the earliest time counts. */
  note(webhookId: number, at: number): void {
    if (at >= (this.#at.get(webhookId) ?? Infinity)) return;
    this.#at.set(webhookId, at);
    this.#queue.push({ webhookId, at });
    this.#wakeAt(at);
  }

  forget(webhookId: number): void {
    this.#at.delete(webhookId);
  }

  close(): void {
    this.#open = false;
    this.#timer?.cancel();
  }

  #wakeAt(at: number): void {
    if (!this.#open || at >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = at;
    this.#timer = this.#clock.setTimer(at - this.#clock.now(), () => this.#fire());
  }

  #fire(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    for (let next = this.#queue.peek(); next && next.at <= now; next = this.#queue.peek()) {
      this.#queue.pop();
      if (this.#at.get(next.webhookId) !== next.at) continue;
      this.#at.delete(next.webhookId);
      this.#onDue(next.webhookId);
    }
    const next = this.#queue.peek();
    if (next) this.#wakeAt(next.at);
  }
}
