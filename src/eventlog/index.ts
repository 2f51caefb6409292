export type { EventBatch, EventLog } from './event-log.ts';
export { SqliteEventLog } from './sqlite.ts';
