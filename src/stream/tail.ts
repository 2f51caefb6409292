/** Items kept for everybody; who is further behind reads the table alone. */
const MOST_KEPT = 2_000;
const READ_AT_ONCE = 500;

interface Source<T> {
  /** At most `limit` items after a position, in order. */
  read(position: number, limit: number): Promise<readonly T[]>;
  positionOf(item: T): number;
}

/**
 * The end of an ordered table, read once for everybody who follows it. Memory stays flat: who falls behind what is kept
 * goes on from the table at their own pace.
 */
export class Tail<T> {
  readonly #source: Source<T>;
  /** Every item there is after `#after`, up to `#newest`. */
  #kept: T[] = [];
  #after = 0;
  #newest = 0;
  /** There may be more after `#newest`. */
  #grown = true;
  #reading: Promise<void> | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: Source<T>) {
    this.#source = source;
  }

  /** The table has more than it had. */
  grow(): void {
    this.#grown = true;
  }

  /** At most `limit` items after a position, in order; none: there are no more for now. */
  async after(position: number, limit: number): Promise<readonly T[]> {
    while ((this.#grown || this.#reading) && position >= this.#newest) await this.#readOn(position);
    if (position < this.#after) {
      await this.#nextTurn();
      return this.#source.read(position, limit);
    }
    const start = this.#kept.findLastIndex((item) => this.#source.positionOf(item) <= position) + 1;
    return this.#kept.slice(start, start + limit);
  }

  #readOn(position: number): Promise<void> {
    this.#reading ??= this.#read(position).finally(() => (this.#reading = undefined));
    return this.#reading;
  }

  async #read(position: number): Promise<void> {
    if (position > this.#newest) {
      // Nobody has asked for what lies between.
      this.#kept = [];
      this.#after = position;
      this.#newest = position;
    }
    this.#grown = false;
    try {
      const items = await this.#source.read(this.#newest, READ_AT_ONCE);
      if (items.length === READ_AT_ONCE) this.#grown = true;
      this.#keep(items);
    } catch (error) {
      this.#grown = true;
      throw error;
    }
  }

  #keep(items: readonly T[]): void {
    this.#kept.push(...items);
    const last = this.#kept.at(-1);
    if (last !== undefined) this.#newest = this.#source.positionOf(last);
    const dropped = this.#kept.splice(0, this.#kept.length - MOST_KEPT).at(-1);
    if (dropped !== undefined) this.#after = this.#source.positionOf(dropped);
  }

  /**
   * One reading of old items in each turn of the event loop, however many are behind: the table answers without a pause,
   * and API calls need theirs.
   */
  #nextTurn(): Promise<unknown> {
    this.#turn = this.#turn.then(() => new Promise(setImmediate));
    return this.#turn;
  }
}
