import { execFile } from 'node:child_process';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { withLock } from '../../scripts/lock.js';
import { missing, type Missing } from './missing.ts';

/**
 * Programs from Debian that tests run. One that is there already is used; else, as root on Debian, it is installed, and
 * otherwise its tests are skipped, saying why.
 */

type Program = { file: string; missing?: undefined } | Missing;
type Unpacked = { folder: string; missing?: undefined } | Missing;

const run = promisify(execFile);
const checkout = path.resolve(import.meta.dirname, '../..');
const cache = path.join(checkout, 'node_modules/.cache/hearth-clients');

/** Installed where the system keeps it. */
export async function installed(program: string, { packages, isService = false }: Needs): Promise<Program> {
  const there = await find(program);
  if (there !== undefined) return { file: there };
  const command = `apt-get install ${packages.join(' ')}`;
  return withApt(program, async () => {
    if (process.getuid?.() !== 0) {
      return missing(`${program} is not installed; as root this run would do "${command}".`);
    }
    if (isService && existsSync('/run/systemd/system')) {
      return missing(`${program} is not installed, and "${command}" would start it as a service.`);
    }
    process.stderr.write(`Installing ${packages.join(', ')} from Debian …\n`);
    await apt(['install', '--yes', '--no-install-recommends', ...packages]);
    return { file: (await find(program)) ?? `/usr/bin/${program}` };
  });
}

interface Needs {
  packages: readonly [string, ...string[]];
  /** Debian starts what is a service as soon as it is installed, where systemd runs. */
  isService?: boolean;
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
    await apt(['download', name], work);
    await run('sh', ['-c', `dpkg-deb --fsys-tarfile *.deb | tar -x -C files './${inside}'`], { cwd: work });
    await rename(path.join(work, 'files'), folder);
    await rm(work, { recursive: true });
    return { folder };
  });
}

/** One at a time, since apt allows no second; what apt cannot do is a reason to skip. */
async function withApt<T>(name: string, work: () => Promise<T | Missing>): Promise<T | Missing> {
  if (!existsSync('/usr/bin/apt-get')) return missing(`${name} is not installed, and this is not Debian.`);
  await mkdir(cache, { recursive: true });
  return withLock(path.join(cache, 'lock'), async () => {
    try {
      return await work();
    } catch (error) {
      return missing(`${name} cannot be had: ${error instanceof Error ? error.message : String(error)}`);
    }
  });
}

/** apt-get, and once more after an update: a fresh machine has no lists. */
async function apt(args: readonly string[], cwd?: string): Promise<void> {
  const aptGet = (...words: readonly string[]) =>
    run('apt-get', ['-o', 'DPkg::Lock::Timeout=60', ...words], {
      cwd,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    await aptGet(...args);
  } catch (error) {
    if (process.getuid?.() !== 0) throw error;
    await aptGet('update');
    await aptGet(...args);
  }
}

async function find(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(path.delimiter)) {
    const file = path.join(folder, program);
    const isThere = access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (await isThere) return file;
  }
  return undefined;
}
