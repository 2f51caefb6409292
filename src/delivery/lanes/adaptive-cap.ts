/** Where every lane begins, and where it returns to when it needs no more. */
const LEAST_CAP = 2;
/** Differences shorter than this may be this machine's own, not the receiver's (ms). */
const SLACK_MS = 10;
/** A success that took so many times what an unhurried one takes means that requests queue up at the receiver. */
const HURRIED = 1.25;
const CROWDED = 1.5;
/** One such success takes back what so many others made it grow. */
const SHRINK = 8;

/**
 * How many requests one webhook may have in flight. Found out as TCP does it: it grows while the receiver keeps up, and
 * only when the lane needs it; it is halved when the receiver fails. It also stays where answers begin to take longer,
 * so that a backlog is drained as fast as the receiver works and its answers do not suffer.
 */
export class AdaptiveCap {
  readonly #most: number;
  #value: number;
  /** Up to here it doubles with each round of answers, beyond it grows by one. */
  #cautious: number;
  /** How long a success takes while next to nothing else is in flight (ms). */
  #unhurriedMs: number | undefined;
  #halvedAt = -1;

  constructor(most: number) {
    this.#most = most;
    this.#value = Math.min(LEAST_CAP, most);
    this.#cautious = most;
  }

  get value(): number {
    return Math.floor(this.#value);
  }

  /** `inFlight`: requests of the lane that were out beside it; `needed`: the lane had more to send. */
  succeeded(durationMs: number, { inFlight, needed }: { inFlight: number; needed: boolean }): void {
    const unhurried = this.#learn(durationMs, inFlight);
    if (durationMs > unhurried * CROWDED + SLACK_MS) this.#shrink();
    else if (needed && durationMs <= unhurried * HURRIED + SLACK_MS) this.#grow();
  }

  /** Timeouts, refused connections, 5xx, 429. Failures of the same round count once. */
  failed(startedAt: number, now: number): void {
    if (startedAt <= this.#halvedAt) return;
    this.#halvedAt = now;
    this.#cautious = Math.max(1, this.#value / 2);
    this.#value = this.#cautious;
  }

  /** Nothing was sent for a while: what was found out of the receiver then may hold no longer. */
  rest(): void {
    this.#value = Math.min(this.#value, Math.max(LEAST_CAP, this.#value / 2), this.#most);
  }

  #learn(durationMs: number, inFlight: number): number {
    const known = this.#unhurriedMs ?? durationMs;
    if (inFlight < LEAST_CAP) this.#unhurriedMs = known + (durationMs - known) / 8;
    else this.#unhurriedMs = Math.min(known, durationMs);
    return this.#unhurriedMs;
  }

  #grow(): void {
    this.#value = Math.min(this.#most, this.#value + (this.#value < this.#cautious ? 1 : 1 / this.#value));
  }

  #shrink(): void {
    this.#cautious = Math.min(this.#cautious, this.#value);
    this.#value = Math.max(1, this.#value - SHRINK / this.#value);
  }
}
