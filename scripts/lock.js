import { mkdirSync, rmdirSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const beatMs = 1000;
const deadAfterMs = 15_000;
const pollMs = 200;

/**
 * Does the work while holding a folder as the lock. The holder touches the folder every second; a holder that was
 * killed stops doing so, and after 15 seconds of watching the same time stamp a waiter takes the lock over. No process
 * id is involved, so it holds between containers that share the checkout, too.
 *
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(folder, work) {
  await acquire(folder);
  const beat = setInterval(() => touch(folder), beatMs);
  try {
    return await work();
  } finally {
    clearInterval(beat);
    remove(folder);
  }
}

/** @param {string} folder */
async function acquire(folder) {
  let seen = { stamp: 0, since: performance.now() };
  let announced = false;
  while (!create(folder)) {
    // The monotonic clock stands still while a laptop sleeps: waking up does not make a live holder look dead.
    const now = performance.now();
    const stamp = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (stamp !== seen.stamp) seen = { stamp, since: now };
    else if (now - seen.since > deadAfterMs) remove(folder);
    if (!announced) process.stderr.write('Waiting for another process that is installing dependencies …\n');
    announced = true;
    await sleep(pollMs);
  }
}

/** @param {string} folder */
function create(folder) {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** @param {string} folder */
function remove(folder) {
  ignoreMissing(() => rmdirSync(folder));
}

/** @param {string} folder */
function touch(folder) {
  const now = new Date();
  ignoreMissing(() => utimesSync(folder, now, now));
}

/** @param {() => void} action */
function ignoreMissing(action) {
  try {
    action();
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}

/** @param {unknown} error @param {string} code */
function hasCode(error, code) {
  return error instanceof Error && 'code' in error && error.code === code;
}
