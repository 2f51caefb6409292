import { afterEach } from 'vitest';
import { descriptionFile, readDescription } from './description.ts';
import { Judge } from './judge.ts';
import { Watch, type Seen } from './watch.ts';

/**
 * Loaded before every test file: whatever goes to a Hearth server of this process and comes back, from tests or from other
 * people's clients, is held against the official description. The test in which they differ fails.
 */

declare module 'vitest' {
  interface TaskMeta {
    official?: Seen;
    /** In `test`'s options: the test has answers made that are not as described. */
    isUndescribed?: boolean;
  }
}

const file = descriptionFile();
const watch = file === undefined ? undefined : new Watch(new Judge(readDescription(file)));

/** For a test file whose requests are meant to be wrong, and some of them are taken all the same. */
export function overlookRequests(): void {
  if (watch) watch.answersOnly = true;
}

if (watch) {
  afterEach(({ task }) => {
    const seen = watch.take();
    task.meta.official = seen;
    if (seen.objections.length === 0 || task.meta.isUndescribed === true) return;
    // No `expect`: it would count as an assertion of the test.
    throw new Error(`Not as officially described:\n${seen.objections.join('\n')}`);
  });
}
