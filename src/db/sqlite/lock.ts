import { DatabaseSync } from 'node:sqlite';
import { isBusy, translated } from './store-error.ts';

/** Another process works on the store. */
export class StoreLockedError extends Error {
  override name = 'StoreLockedError';
}

export interface StoreLock {
  release(): void;
}

const WAIT_MS = 2_000;

/**
 * Makes this process the only one that works on a store: a server keeps the log's end, the webhooks and the keys in
 * memory. The operating system drops the lock when the process ends, however it ends. Waits for two seconds, then throws
 * `StoreLockedError`; `StoreUnavailableError` when the file cannot be written.
 */
export function lockStore(file: string): StoreLock {
  const db = translated(() => new DatabaseSync(file, { timeout: WAIT_MS }));
  try {
    translated(() => db.exec('BEGIN EXCLUSIVE'));
  } catch (error) {
    db.close();
    throw isBusy(error) ? new StoreLockedError('Another process works on the store.', { cause: error }) : error;
  }
  return { release: () => db.close() };
}
