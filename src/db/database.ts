import type { CompiledQuery, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Storage as the rest of the program sees it. Nothing above this folder knows which engine answers. */
export interface Database {
  /** Reads what is committed; never waits for a writer. */
  readonly reader: Reader;
  /**
   * Runs `work` as one unit: all of its writes become durable together or none does. The promise settles after the
   * commit, so an answered caller's data survives a power loss.
   *
   * `work` may await nothing but the session it is given: on SQLite its neighbours share the transaction and wait. When a
   * call of the session fails, so must `work`: the engine may have rolled everything back.
   */
  write<T>(work: (tx: Writer) => Promise<T>): Promise<T>;
  /**
   * Like `write`, for what can be done again: it survives the end of the process, but a power loss may undo the last
   * ones of these. Waits for no disk.
   */
  writeRepeatable<T>(work: (tx: Writer) => Promise<T>): Promise<T>;
  /** Writes next to nothing, durably. Throws `StoreUnavailableError` when that fails, and while an outage lasts. */
  probe(): Promise<void>;
  /**
   * Calls `listener` with the first error when an outage begins, and with undefined when writing has worked again for some
   * seconds: once each, however many writes fail in between. Whoever meets a `StoreUnavailableError` need not log it.
   */
  onOutage(listener: OutageListener): void;
  /** Counts since the opening. */
  readonly stats: Readonly<Stats>;
  /** Calls `listener` for each commit, when it is durable and before its callers are answered. */
  onCommit(listener: CommitListener): void;
  /** Waits for the writes under way, then closes. */
  close(): Promise<void>;
}

export interface Reader {
  /** For the many: any query, compiled each time. */
  readonly query: Kysely<Schema>;
  /** For the hot dozen: compiled once. */
  all<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R[]>;
  first<P extends Params, R>(statement: Statement<P, R>, params: P): Promise<R | undefined>;
}

/** Only `Database.write` hands one out: a write outside a unit of work does not compile. */
export interface Writer extends Reader {
  readonly writes: true;
  /**
   * Runs a statement once for each row of parameters, in their order: the way to write many rows. What it returns is not
   * read.
   */
  run<P extends Params>(statement: Statement<P, unknown>, rows: readonly P[]): Promise<void>;
  /** Called after the commit, in the order of registration; never when the unit is rolled back. Must not throw. */
  afterCommit(effect: () => void): void;
}

export type Value = string | number | Uint8Array | null;
export type Params = Record<string, Value>;

/** A query whose text is made once and run often with other values. */
export interface Statement<P extends Params, R> {
  readonly build: (db: Kysely<Schema>, param: <K extends keyof P & string>(name: K) => P[K]) => Compilable<R>;
}

interface Compilable<R> {
  compile(): CompiledQuery<R>;
}

/**
 * Declares a statement: `statement<{ uuid: string }>()((db, param) => db.selectFrom('rooms').where('uuid', '=', param('uuid')))`.
 * The parameters are named first so that the row type can be inferred.
 */
export function statement<P extends Params>(): <R>(build: Statement<P, R>['build']) => Statement<P, R> {
  return (build) => ({ build });
}

/** Stands in a compiled query for a value that comes later. */
export class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** The text of a statement and, for each of its parameters, a placeholder or a constant. */
export function compileStatement<P extends Params, R>(db: Kysely<Schema>, { build }: Statement<P, R>): CompiledQuery {
  // The one place where a placeholder passes for the value it stands for.
  return build(db, (name) => new Placeholder(name) as unknown as P[typeof name]).compile();
}

export interface Stats {
  /** Given to the engine, by readers and writers, those that begin and end transactions too. One run for many rows is one. */
  statements: number;
  /** Commits that were answered. */
  commits: number;
  /** Units of work that these commits were shared by. */
  operations: number;
  /** Times that the disk was waited for. */
  syncs: number;
}

/** `operations` shared the commit; `ms` from its first statement until it was durable, the wait for the disk included. */
export type CommitListener = (operations: number, ms: number) => void;

export type OutageListener = (outage: StoreUnavailableError | undefined) => void;

/** The store cannot answer now (disk full, connection lost); nothing was changed, unless it says otherwise. */
export class StoreUnavailableError extends Error {
  override name = 'StoreUnavailableError';
}

/** The level at which to log what failed: the store tells of its outage by itself (`Database.onOutage`). */
export function logLevelOf(error: unknown): 'error' | 'debug' {
  return error instanceof StoreUnavailableError ? 'debug' : 'error';
}
