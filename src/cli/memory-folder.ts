import { constants, rmSync } from 'node:fs';
import { access, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface MemoryFolder extends AsyncDisposable {
  file(name: string): string;
}

/** Containers often have a few megabytes only, which a busy test fills. */
const ENOUGH_BYTES = 1_073_741_824;
const IN_MEMORY = '/dev/shm';

/** A throw-away folder, in memory where the system offers enough of it (docs/adr/0001-memory-is-a-throw-away-file.md). */
export async function makeMemoryFolder(): Promise<MemoryFolder> {
  const folder = await mkdtemp(path.join((await hasRoom(IN_MEMORY)) ? IN_MEMORY : tmpdir(), 'hearth-'));
  // The way out of a second signal, where nothing asynchronous runs any more.
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeNow);
  return {
    file: (name) => path.join(folder, name),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      process.off('exit', removeNow);
    },
  };
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= ENOUGH_BYTES;
  } catch {
    return false;
  }
}
