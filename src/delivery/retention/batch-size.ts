/** No batch looks at more rows, and none at fewer. */
const MOST = 500;
const FEWEST = 10;
/** How long the event loop and the writers may wait for a batch (ms). */
const LONGEST_MS = 5;

/** How many rows a batch looks at: as many as can be done within the time, as the last one has shown. */
export class BatchSize {
  #rows = 100;

  get rows(): number {
    return this.#rows;
  }

  took(ms: number): void {
    if (ms > LONGEST_MS) this.#rows = Math.max(FEWEST, Math.floor(this.#rows / 2));
    else if (ms < LONGEST_MS / 2) this.#rows = Math.min(MOST, this.#rows * 2);
  }
}
