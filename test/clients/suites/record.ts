import { expect } from 'vitest';
import type { Outcome } from './suite.ts';

/** Why tests of clients fail against Hearth, by their title and what they say. The first that fits is the reason. */
const reasons: readonly (readonly [when: RegExp, because: string])[] = [
  [/service for cluster \[us\]|There is nothing at GET \/conversation\//, 'read receipts are not there'],
  [/Assignment to constant variable/, 'a mistake of theirs: it assigns to a constant'],
  [
    /plugin-messages .*#list\(\).* returns .*expected (?:Page|spy|\[)/s,
    'counts messages that a test with that mistake leaves behind',
  ],
];

/** Tests that end this way or that, by their title: what they take for granted depends on which of two things is quicker. */
const races: readonly (readonly [title: RegExp, because: string])[] = [
  [
    /plugin-memberships .*#create\(\) creates a (?:membership and sets moderator status|space and memberships simultan)/,
    'takes the first membership it hears of for its own, even that of the room made before',
  ],
  [/plugin-rooms .*#update\(\) updates a single room's title/, 'expects `lastActivity` as it was before the change'],
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
  const { title, state } = outcome;
  const race = state === 'skipped' ? undefined : raceOf(outcome);
  if (race !== undefined) return `either way (${race}): ${title}\n`;
  const because = state === 'failed' ? ` (${reasonOf(outcome)})` : '';
  return `${state}${because}: ${title}\n`;
}

function reasonOf(outcome: Outcome): string | undefined {
  const { title, error } = outcome;
  return raceOf(outcome) ?? reasons.find(([when]) => when.test(`${title}\n${error}`))?.[1];
}

function raceOf({ title }: Outcome): string | undefined {
  return races.find(([race]) => race.test(title))?.[1];
}
