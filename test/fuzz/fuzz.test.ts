import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Room } from '../../src/contract/index.ts';
import { kept } from '../files/support.ts';
import { descriptionFile } from '../official/description.ts';
import { overlookRequests } from '../official/observe.ts';
import { walk } from '../support/pages.ts';
import type { TestServer } from '../support/server.ts';
import { operationsOf, type Operation } from './operations.ts';
import { describedBy, draftsOf, Fuzzer, type Hits, isAboutFaults, startFuzzServer } from './run.ts';

/**
 * Whatever is asked, by whom, and however broken: no answer is a 5xx, each has the shape that the description gives it,
 * what is refused leaves nothing behind, and the server goes on.
 */

overlookRequests();

const { HEARTH_FUZZ_SEED: chosen, HEARTH_FUZZ_REQUESTS: number } = process.env;
const seeds = (chosen ?? '1,2,3,4').split(',').map(Number);
const REQUESTS = 20_000;
const requests = Number(number ?? REQUESTS);
const numRuns = Math.ceil(requests / seeds.length);
/** How many of each thing there are at first, so that what is deleted leaves something behind. */
const COPIES = 6;
/** How often each operation has to be carried out, and to be refused. */
const LEAST = 1;
/** Operations that nobody is refused. */
const neverRefused = new Set(['GET /healthz', 'GET /readyz']);
/** Only by chance: a replay has mostly come to its end before the next request. test/api/replays.test.ts has them. */
const seldomDone = new Set(['pause', 'resume', 'cancel'].map((action) => `POST /hearth/v1/replays/{id}/${action}`));

const totals = new Map<string, Hits>();

const timeout = 60_000 + numRuns * 20;
const file = descriptionFile();
const official = file === undefined ? [] : operationsOf(JSON.parse(readFileSync(file, 'utf8')), '/v1');

test.each(seeds)('whatever is sent is answered (seed %i)', { timeout }, (seed) => fuzz(seed));

test.skipIf(official.length === 0)('so is what the official description lets clients send', { timeout }, () =>
  fuzz(seeds[0] ?? 1, official),
);

/** `asked`: the operations whose requests are drawn; all of the server's own unless given. */
async function fuzz(seed: number, asked?: readonly Operation[]): Promise<void> {
  const [whole, faulty] = [await startFuzzServer(false), await startFuzzServer(true)];
  const operations = await describedBy(faulty);
  await using main = await Fuzzer.start(whole, operations, COPIES);
  await using faults = await Fuzzer.start(faulty, operations, 0);
  const drafts = draftsOf(asked ?? operations);
  await fc
    .assert(
      fc.asyncProperty(drafts, (draft) => (isAboutFaults(draft.operation) ? faults : main).try(draft)),
      { seed, numRuns },
    )
    // Its own words show the drafts, which are long; the cause has the request.
    .catch((error: unknown) => {
      const again = `HEARTH_FUZZ_SEED=${seed} HEARTH_FUZZ_REQUESTS=${numRuns} npm test -- test/fuzz`;
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new Error(`${String(cause)}\n\nTo see it again: ${again}`, { cause });
    });
  for (const fuzzer of [main, faults]) await fuzzer.expectAlive();
  await expectReadable(whole);
  await untilSwept(whole);
  if (asked) return;
  for (const [name, { done, refused }] of [...main.hits, ...faults.hits]) {
    const sum = totals.get(name) ?? { done: 0, refused: 0 };
    totals.set(name, { done: sum.done + done, refused: sum.refused + refused });
  }
}

test.skipIf(requests < REQUESTS)('every operation was carried out, and refused', async () => {
  const operations = await describedBy(await startFuzzServer(true));
  const hits = operations.map(({ name }) => ({ name, done: 0, refused: 0, ...totals.get(name) }));
  const least = Math.min(...hits.filter(({ name }) => !seldomDone.has(name)).map(({ done }) => done));
  process.stdout.write(
    ` Fuzzing: each of ${hits.length - seldomDone.size} operations was carried out ${least} times or more.\n`,
  );
  expect(hits.filter(({ name, done }) => done < LEAST && !seldomDone.has(name))).toEqual([]);
  expect(hits.filter(({ name, refused }) => refused < LEAST && !neverRefused.has(name))).toEqual([]);
});

/** What was taken in is still there to be read, by itself as in its list. */
async function expectReadable(server: TestServer): Promise<void> {
  const alice = server.as('alice');
  const check = async (list: string, path = list.split('?')[0] ?? '') => {
    const items = (await walk<Room>(alice, `${list}${list.includes('?') ? '&' : '?'}max=1000`)).flat().slice(0, 50);
    for (const item of items) expect(await alice.ok('GET', `${path}/${item.id}`)).toEqual(item);
    return items;
  };
  for (const list of ['/v1/memberships', '/v1/webhooks', '/v1/teams', '/hearth/v1/incoming-webhooks'])
    await check(list);
  for (const { id } of await check('/v1/rooms')) await check(`/v1/messages?roomId=${id}`);
}

/** Of the files that were sent, those are left whose messages are. */
async function untilSwept(server: TestServer): Promise<void> {
  const { query } = server.app.db.reader;
  for (;;) {
    const rows = await query.selectFrom('files').select('messageId').execute();
    const attached = rows.filter(({ messageId }) => messageId !== null);
    if (attached.length === rows.length && (await kept(server)).length === rows.length) return;
    await new Promise(setImmediate);
  }
}
