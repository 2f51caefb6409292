import type { Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';

const WINDOW_MS = 60_000;
/** Wrong codes within the window: of one address, and of all together. */
const MOST_OF_ADDRESS = 10;
const MOST_OF_ALL = 1_000;

/**
 * A user code is short enough to be guessed by who may try for ever. At a thousand tries a minute, guessing one of a hundred
 * codes that wait takes half a year on average.
 */
export class Guesses {
  readonly #clock: Clock;
  readonly #wrong = new Map<string, number>();
  #ofAll = 0;
  #since = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Throws when this address, or everybody, was wrong too often. */
  check(address: string): void {
    this.#forgetOld();
    if ((this.#wrong.get(address) ?? 0) >= MOST_OF_ADDRESS || this.#ofAll >= MOST_OF_ALL) {
      throw new ApiError('tooManyGuesses');
    }
  }

  wrong(address: string): void {
    this.#forgetOld();
    this.#wrong.set(address, (this.#wrong.get(address) ?? 0) + 1);
    this.#ofAll += 1;
  }

  #forgetOld(): void {
    if (this.#clock.now() < this.#since + WINDOW_MS) return;
    this.#since = this.#clock.now();
    this.#wrong.clear();
    this.#ofAll = 0;
  }
}
