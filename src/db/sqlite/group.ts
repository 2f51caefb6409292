import { StoreUnavailableError, type Writer } from '../database.ts';
import type { SqliteConnection } from './connection.ts';
import type { Outage } from './outage.ts';
import { Session } from './session.ts';

/** What a caller asks to be done as one. */
export interface Operation {
  /** Does the work; the result, called once that is committed, tells the caller. */
  perform: (tx: Writer) => Promise<() => void>;
  fail: (error: unknown) => void;
  /** The caller is told once its work would survive a power loss. */
  durable: boolean;
}

/** Dirties a page of the file: a commit that has it in it was written, however little else there was. */
const TOUCH = 'PRAGMA user_version = 0';

/** Runs many operations in one transaction, each in a savepoint of its own: the one that fails is rolled back alone. */
export class Group {
  readonly #connection: SqliteConnection;
  readonly #outage: Outage;
  #open = false;

  constructor(connection: SqliteConnection, outage: Outage) {
    this.#connection = connection;
    this.#outage = outage;
  }

  /** Whether the connection holds changes that are not committed. */
  get open(): boolean {
    return this.#open;
  }

  /** Answers how to tell the callers, in their order. Throws when nothing was committed. */
  async commit(operations: readonly Operation[]): Promise<(() => void)[]> {
    try {
      this.#connection.exec('BEGIN IMMEDIATE');
      this.#open = true;
      const answers = await this.#performAll(operations);
      if (this.#outage.reason) this.touch();
      this.#connection.exec('COMMIT');
      return answers;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#open = false;
    }
  }

  /** A write that changes nothing. */
  touch(): void {
    this.#connection.exec(TOUCH);
  }

  async #performAll(operations: readonly Operation[]): Promise<(() => void)[]> {
    const [lone] = operations;
    if (lone && operations.length === 1) return [await this.#performAlone(lone)];
    const answers: (() => void)[] = [];
    for (const operation of operations) answers.push(await this.#performAmongOthers(operation));
    return answers;
  }

  /** Without a savepoint, which costs a copy of each page that changes: it is rolled back with the transaction. */
  async #performAlone(operation: Operation): Promise<() => void> {
    try {
      return await this.#perform(operation);
    } catch (error) {
      this.#rollBack();
      this.#connection.exec('BEGIN IMMEDIATE');
      return this.#refusal(operation, error);
    }
  }

  async #performAmongOthers(operation: Operation): Promise<() => void> {
    this.#connection.exec('SAVEPOINT operation');
    let answer: () => void;
    try {
      answer = await this.#perform(operation);
    } catch (error) {
      this.#rollBackOperation(error);
      answer = this.#refusal(operation, error);
    }
    this.#connection.exec('RELEASE operation');
    return answer;
  }

  #refusal({ fail }: Operation, error: unknown): () => void {
    if (error instanceof StoreUnavailableError) this.#outage.failed(error);
    return () => fail(error);
  }

  async #perform({ perform }: Operation): Promise<() => void> {
    const session = new Session(this.#connection);
    const answer = await perform(session);
    return () => {
      for (const effect of session.effects) effect();
      answer();
    };
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
