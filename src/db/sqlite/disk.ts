import { open } from 'node:fs/promises';
import { Checkpointer } from './checkpointer.ts';

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
  const checkpointer = new Checkpointer(databaseFile);
  return {
    async sync() {
      try {
        await file.datasync();
      } catch (error) {
        // The log may read otherwise from now on than it was written, and must not get into the database unchecked.
        await checkpointer.close();
        throw error;
      }
    },
    async close() {
      await checkpointer.close();
      await file.close();
    },
  };
}

/** For data that need not survive a power loss. */
export const noDisk: Disk = { sync: async () => {}, close: async () => {} };
