import {
  Kysely,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type CompiledQuery,
  type QueryResult,
} from 'kysely';
import { compileStatement, type Params, type Statement } from '../../src/db/database.ts';
import { StoreUnavailableError, type Database, type Reader, type Writer } from '../../src/db/index.ts';
import type { Schema } from '../../src/db/schema.ts';
import type { Outage } from './scenario.ts';

/** What the store asks of the life that uses it. */
export interface Mortal {
  readonly alive: boolean;
  readonly outage: Outage | undefined;
  /** Something is about to happen: the life may end here. Answers whether it goes on. */
  survives(what: string): boolean;
  /** As `survives`, and the store may let the life wait. Never resolves for a life that has ended. */
  goesOn(what: string): Promise<void>;
  /** A unit of work is committed; nobody has heard of it. `repeatable`: it records what became of deliveries. */
  committed(repeatable: boolean): void;
  /** Units of work that the store has not finished. */
  writesUnderWay(change: 1 | -1): void;
}

/** The work of a life that has ended: nothing of it is to be committed. */
class Ended extends Error {}

/**
 * The store as one life of the program sees it: reads and writes take a while, fail during an outage, and the life may end
 * before a commit, after it, or before anybody hears of it. Nothing reaches a life that has ended.
 */
export function mortalDatabase(store: Database, life: Mortal): Database {
  const read = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    await life.goesOn(`reads ${what}`);
    if (life.outage === 'reads' || life.outage === 'both') throw new StoreUnavailableError('No reading now.');
    const value = await work();
    await life.goesOn(`has read ${what}`);
    return value;
  };

  const write = async <T>(work: (tx: Writer) => Promise<T>, repeatable: boolean): Promise<T> => {
    await life.goesOn('writes');
    if (life.outage === 'writes' || life.outage === 'both') throw new StoreUnavailableError('No writing now.');
    life.writesUnderWay(1);
    const run = repeatable ? store.writeRepeatable.bind(store) : store.write.bind(store);
    const result = await run((tx) => mortalWork(tx, work, repeatable)).then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    life.writesUnderWay(-1);
    await life.goesOn('has written');
    return result();
  };

  async function mortalWork<T>(tx: Writer, work: (tx: Writer) => Promise<T>, repeatable: boolean): Promise<T> {
    if (!life.alive) throw new Ended();
    tx.afterCommit(() => {
      life.committed(repeatable);
      life.survives('has committed');
    });
    const value = await work({
      query: tx.query,
      all: (statement, params) => tx.all(statement, params),
      first: (statement, params) => tx.first(statement, params),
      run: (statement, rows) => tx.run(statement, rows),
      writes: true,
      afterCommit: (effect) => tx.afterCommit(() => void (life.alive && effect())),
    });
    if (!life.survives('commits')) throw new Ended();
    return value;
  }

  const reader: Reader = {
    query: kyselyOver((query) => read('rows', () => store.reader.query.executeQuery(query))),
    all: (statement, params) => read(nameOf(store, statement), () => store.reader.all(statement, params)),
    first: (statement, params) => read(nameOf(store, statement), () => store.reader.first(statement, params)),
  };
  return {
    reader,
    write: (work) => write(work, false),
    writeRepeatable: (work) => write(work, true),
    probe: () => write(() => Promise.resolve(), false),
    // Whether there is an outage is known to the world; nobody counts.
    onOutage: () => {},
    stats: store.stats,
    onCommit: () => {},
    close: () => Promise.resolve(),
  };
}

/** Queries that are run by `execute`, any number of them at a time. */
function kyselyOver(execute: (query: CompiledQuery) => Promise<QueryResult<unknown>>): Kysely<Schema> {
  const refuse = () => Promise.reject(new Error('This is for reading.'));
  const connection = {
    executeQuery: <R>(query: CompiledQuery) => execute(query) as Promise<QueryResult<R>>,
    streamQuery: () => {
      throw new Error('Nobody reads a stream of rows.');
    },
  };
  return new Kysely<Schema>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
      createDriver: () => ({
        init: () => Promise.resolve(),
        acquireConnection: () => Promise.resolve(connection),
        releaseConnection: () => Promise.resolve(),
        destroy: () => Promise.resolve(),
        beginTransaction: refuse,
        commitTransaction: refuse,
        rollbackTransaction: refuse,
      }),
    },
  });
}

/** What a statement asks for, for the trace. */
function nameOf<P extends Params, R>({ reader }: Database, statement: Statement<P, R>): string {
  let name = names.get(statement);
  if (name === undefined) {
    const { sql } = compileStatement(reader.query, statement);
    const [, table = ''] = /from "(\w+)"/.exec(sql) ?? [];
    const [, order = 'anything'] = /order by "?([\w."]+)"/.exec(sql) ?? [];
    names.set(statement, (name = `${table} by ${order}`));
  }
  return name;
}
const names = new WeakMap<object, string>();
