import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder on a disk that stops taking writes, and takes them again, when a test says so. */
export interface SmallDisk {
  readonly folder: string;
  /** For the name of the test: what happens to the disk, and by which means. */
  readonly story: string;
  stop(): void;
  goOn(): void;
  /** Takes the disk away. */
  remove(): void;
}

const DISK_BYTES = 4 * 1024 * 1024;

/** A real one that is full while it stops. Mounting needs rights; without them no file may grow instead. */
export function diskThatFills(): SmallDisk {
  const folder = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'hearth-test', folder], { stdio: 'ignore' });
  } catch {
    const story = 'full (nothing can be mounted here, so the size of files is limited to that of the write-ahead log)';
    return limited(folder, story, () => statSync(path.join(folder, 'hearth.db-wal')).size);
  }
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    story: 'full (a small tmpfs)',
    stop: () => fill(ballast),
    goOn: () => rmSync(ballast),
    remove() {
      execFileSync('umount', [folder]);
      rmdirSync(folder);
    },
  };
}

/**
 * One that takes no write at all while it stops. The kernel lets nobody make a file system read-only while a server has
 * files open on it, so only the disk itself can do that; the limit on file sizes gives SQLite the same error.
 */
export function diskThatTakesNothing(): SmallDisk {
  return limited(newFolder(), 'read-only (the size of files is limited to nothing)', () => 0);
}

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'hearth-disk-'));
}

function fill(file: string): void {
  for (let bytes = DISK_BYTES; bytes >= 1; bytes = Math.floor(bytes / 2)) {
    try {
      writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

function limited(folder: string, story: string, bytes: () => number): SmallDisk {
  const limit = (soft: string) => execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${soft}:`]);
  return {
    folder,
    story,
    stop: () => limit(String(bytes())),
    goOn: () => limit('unlimited'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
