import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openSqlite } from '../../src/db/index.ts';
import { SqliteEventLog } from '../../src/eventlog/index.ts';
import { describeDatabase } from '../conformance/database.ts';
import { describeEventLog } from '../conformance/event-log.ts';
import { TestClock } from '../support/clock.ts';

let folder: string;
let files = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-db-'));
});
afterAll(() => rm(folder, { recursive: true }));

const newFile = () => path.join(folder, `${(files += 1)}.db`);

describeDatabase('SQLite', () => openSqlite({ file: newFile(), durability: 'off' }));

describeEventLog('SQLite', async () => {
  const file = newFile();
  const connect = async () => {
    const db = await openSqlite({ file, durability: 'off' });
    return { db, log: await SqliteEventLog.open(db, new TestClock()) };
  };
  let current = await connect();
  return {
    get db() {
      return current.db;
    },
    get log() {
      return current.log;
    },
    async reopen() {
      await current.db.close();
      current = await connect();
    },
    async forget() {
      await current.db.write(async ({ query }) => void (await query.deleteFrom('events').execute()));
    },
    close: () => current.db.close(),
  };
});

describe('SQLite: schema', () => {
  test('is what the golden file says', async () => {
    const file = newFile();
    await (await openSqlite({ file, durability: 'off' })).close();
    const raw = new DatabaseSync(file);
    const objects = raw.prepare('select sql from sqlite_master where sql is not null order by type desc, name').all();
    raw.close();
    await expect(`${objects.map(({ sql }) => `${String(sql)};`).join('\n\n')}\n`).toMatchFileSnapshot(
      '../golden/schema.sqlite.sql',
    );
  });

  test('a database of a newer, breaking schema is left alone', async () => {
    const file = newFile();
    await (await openSqlite({ file, durability: 'off' })).close();
    const raw = new DatabaseSync(file);
    raw.exec("insert into migrations (id, name, breaking) values (999, 'from the future', 1)");
    await expect(openSqlite({ file, durability: 'off' })).rejects.toThrow('newer version');
    raw.exec('update migrations set breaking = 0 where id = 999');
    raw.close();
    await (await openSqlite({ file, durability: 'off' })).close();
  });

  test('opening again changes nothing', async () => {
    const file = newFile();
    const db = await openSqlite({ file, durability: 'off' });
    await db.write((tx) =>
      tx.query.insertInto('organizations').values({ uuid: 'a', displayName: 'a', createdAt: 1 }).execute(),
    );
    await db.close();
    const again = await openSqlite({ file, durability: 'full' });
    expect(await again.reader.query.selectFrom('organizations').select('uuid').execute()).toEqual([{ uuid: 'a' }]);
    await again.close();
  });
});
