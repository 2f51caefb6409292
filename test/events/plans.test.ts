import { CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { selectEvents } from '../../src/events/store.ts';
import { startServer } from '../support/server.ts';

const scope = { orgId: 1, orgUuid: 'x' };
const range = { from: 10, below: 20 };

test.each([
  ['all of them', {}],
  ['one resource', { resource: 'messages' }],
  ['what one person did', { actorUuid: 'x' }],
  ['one kind of one resource by one person', { resource: 'rooms', type: 'updated', actorUuid: 'x' }],
] as const)('events of a range are read by their place in the log, and nothing is sorted: %s', async (_, narrowed) => {
  const server = await startServer();
  const { query } = server.app.db.reader;
  const { sql, parameters } = selectEvents(query, scope, range, { ...narrowed, limit: 10 }).compile();
  const explain = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters]);
  const { rows } = await query.executeQuery<{ detail: string }>(explain);
  const plan = rows.map(({ detail }) => detail);
  expect(plan[0]).toContain('events USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)');
  expect(plan.filter((detail) => /SCAN|TEMP B-TREE/.test(detail))).toEqual([]);
  expect(plan.join('; ')).toContain('people USING INDEX sqlite_autoindex_people_1 (uuid=?)');
});
