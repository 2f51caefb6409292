import type { Kysely } from 'kysely';
import type { Params, Statement, Writer } from '../database.ts';
import type { Schema } from '../schema.ts';
import type { SqliteConnection } from './connection.ts';

/** The asynchronous face of the writing connection, for one operation. */
export class Session implements Writer {
  readonly writes = true;
  readonly query: Kysely<Schema>;
  /** What to do after the commit. */
  readonly effects: (() => void)[] = [];
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
    this.query = connection.query;
  }

  async all<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    return this.#connection.all(statement, params);
  }

  async first<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return this.#connection.first(statement, params);
  }

  async run<P extends Params>(statement: Statement<P, unknown>, rows: readonly P[]): Promise<void> {
    this.#connection.run(statement, rows);
  }

  afterCommit(effect: () => void): void {
    this.effects.push(effect);
  }
}
