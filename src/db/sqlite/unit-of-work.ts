import { StoreUnavailableError, type Writer } from '../database.ts';
import { asReader, type SqliteConnection } from './connection.ts';
import type { Disk } from './disk.ts';
import type { Outage } from './outage.ts';

/** Dirties a page of the file: what commits after it was written, however little that was. */
const TOUCH = 'PRAGMA user_version = 0';

/**
 * Group commit. SQLite takes one writer and a durable commit waits for the disk, so the operations that arrive together
 * share one: each runs in a savepoint of its own, one commit and one wait make all of them durable, then everybody is
 * answered. An operation that fails is rolled back alone. The disk is waited for off the event loop, and not at all when
 * none of them asked for it.
 */
export class UnitOfWork {
  readonly #connection: SqliteConnection;
  readonly #disk: Disk;
  readonly #outage: Outage;
  #queue: Operation[] = [];
  #running: Promise<void> | undefined;
  #inTransaction = false;
  #broken: StoreUnavailableError | undefined;

  constructor(connection: SqliteConnection, disk: Disk, outage: Outage) {
    this.#connection = connection;
    this.#disk = disk;
    this.#outage = outage;
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

  async probe(): Promise<void> {
    await this.run(async () => this.#connection.exec(TOUCH), true);
    if (this.#outage.reason) throw this.#outage.reason;
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
      const unavailable = asUnavailable(error);
      this.#outage.failed(unavailable);
      for (const operation of batch) operation.fail(unavailable);
      return;
    }
    this.#outage.worked();
    for (const answer of answers) answer();
  }

  /**
   * A commit that fails has written nothing that counts, and the next one may work. After a sync that failed nobody knows
   * what is on the disk, and a second try may lie (the kernel has dropped the pages). So nothing more is written until the
   * next start, which takes what it finds whole.
   */
  async #sync(): Promise<void> {
    try {
      await this.#disk.sync();
    } catch (cause) {
      this.#broken = new StoreUnavailableError(
        'The disk did not confirm a write, so nobody knows whether it is there: nothing is written until a restart.',
        { cause },
      );
      throw this.#broken;
    }
  }

  async #transact(batch: readonly Operation[]): Promise<(() => void)[]> {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      this.#inTransaction = true;
      const answers = await this.#performAll(batch);
      if (this.#outage.reason) this.#connection.exec(TOUCH);
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
        if (error instanceof StoreUnavailableError) this.#outage.failed(error);
        this.#rollBackOperation(error);
        answers.push(() => operation.fail(error));
      }
      this.#connection.exec('RELEASE operation');
    }
    return answers;
  }

  #rollBackOperation(reason: unknown): void {
    try {
      this.#connection.exec('ROLLBACK TO operation');
    } catch {
      // SQLite has rolled the whole transaction back by itself, and with it the neighbours.
      throw reason;
    }
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full; the cause is already being reported.
    }
  }
}

function asUnavailable(error: unknown): StoreUnavailableError {
  if (error instanceof StoreUnavailableError) return error;
  return new StoreUnavailableError('The store cannot be written to.', { cause: error });
}

interface Operation {
  /** Does the work inside its savepoint; the result answers the caller once the commit is durable. */
  perform: () => Promise<() => void>;
  fail: (error: unknown) => void;
  /** Answered only once it would survive a power loss. */
  durable: boolean;
}
