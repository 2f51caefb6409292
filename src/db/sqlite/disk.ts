import { open } from 'node:fs/promises';

/** Waits until what was committed is on the disk, off the event loop. */
export interface Disk {
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The write-ahead log of a database file: a commit is durable once the log is on the disk. Must be opened while a
 * connection is, after its first write, and closed before the last one: SQLite makes the file and takes it away.
 */
export async function openWriteAheadLog(databaseFile: string): Promise<Disk> {
  const file = await open(`${databaseFile}-wal`, 'r+');
  return { sync: () => file.datasync(), close: () => file.close() };
}

/** For data that need not survive a power loss. */
export const noDisk: Disk = { sync: async () => {}, close: async () => {} };
