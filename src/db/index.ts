export {
  logLevelOf,
  StoreUnavailableError,
  statement,
  type Database,
  type OutageListener,
  type Reader,
  type Writer,
} from './database.ts';
export { flag, type Flag, type Schema } from './schema.ts';
export { lockStore, StoreLockedError, type StoreLock } from './sqlite/lock.ts';
export { openSqlite } from './sqlite/open.ts';
