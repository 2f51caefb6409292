export { StoreUnavailableError, statement, type Database, type Reader, type Writer } from './database.ts';
export type { Flag, Schema } from './schema.ts';
export { openSqlite } from './sqlite/open.ts';
