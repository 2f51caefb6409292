import { expect } from 'vitest';
import type { Outcome } from './suite.ts';

/** Why tests of clients fail against Hearth, by their title and what they say. The first that fits is the reason. */
const reasons: readonly (readonly [when: RegExp, because: string])[] = [
  [/There is nothing at GET \/u2c\/|catalog to populate|event\n.*Timeout/, 'no socket to listen on yet'],
  [/There is nothing at \w+ \/v1\/team/, 'no teams yet'],
  [/cannot carry files|files must be of type array/, 'no files yet'],
  [/cannot carry cards|presses a button on a card/, 'no cards yet'],
  [/revokes a member's moderator status.*Cannot set properties of undefined/s, 'follows from the one before'],
  [/Assignment to constant variable/, 'a mistake of theirs: it assigns to a constant'],
  [
    /plugin-messages .*#list\(\) returns .*expected (?:Page|spy)/s,
    'counts messages that a test with that mistake leaves behind',
  ],
  [/censors the previous message/, 'follows from the one before'],
  [
    /Removes the framework\.hears|adds allowed and 2 disallowed|Adds and removes a disallowed/,
    'follows from the one before',
  ],
];

/**
 * Compares how each test ended with `records/<client>/<suite>.txt`; `npm test -- -u` writes that anew. A test that fails for
 * no known reason is no matter of record.
 */
export async function compareToRecord(client: string, suite: string, outcomes: readonly Outcome[]): Promise<void> {
  const unexplained = outcomes.filter((outcome) => outcome.state === 'failed' && reasonOf(outcome) === undefined);
  expect(unexplained).toEqual([]);
  await expect(outcomes.map(lineOf).join('')).toMatchFileSnapshot(`./records/${client}/${suite}.txt`);
}

function lineOf(outcome: Outcome): string {
  const because = outcome.state === 'failed' ? ` (${reasonOf(outcome)})` : '';
  return `${outcome.state}${because}: ${outcome.title}\n`;
}

function reasonOf({ title, error }: Outcome): string | undefined {
  return reasons.find(([when]) => when.test(`${title}\n${error}`))?.[1];
}
