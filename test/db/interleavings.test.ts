import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { StoreUnavailableError } from '../../src/db/index.ts';
import { openConnection } from '../../src/db/sqlite/connection.ts';
import { Group } from '../../src/db/sqlite/group.ts';
import { Meter } from '../../src/db/sqlite/meter.ts';
import { Outage } from '../../src/db/sqlite/outage.ts';
import { UnitOfWork } from '../../src/db/sqlite/unit-of-work.ts';
import { TestClock } from '../support/clock.ts';

interface Write {
  id: number;
  durable: boolean;
  fails: boolean;
}

type Step = { does: 'write'; durable: boolean; fails: boolean } | { does: 'turn' } | { does: 'sync'; works: boolean };

/** What came to pass, in its order. A write is committed with its neighbours and answered by itself. */
type Happening =
  | { what: 'committed'; ids: readonly number[] }
  | { what: 'sync began' | 'sync worked' | 'sync failed'; sync: number }
  | { what: 'answered'; id: number };

const turn = () => new Promise((resolve) => setImmediate(resolve));

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  const [result] = await Promise.allSettled([promise]);
  return result;
}

/** Writes by the steps on a disk that syncs when a step says so, then closes. */
async function play(steps: readonly Step[]) {
  const happenings: Happening[] = [];
  const meter = new Meter();
  const connection = openConnection({ file: ':memory:', durability: 'off' }, false, meter);
  connection.exec('create table notes (id)');
  let group: number[] = [];
  const exec = connection.exec.bind(connection);
  connection.exec = (text) => {
    exec(text);
    if (text === 'BEGIN IMMEDIATE') group = [];
    if (text === 'COMMIT') happenings.push({ what: 'committed', ids: group });
  };

  const pending: { number: number; end: PromiseWithResolvers<void> }[] = [];
  let syncs = 0;
  const sync = () => {
    const end = Promise.withResolvers<void>();
    pending.push({ number: (syncs += 1), end });
    happenings.push({ what: 'sync began', sync: syncs });
    return end.promise;
  };
  const endSync = (works: boolean) => {
    const first = pending.shift();
    if (!first) return;
    happenings.push({ what: works ? 'sync worked' : 'sync failed', sync: first.number });
    if (works) first.end.resolve();
    else first.end.reject(new Error('EIO'));
  };

  const outage = new Outage(new TestClock());
  const unitOfWork = new UnitOfWork(new Group(connection, outage), { sync, close: async () => {} }, outage, meter);
  const writes: Write[] = [];
  const outcomes: Promise<PromiseSettledResult<number>>[] = [];
  const write = ({ id, durable, fails }: Write) =>
    unitOfWork.run(async (tx) => {
      tx.afterCommit(() => happenings.push({ what: 'answered', id }));
      await sql`insert into notes values (${id})`.execute(tx.query);
      if (fails) throw new Error(`${id} fails`);
      group.push(id);
      return id;
    }, durable);

  for (const step of steps) {
    if (step.does === 'turn') await turn();
    else if (step.does === 'sync') endSync(step.works);
    else {
      const { durable, fails } = step;
      writes.push({ id: writes.length, durable, fails });
      outcomes.push(settled(write({ id: writes.length - 1, durable, fails })));
    }
  }
  const closed = unitOfWork.idle().then(() => 'closed' as const);
  while ((await Promise.race([closed, turn()])) !== 'closed') endSync(true);
  const { length } = happenings;
  const results = await Promise.all(outcomes);
  expect(happenings, 'closing waits for every answer').toHaveLength(length);
  const { rows } = await sql<{ id: number }>`select id from notes order by rowid`.execute(connection.query);
  connection.close();
  return { writes, happenings, results, stored: rows.map(({ id }) => id) };
}

const write = fc.record({
  does: fc.constant('write' as const),
  durable: fc.boolean(),
  fails: fc.integer({ min: 0, max: 5 }).map((chance) => chance === 0),
});
const turnStep = fc.constant<Step[]>([{ does: 'turn' }]);
const syncStep = (works: fc.Arbitrary<boolean>) => works.map((works): Step[] => [{ does: 'sync', works }]);
/** Few writes wait for the disk, many are committed meanwhile: both must occur. */
const writeSteps = fc.oneof(fc.array(write, { maxLength: 4 }), fc.array(write, { minLength: 16, maxLength: 40 }));
const steps = (works: fc.Arbitrary<boolean>) =>
  fc.array(fc.oneof(writeSteps, turnStep, syncStep(works)), { maxLength: 40 }).map((parts) => parts.flat());

test('each write is answered in the order of the commits, after a sync that began later than its commit', async () => {
  let meanwhile = 0;
  await fc.assert(
    fc.asyncProperty(steps(fc.constant(true)), async (steps) => {
      const { writes, happenings, results, stored } = await play(steps);
      const good = writes.filter(({ fails }) => !fails).map(({ id }) => id);
      expect(stored).toEqual(good);
      expect(happenings.flatMap((each) => (each.what === 'committed' ? each.ids : []))).toEqual(good);
      expect(happenings.flatMap((each) => (each.what === 'answered' ? [each.id] : []))).toEqual(good);
      for (const { id, durable, fails } of writes) {
        if (fails) expect(results[id]).toMatchObject({ status: 'rejected', reason: new Error(`${id} fails`) });
        else expect(results[id]).toEqual({ status: 'fulfilled', value: id });
        if (durable && !fails) expect(isDurableWhenAnswered(happenings, id)).toBe(true);
      }
      meanwhile += commitsDuringSyncs(happenings);
    }),
  );
  expect(meanwhile).toBeGreaterThan(0);
});

test('a sync that fails refuses everybody who was not answered before, and was the last thing to happen', async () => {
  await fc.assert(
    fc.asyncProperty(steps(fc.integer({ min: 0, max: 3 }).map((chance) => chance > 0)), async (steps) => {
      const { writes, happenings, results } = await play(steps);
      const failure = happenings.findIndex(({ what }) => what === 'sync failed');
      if (failure === -1) return;
      const later = happenings.slice(failure + 1).map(({ what }) => what);
      expect(later).toEqual([]);
      const answered = new Set(happenings.map((each) => (each.what === 'answered' ? each.id : undefined)));
      for (const { id, fails } of writes) {
        if (answered.has(id)) expect(results[id]?.status).toBe('fulfilled');
        else if (!fails) {
          expect(results[id]).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
        } else expect(results[id]?.status).toBe('rejected');
      }
    }),
  );
});

function isDurableWhenAnswered(happenings: readonly Happening[], id: number): boolean {
  const committed = happenings.findIndex((each) => each.what === 'committed' && each.ids.includes(id));
  const answered = happenings.findIndex((each) => each.what === 'answered' && each.id === id);
  const between = happenings.slice(committed, answered);
  return between.some(
    (began) =>
      began.what === 'sync began' && between.some((each) => each.what === 'sync worked' && each.sync === began.sync),
  );
}

function commitsDuringSyncs(happenings: readonly Happening[]): number {
  let syncing = false;
  let count = 0;
  for (const { what } of happenings) {
    if (what === 'sync began') syncing = true;
    else if (what === 'sync worked') syncing = false;
    else if (what === 'committed' && syncing) count += 1;
  }
  return count;
}
