import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../scripts/lock.js';

/**
 * Programs from Debian that tests run. One that is there already is used; else, as root on Debian, it is installed, and
 * otherwise its tests are skipped, saying why.
 */

export type Program = { file: string; missing?: undefined } | { missing: string };
export type Unpacked = { folder: string; missing?: undefined } | { missing: string };

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../..');
const cache = path.join(checkout, 'node_modules/.cache/hearth-clients');

/** Installed where the system keeps it; for packages that start nothing and are small. */
export async function installed(program: string, ...packages: string[]): Promise<Program> {
  const there = await find(program);
  if (there !== undefined) return { file: there };
  return withApt(program, async () => {
    if (process.getuid?.() !== 0) {
      return {
        missing: `${program} is not installed. As root this run would do: apt-get install ${packages.join(' ')}`,
      };
    }
    process.stderr.write(`Installing ${packages.join(', ')} from Debian …\n`);
    await apt('install', '--yes', '--no-install-recommends', ...packages);
    return { file: (await find(program)) ?? `/usr/bin/${program}` };
  });
}

/** Its files in a folder of the checkout, of which `inside` names those to keep: nothing is started, and no root needed. */
export async function unpacked(name: string, inside: string): Promise<Unpacked> {
  const folder = path.join(cache, name);
  if (existsSync(folder)) return { folder };
  return withApt(name, async () => {
    // Another test file may have unpacked it meanwhile.
    if (existsSync(folder)) return { folder };
    process.stderr.write(`Unpacking ${name} from Debian …\n`);
    const work = `${folder}.partly`;
    await rm(work, { recursive: true, force: true });
    await mkdir(path.join(work, 'files'), { recursive: true });
    await apt('download', name, { cwd: work });
    await run('sh', ['-c', `dpkg-deb --fsys-tarfile *.deb | tar -x -C files './${inside}'`], { cwd: work });
    await rename(path.join(work, 'files'), folder);
    await rm(work, { recursive: true });
    return { folder };
  });
}

/** One at a time, since apt allows no second; what apt cannot do is a reason to skip. */
async function withApt<T>(
  name: string,
  work: () => Promise<T | { missing: string }>,
): Promise<T | { missing: string }> {
  if (!existsSync('/usr/bin/apt-get')) return { missing: `${name} is not installed, and this is not Debian.` };
  await mkdir(cache, { recursive: true });
  return withLock(path.join(cache, 'lock'), async () => {
    try {
      return await work();
    } catch (error) {
      return { missing: `${name} cannot be had: ${error instanceof Error ? error.message : String(error)}` };
    }
  });
}

/** apt-get, and once more after an update: a fresh machine has no lists. */
async function apt(...args: (string | { cwd: string })[]): Promise<void> {
  const words = args.filter((arg) => typeof arg === 'string');
  const options = {
    ...args.find((arg) => typeof arg !== 'string'),
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  };
  try {
    await run('apt-get', words, options);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    await run('apt-get', ['update'], options);
    await run('apt-get', words, options);
  }
}

async function find(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}
