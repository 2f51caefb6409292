import { StoreUnavailableError } from '../database.ts';

const SQLITE_BUSY = 5;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;

/** Nothing is wrong with the query: the file cannot be worked with now. */
const unavailable = new Set([SQLITE_BUSY, SQLITE_READONLY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN]);

/** Calls the engine, and says what it throws in the words of the interface. */
export function translated<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (!unavailable.has(kindOf(error))) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StoreUnavailableError(`The store cannot be worked with: ${reason}.`, { cause: error });
  }
}

/** Whether this is how another connection's lock shows. */
export function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailableError && kindOf(error.cause) === SQLITE_BUSY;
}

function kindOf(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) : 0;
  // The low byte is the kind of error, the rest its details.
  return code & 0xff;
}
