import { DatabaseSync } from 'node:sqlite';

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
 * `StoreLockedError`.
 */
export function lockStore(file: string): StoreLock {
  const db = new DatabaseSync(file, { timeout: WAIT_MS });
  try {
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    throw new StoreLockedError('Another process works on the store.', { cause });
  }
  return { release: () => db.close() };
}
