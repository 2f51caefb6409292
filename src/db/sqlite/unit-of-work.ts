import { StoreUnavailableError, type Writer } from '../database.ts';
import { asReader, type SqliteConnection } from './connection.ts';
import type { Disk } from './disk.ts';

/**
 * Group commit. SQLite takes one writer and a durable commit waits for the disk, so the operations that arrive together
 * share one: each runs in a savepoint of its own, one commit and one wait make all of them durable, then everybody is
 * answered. An operation that fails is rolled back alone. The disk is waited for off the event loop, and not at all when
 * none of them asked for it.
 */
export class UnitOfWork {
  readonly #connection: SqliteConnection;
  readonly #disk: Disk;
  #queue: Operation[] = [];
  #running: Promise<void> | undefined;
  #inTransaction = false;
  #broken: Error | undefined;

  constructor(connection: SqliteConnection, disk: Disk) {
    this.#connection = connection;
    this.#disk = disk;
  }

  run<T>(work: (tx: Writer) => Promise<T>, durable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({
        perform: async () => {
          const effects: (() => void)[] = [];
          const tx: Writer = {
            ...asReader(this.#connection),
            writes: true,
            afterCommit: (effect) => effects.push(effect),
          };
          const value = await work(tx);
          return () => {
            for (const effect of effects) effect();
            resolve(value);
          };
        },
        fail: reject,
        durable,
      });
      this.#running ??= this.#drain();
    });
  }

  /** Whether the connection holds changes that are not committed. */
  get inTransaction(): boolean {
    return this.#inTransaction;
  }

  /** Resolves when nothing is queued or under way. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        // Everything that the present turn of the event loop brings in joins the same commit.
        await new Promise(setImmediate);
        const batch = this.#queue;
        this.#queue = [];
        await this.#commit(batch);
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #commit(batch: readonly Operation[]): Promise<void> {
    let answers: (() => void)[];
    try {
      if (this.#broken) throw this.#broken;
      answers = await this.#transact(batch);
      if (batch.some(({ durable }) => durable)) await this.#sync();
    } catch (error) {
      const unavailable = new StoreUnavailableError('The store cannot be written to.', { cause: error });
      for (const operation of batch) operation.fail(unavailable);
      return;
    }
    for (const answer of answers) answer();
  }

  /**
   * After a sync that failed nobody knows what is on the disk, and a second try may lie (the kernel has dropped the
   * pages). Nothing more is written until the next start reads what is there.
   */
  async #sync(): Promise<void> {
    try {
      await this.#disk.sync();
    } catch (error) {
      this.#broken = error instanceof Error ? error : new Error(String(error));
      throw error;
    }
  }

  async #transact(batch: readonly Operation[]): Promise<(() => void)[]> {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      this.#inTransaction = true;
      const answers = await this.#performAll(batch);
      this.#connection.exec('COMMIT');
      return answers;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  async #performAll(batch: readonly Operation[]): Promise<(() => void)[]> {
    const answers: (() => void)[] = [];
    for (const operation of batch) {
      this.#connection.exec('SAVEPOINT operation');
      try {
        answers.push(await operation.perform());
      } catch (error) {
        this.#connection.exec('ROLLBACK TO operation');
        answers.push(() => operation.fail(error));
      }
      this.#connection.exec('RELEASE operation');
    }
    return answers;
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full; the cause is already being reported.
    }
  }
}

interface Operation {
  /** Does the work inside its savepoint; the result answers the caller once the commit is durable. */
  perform: () => Promise<() => void>;
  fail: (error: unknown) => void;
  /** Answered only once it would survive a power loss. */
  durable: boolean;
}
