import type { Clock } from '../../core/clock.ts';
import type { OutageListener, StoreUnavailableError } from '../database.ts';

/** An outage is over when writes have not failed for so long, in ms: on a disk that is nearly full, small ones still work. */
const CALM_MS = 5_000;

/** Makes of writes that fail and writes that work one word when an outage begins and one when it is over. */
export class Outage {
  readonly #clock: Clock;
  readonly #listeners: OutageListener[] = [];
  #last: { error: StoreUnavailableError; at: number } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onChange(listener: OutageListener): void {
    this.#listeners.push(listener);
  }

  /** The last failure, while the outage lasts. */
  get reason(): StoreUnavailableError | undefined {
    return this.#last?.error;
  }

  failed(error: StoreUnavailableError): void {
    const begins = this.#last === undefined;
    this.#last = { error, at: this.#clock.now() };
    if (begins) this.#tell(error);
  }

  worked(): void {
    if (this.#last === undefined || this.#clock.now() - this.#last.at < CALM_MS) return;
    this.#last = undefined;
    this.#tell(undefined);
  }

  #tell(outage: StoreUnavailableError | undefined): void {
    for (const listener of this.#listeners) listener(outage);
  }
}
