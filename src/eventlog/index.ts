export type { EventBatch, EventLog } from './event-log.ts';
export { firstKept, noteGone } from './kept.ts';
export { newestEventBefore } from './positions.ts';
export { asLoggedEvent, eventColumns } from './rows.ts';
export { SqliteEventLog } from './sqlite.ts';
