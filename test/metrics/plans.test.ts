import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Reader } from '../../src/db/index.ts';
import { compileStatement } from '../../src/db/database.ts';
import { countOpenReplays, countWaiting, createdAfter } from '../../src/metrics/statements.ts';
import { startServer } from '../support/server.ts';

test.each([
  [
    'what waits',
    (query: Reader['query']) => compileStatement(query, countWaiting),
    ['deliveries_untried', 'deliveries_due', 'deliveries_behind_a_room'],
  ],
  ['the replays', (query: Reader['query']) => compileStatement(query, countOpenReplays), ['replays_open']],
  ['the age of the log', (query: Reader['query']) => compileStatement(query, createdAfter), ['INTEGER PRIMARY KEY']],
])('a scrape finds %s in an index, however many deliveries there are', async (_, compiled, indexes) => {
  const { query } = (await startServer()).app.db.reader;
  const text = compiled(query).sql.replaceAll('?', '1');
  const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(text)}`.execute(query);
  const steps = rows.map(({ detail }) => detail);
  for (const index of indexes) expect(steps).toContainEqual(expect.stringContaining(index));
  expect(steps.filter((step) => /^SCAN (deliveries|events|replays)$/.test(step))).toEqual([]);
});
