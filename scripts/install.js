import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './child.js';
import { withLock } from './lock.js';

/**
 * @typedef {object} Target
 * @property {string} folder holds package.json and package-lock.json
 * @property {string} what said while installing
 * @property {boolean} dev development dependencies too
 * @property {string} lockFolder one installation at a time
 * @property {() => void} [check] throws when the installation turns out useless
 */

/** @typedef {{ lock: string, platform: string, dev: boolean }} Stamp what a node_modules was installed for */

/** @typedef {Record<string, { integrity?: string, dev?: boolean, optional?: boolean }>} Packages of a lockfile, by path */

/**
 * Installs from the lockfile unless node_modules bears the stamp of just that.
 *
 * @param {Target} target
 */
export async function ensureInstalled(target) {
  const wanted = {
    lock: createHash('sha256')
      .update(readFileSync(path.join(target.folder, 'package-lock.json')))
      .digest('hex'),
    platform: `${process.platform}-${process.arch}`,
    dev: target.dev,
  };
  const file = path.join(target.folder, 'node_modules', '.hearth-setup.json');
  if (satisfies(readStamp(file), wanted)) return;
  await withLock(target.lockFolder, async () => {
    const stamp = readStamp(file);
    const present = satisfies(stamp, wanted) ? stamp : (installedByHand(target.folder, wanted) ?? stamp);
    if (satisfies(present, wanted)) {
      writeFileSync(file, JSON.stringify(present));
      return;
    }
    // Development dependencies that are there stay: a start after a test must not make the next test install again.
    const next = { ...wanted, dev: wanted.dev || present?.dev === true };
    // `npm ci` empties node_modules first. A server may be running from it, so a test that only lacks the development
    // dependencies adds them.
    const adding = satisfies(present, { ...wanted, dev: false });
    process.stderr.write(`Installing ${target.what} …\n`);
    if (!adding) rmSync(file, { force: true });
    await npm(target, [...(adding ? ['install', '--no-save'] : ['ci']), next.dev ? '--include=dev' : '--omit=dev']);
    target.check?.();
    writeFileSync(file, JSON.stringify(next));
  });
}

/**
 * @param {Stamp | undefined} present
 * @param {Stamp} wanted
 */
function satisfies(present, wanted) {
  return present?.lock === wanted.lock && present.platform === wanted.platform && (present.dev || !wanted.dev);
}

/**
 * What somebody's own `npm ci` or `npm install` left; npm lists it in node_modules/.package-lock.json.
 *
 * @param {string} folder
 * @param {Stamp} wanted
 * @returns {Stamp | undefined}
 */
function installedByHand(folder, wanted) {
  const installed = readPackages(path.join(folder, 'node_modules', '.package-lock.json'));
  // An optional package may be missing because it is for another platform, so it proves nothing.
  const required = Object.entries(readPackages(path.join(folder, 'package-lock.json'))).filter(
    ([name, { optional }]) => name !== '' && !optional,
  );
  const missing = required.filter(([name, { integrity }]) => installed[name]?.integrity !== integrity);
  if (required.length === 0 || missing.some(([, { dev }]) => !dev)) return undefined;
  return { ...wanted, dev: missing.length === 0 };
}

/**
 * Runs on the machine's own Node.js, so that its npm finds the proxy and the certificates it is set up with.
 *
 * @param {Target} target
 * @param {string[]} args
 */
async function npm({ folder }, args) {
  const end = await runChild('npm', [...args, '--loglevel=error'], {
    cwd: folder,
    shell: process.platform === 'win32',
    // Standard output belongs to the command that is being prepared.
    stdio: ['ignore', process.stderr, process.stderr],
  });
  if (end.signal) throw new Interrupted(end);
  if (end.code !== 0) throw new SetupError(`npm ${args.join(' ')} failed in ${folder}; what it says is above.`);
}

/** @param {string} file */
function readStamp(file) {
  return /** @type {Stamp | undefined} */ (readJson(file));
}

/** @param {string} file */
function readPackages(file) {
  return /** @type {{ packages: Packages } | undefined} */ (readJson(file))?.packages ?? {};
}

/**
 * @param {string} file
 * @returns {unknown} undefined when the file is missing or was cut short
 */
function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Something the person at the keyboard can act on: shown without a stack. */
export class SetupError extends Error {}

/** npm was stopped by a signal; this process is to end the same way. */
export class Interrupted extends Error {
  /** @param {import('./child.js').End} end */
  constructor(end) {
    super(`npm was stopped by ${end.signal}`);
    this.end = end;
  }
}
