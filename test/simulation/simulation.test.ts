import { afterAll, beforeAll, expect, test } from 'vitest';
import { openStore, type Store } from './store.ts';
import { BrokenRun, simulate } from './simulate.ts';

/** Seeds that every run of the tests plays, in parts so that one that fails is told of soon. */
const PARTS = 20;
const SEEDS_EACH = 100;

/** Other seeds instead: `123`, or `2001-20000`. */
const { HEARTH_SEED: asked } = process.env;
const [first = 0, last = first] = asked?.split('-').map(Number) ?? [];

let store: Store;
beforeAll(async () => {
  store = await openStore();
});
afterAll(() => store.close());

async function play(from: number, to: number): Promise<void> {
  for (let seed = from; seed <= to; seed++) {
    expect(await simulate(store, seed)).toMatchObject({ seed });
  }
}

/** Beyond those seeds: what a longer search has found. */
test.each([
  ['what was on its way to wait for its room when the ordering was given up', 33_449],
  ['what happened while a webhook was inactive, matched after a crash', 20_052],
])('%s (seed %i)', (_, seed) => play(seed, seed));

const always = Array.from({ length: PARTS }, (_, part) => part * SEEDS_EACH + 1);
test.each(asked === undefined ? always : [])(
  `whatever happens, and in whatever order, the guarantees hold: ${SEEDS_EACH} seeds from %i on`,
  { timeout: 120_000 },
  (from) => play(from, from + SEEDS_EACH - 1),
);

test.each(asked === undefined ? [] : [asked])('HEARTH_SEED=%s', { timeout: 86_400_000 }, async () => {
  await play(first, last).catch((error: unknown) => {
    if (error instanceof BrokenRun) process.stdout.write(`${error.trace.join('\n')}\n`);
    throw error;
  });
});
