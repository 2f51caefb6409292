import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { statement, type Database } from '../../src/db/index.ts';

const insert = statement<{ uuid: string }>()((db, param) =>
  db
    .insertInto('organizations')
    .values({ uuid: param('uuid'), displayName: 'x', createdAt: 1 })
    .returning('id'),
);
const byUuid = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('organizations').select(['id', 'displayName']).where('uuid', '=', param('uuid')),
);

const insertUnlessThere = statement<{ uuid: string; displayName: string }>()((db, param) =>
  db
    .insertInto('organizations')
    .values({ uuid: param('uuid'), displayName: param('displayName'), createdAt: 1 })
    .onConflict((conflict) => conflict.column('uuid').doNothing()),
);

/** What every engine behind `Database` must do. `open` gives an empty database with the present schema. */
export function describeDatabase(name: string, open: () => Promise<Database>): void {
  describe(`${name}: database`, () => {
    let db: Database;
    beforeEach(async () => {
      db = await open();
    });
    afterEach(() => db.close());

    const uuids = async () =>
      (await db.reader.query.selectFrom('organizations').select('uuid').orderBy('id').execute()).map(
        ({ uuid }) => uuid,
      );

    test('what was written is there for the reader when the write is answered', async () => {
      const row = await db.write((tx) => tx.first(insert, { uuid: 'a' }));
      expect(await db.reader.first(byUuid, { uuid: 'a' })).toEqual({ id: row?.id, displayName: 'x' });
      expect(await db.reader.first(byUuid, { uuid: 'b' })).toBeUndefined();
    });

    test('an operation sees what it has written, and nobody else does before it is committed', async () => {
      await db.write(async (tx) => {
        await tx.first(insert, { uuid: 'a' });
        expect(await tx.first(byUuid, { uuid: 'a' })).toBeDefined();
        expect(await db.reader.first(byUuid, { uuid: 'a' })).toBeUndefined();
      });
    });

    test('of operations that arrive together, the one that fails is rolled back alone', async () => {
      const outcomes = await Promise.allSettled([
        db.write((tx) => tx.first(insert, { uuid: 'a' })),
        db.write(async (tx) => {
          await tx.first(insert, { uuid: 'half' });
          throw new Error('no');
        }),
        db.write(async (tx) => {
          await tx.first(insert, { uuid: 'b' });
          await tx.first(insert, { uuid: 'a' });
        }),
        db.write((tx) => tx.first(insert, { uuid: 'c' })),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
      expect(await uuids()).toEqual(['a', 'c']);
    });

    test('effects run after the commit, in order, and not for what was rolled back', async () => {
      const effects: string[] = [];
      const write = (uuid: string, fail: boolean) =>
        db.write(async (tx) => {
          tx.afterCommit(() => effects.push(uuid));
          await tx.first(insert, { uuid });
          expect(effects).not.toContain(uuid);
          if (fail) throw new Error('no');
        });
      await Promise.allSettled([write('a', false), write('b', true), write('c', false)]);
      expect(effects).toEqual(['a', 'c']);
    });

    test('many writers at once lose nothing', async () => {
      const expected = Array.from({ length: 500 }, (_, at) => `row ${at}`);
      await Promise.all(expected.map((uuid) => db.write((tx) => tx.first(insert, { uuid }))));
      expect((await uuids()).toSorted()).toEqual(expected.toSorted());
    });

    test('one statement writes many rows, in their order', async () => {
      const rows = Array.from({ length: 1_000 }, (_, at) => ({ uuid: `row ${at}`, displayName: `${at}` }));
      await db.write((tx) => tx.run(insertUnlessThere, rows));
      expect(await uuids()).toEqual(rows.map(({ uuid }) => uuid));
      expect(await db.reader.first(byUuid, { uuid: 'row 999' })).toMatchObject({ displayName: '999' });
    });

    test('of many rows, those that are there already may be left alone', async () => {
      const named = (displayName: string) => (uuid: string) => ({ uuid, displayName });
      await db.write(async (tx) => {
        await tx.run(insertUnlessThere, ['a', 'b'].map(named('first')));
        await tx.run(insertUnlessThere, ['b', 'c', 'c'].map(named('second')));
        await tx.run(insertUnlessThere, []);
      });
      expect(await uuids()).toEqual(['a', 'b', 'c']);
      expect(await db.reader.first(byUuid, { uuid: 'b' })).toMatchObject({ displayName: 'first' });
    });

    test('of many rows, one that is refused takes the others with it', async () => {
      const rows = ['a', 'b', 'a'].map((uuid) => ({ uuid }));
      await expect(db.write((tx) => tx.run(insert, rows))).rejects.toThrow(/unique/i);
      expect(await uuids()).toEqual([]);
    });

    test('a probe leaves everything as it is', async () => {
      await db.write((tx) => tx.first(insert, { uuid: 'a' }));
      await db.probe();
      expect(await uuids()).toEqual(['a']);
    });

    test('counts statements, commits and the operations that shared them', async () => {
      const { statements, commits, operations } = { ...db.stats };
      const shared: number[] = [];
      db.onCommit((count, ms) => {
        shared.push(count);
        expect(ms).toBeGreaterThan(0);
      });
      await Promise.all(['a', 'b', 'c'].map((uuid) => db.write((tx) => tx.first(insert, { uuid }))));
      await db.reader.first(byUuid, { uuid: 'a' });
      expect(shared.reduce((sum, count) => sum + count, 0)).toBe(3);
      expect(db.stats.operations - operations).toBe(3);
      expect(db.stats.commits - commits).toBe(shared.length);
      expect(db.stats.statements - statements).toBeGreaterThanOrEqual(4);
    });

    test('closing waits for the writes under way', async () => {
      const written = db.write((tx) => tx.first(insert, { uuid: 'late' }));
      await db.close();
      await expect(written).resolves.toBeDefined();
      db = await open();
    });
  });
}
