import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSqlite, statement } from '../../src/db/index.ts';

const MIB = 1_048_576;
const newest = statement()((db) => db.selectFrom('organizations').selectAll().orderBy('id', 'desc').limit(1));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-wal-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('the write-ahead log stays short whatever is read, and is cut when a reader from outside has made it long', async () => {
  const file = path.join(folder, 'hearth.db');
  const db = await openSqlite({ file, durability: 'off' });
  /** Writes so many MiB and reads in between, on both connections; answers the greatest length of the log, in MiB. */
  const write = async (mib: number) => {
    let most = 0;
    for (let written = 0; written < mib; written++) {
      const row = { uuid: String(Math.random()), displayName: 'x'.repeat(MIB), createdAt: 1 };
      const writing = db.write((tx) => tx.query.insertInto('organizations').values(row).execute());
      await db.reader.first(newest, {});
      await db.reader.query.selectFrom('organizations').select('id').execute();
      await writing;
      most = Math.max(most, (await stat(`${file}-wal`)).size / MIB);
    }
    return most;
  };
  expect(await write(80)).toBeLessThan(40);

  const outside = new DatabaseSync(file, { readOnly: true });
  const rows = outside.prepare('select id from organizations').iterate();
  rows.next();
  expect(await write(60)).toBeGreaterThan(60);
  rows.return?.();
  outside.close();
  await write(40);
  expect((await stat(`${file}-wal`)).size / MIB).toBeLessThan(40);
  await db.close();
});
