import type { Clock, Timer } from '../../core/clock.ts';

/** What begins within this time ends by one timer, in ms: the last of it that much before its time is up. */
const TOGETHER_MS = 5;

interface Expiring {
  expire(): void;
}

/** Ends what does not end by itself in time. A timer for each would cost more than all else that is done for it here. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #latest: Group | undefined;

  constructor(clock: Clock, timeoutMs: number) {
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** `now` is of the monotonic clock. What has ended leaves the group. */
  join(member: Expiring, now: number): Group {
    let group = this.#latest;
    if (group === undefined || now - group.since > TOGETHER_MS) {
      group?.close();
      group = this.#latest = new Group(now, this.#clock, this.#timeoutMs);
    }
    group.add(member);
    return group;
  }

  close(): void {
    this.#latest?.close();
  }
}

/** Those that have one deadline. */
export class Group {
  readonly since: number;
  readonly #timer: Timer;
  readonly #members = new Set<Expiring>();
  #closed = false;

  constructor(since: number, clock: Clock, timeoutMs: number) {
    this.since = since;
    this.#timer = clock.setTimer(timeoutMs, () => this.#expire());
  }

  add(member: Expiring): void {
    this.#members.add(member);
  }

  leave(member: Expiring): void {
    this.#members.delete(member);
    if (this.#closed && this.#members.size === 0) this.#timer.cancel();
  }

  /** Nobody joins any more. */
  close(): void {
    this.#closed = true;
    if (this.#members.size === 0) this.#timer.cancel();
  }

  #expire(): void {
    for (const member of this.#members) member.expire();
  }
}
