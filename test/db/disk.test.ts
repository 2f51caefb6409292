import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openConnection } from '../../src/db/sqlite/connection.ts';
import { UnitOfWork } from '../../src/db/sqlite/unit-of-work.ts';
import { StoreUnavailableError } from '../../src/db/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-disk-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** A unit of work whose disk does as it is told. */
function open(name: string) {
  const connection = openConnection({ file: path.join(folder, name), durability: 'off' }, false);
  connection.exec('create table notes (text)');
  const syncs: PromiseWithResolvers<void>[] = [];
  const sync = () => {
    const pending = Promise.withResolvers<void>();
    syncs.push(pending);
    return pending.promise;
  };
  const unitOfWork = new UnitOfWork(connection, { sync, close: async () => {} });
  const note = async () => connection.exec("insert into notes values ('x')");
  return { connection, unitOfWork, syncs, note };
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
