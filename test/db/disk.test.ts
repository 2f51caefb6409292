import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnection } from '../../src/db/sqlite/connection.ts';
import { Group } from '../../src/db/sqlite/group.ts';
import { Meter } from '../../src/db/sqlite/meter.ts';
import { Outage } from '../../src/db/sqlite/outage.ts';
import { UnitOfWork } from '../../src/db/sqlite/unit-of-work.ts';
import { StoreUnavailableError } from '../../src/db/index.ts';
import { TestClock } from '../support/clock.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-disk-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A unit of work whose disk does as it is told. */
function open(name: string) {
  const meter = new Meter();
  const connection = openConnection({ file: path.join(folder, name), durability: 'off' }, false, meter);
  connection.exec('create table notes (text)');
  const syncs: PromiseWithResolvers<void>[] = [];
  const sync = () => {
    const pending = Promise.withResolvers<void>();
    syncs.push(pending);
    return pending.promise;
  };
  const clock = new TestClock();
  const outage = new Outage(clock);
  const told: (string | undefined)[] = [];
  outage.onChange((reason) => told.push(reason?.message));
  const unitOfWork = new UnitOfWork(new Group(connection, outage), { sync, close: async () => {} }, outage, meter);
  const note = async () => connection.exec("insert into notes values ('x')");
  const notes = async () => (await sql<{ text: string }>`select text from notes`.execute(connection.query)).rows;
  return { connection, unitOfWork, meter, syncs, clock, told, note, notes };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('nobody is answered before the disk has it', async () => {
  const { connection, unitOfWork, syncs, note } = open('answered.db');
  let answered = false;
  const writing = unitOfWork.run(note, true).then(() => (answered = true));
  while (syncs.length === 0) await turn();
  await turn();
  expect(answered).toBe(false);
  syncs[0]?.resolve();
  await writing;
  connection.close();
});

test('what can be done again waits for no disk, unless it shares a commit with what cannot', async () => {
  const { connection, unitOfWork, syncs, note } = open('repeatable.db');
  await unitOfWork.run(note, false);
  expect(syncs).toHaveLength(0);
  const both = Promise.all([unitOfWork.run(note, false), unitOfWork.run(note, true)]);
  while (syncs.length === 0) await turn();
  syncs[0]?.resolve();
  await both;
  connection.close();
});

test('counts what it does', async () => {
  const { connection, unitOfWork, meter, syncs, note } = open('counts.db');
  const groups: number[] = [];
  meter.onCommit((operations) => groups.push(operations));
  const before = meter.statements;
  const writing = Promise.all([unitOfWork.run(note, true), unitOfWork.run(note, true)]);
  while (syncs.length === 0) await turn();
  expect(groups).toEqual([]);
  syncs[0]?.resolve();
  await writing;
  await unitOfWork.run(note, false);
  expect(groups).toEqual([2, 1]);
  expect(meter).toMatchObject({ commits: 2, operations: 3, syncs: 1 });
  expect(meter.statements - before).toBeGreaterThanOrEqual(3 + 2 * 2);
  connection.close();
});

test('after a disk that failed nothing more is written', async () => {
  const { connection, unitOfWork, syncs, note } = open('broken.db');
  const writing = unitOfWork.run(note, true);
  while (syncs.length === 0) await turn();
  syncs[0]?.reject(new Error('EIO'));
  await expect(writing).rejects.toThrow(StoreUnavailableError);
  await expect(unitOfWork.run(note, true)).rejects.toThrow(StoreUnavailableError);
  await expect(unitOfWork.run(note, false)).rejects.toThrow(StoreUnavailableError);
  connection.close();
});

test('a commit that fails takes nothing with it, and the next one works when there is room', async () => {
  const { connection, unitOfWork, clock, told, note, notes } = open('full.db');
  const insertLarge = async () => connection.exec('insert into notes values (hex(zeroblob(100000)))');
  connection.exec('PRAGMA max_page_count = 5');
  // The engine undoes all of a transaction that meets a full disk, so the neighbours fail too.
  const outcomes = await Promise.allSettled([note, insertLarge, note].map((work) => unitOfWork.run(work, false)));
  for (const outcome of outcomes) {
    expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(StoreUnavailableError) });
  }
  expect(await notes()).toEqual([]);
  await expect(unitOfWork.run(insertLarge, false)).rejects.toThrow('database or disk is full');
  await unitOfWork.run(note, false);
  expect(await notes()).toHaveLength(1);
  connection.exec('PRAGMA max_page_count = 1000');
  await unitOfWork.run(insertLarge, false);
  expect(await notes()).toHaveLength(2);
  expect(told).toEqual(['The store cannot be worked with: database or disk is full.']);
  clock.advance(5_000);
  await unitOfWork.run(note, false);
  expect(told.slice(1)).toEqual([undefined]);
  connection.close();
});

test('the probe fails with the disk, and until writes have worked for a while', async () => {
  const { connection, unitOfWork, syncs, clock } = open('probe.db');
  const probe = async () => {
    const { length } = syncs;
    const probing = unitOfWork.probe();
    while (syncs.length === length) await turn();
    syncs.at(-1)?.resolve();
    await probing;
  };
  await probe();
  connection.exec('PRAGMA max_page_count = 1');
  await expect(
    unitOfWork.run(async () => connection.exec('insert into notes values (zeroblob(10000))'), false),
  ).rejects.toThrow(StoreUnavailableError);
  clock.advance(4_000);
  await expect(probe()).rejects.toThrow('database or disk is full');
  clock.advance(1_000);
  await probe();
  connection.close();
});
