import { ApiError } from '../core/errors.ts';

export interface SeatLimits {
  perPerson: number;
  total: number;
}

/** Counts who follows the stream, so that there is room for everybody. */
export class Seats {
  readonly #limits: SeatLimits;
  readonly #taken = new Map<number, number>();
  #total = 0;

  constructor(limits: SeatLimits) {
    this.#limits = limits;
  }

  /** Free again once it is disposed of. Throws `tooManyStreams` or `streamsExhausted`. */
  take(personId: number): Disposable {
    const { perPerson, total } = this.#limits;
    const taken = this.#taken.get(personId) ?? 0;
    if (taken >= perPerson) throw new ApiError('tooManyStreams', { limit: perPerson });
    if (this.#total >= total) throw new ApiError('streamsExhausted', { limit: total });
    this.#taken.set(personId, taken + 1);
    this.#total += 1;
    return { [Symbol.dispose]: () => this.#free(personId) };
  }

  #free(personId: number): void {
    this.#total -= 1;
    const left = (this.#taken.get(personId) ?? 0) - 1;
    if (left > 0) this.#taken.set(personId, left);
    else this.#taken.delete(personId);
  }
}
