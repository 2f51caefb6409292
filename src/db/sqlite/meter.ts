import type { CommitListener, Stats } from '../database.ts';

/** Counts for whoever wants to know; an increment each. */
export class Meter implements Stats {
  statements = 0;
  commits = 0;
  operations = 0;
  syncs = 0;
  readonly #listeners: CommitListener[] = [];

  onCommit(listener: CommitListener): void {
    this.#listeners.push(listener);
  }

  committed(operations: number, ms: number): void {
    this.commits += 1;
    this.operations += operations;
    for (const listener of this.#listeners) listener(operations, ms);
  }
}
