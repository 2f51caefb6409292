import { sql, type CompiledQuery } from 'kysely';
import { expect, test } from 'vitest';
import { compileStatement } from '../../src/db/database.ts';
import type { Reader } from '../../src/db/index.ts';
import { countOf, findOwn, findSender, selectNewest } from '../../src/incoming-webhooks/store.ts';
import { startServer } from '../support/server.ts';

type Ask = (reader: Reader) => Promise<unknown> | CompiledQuery;

// What the statements are asked with; none of it is looked at.
const hash = new Uint8Array(32);

test.each<[string, string, Ask]>([
  ['whom a token posts as', '(tokenHash=?)', (reader) => findSender(reader, hash)],
  ['one of somebody', '(uuid=?)', (reader) => findOwn(reader, 1, 'x')],
  ['how many somebody has', 'incoming_webhooks_by_creator', (reader) => countOf(reader, 1)],
  [
    'a page of those of somebody',
    'incoming_webhooks_by_creator',
    (reader) => selectNewest(reader, { creatorId: 1, before: 9, limit: 10 }).compile(),
  ],
])('%s: found in an index, however many there are', async (_, index, ask) => {
  const server = await startServer();
  const { reader } = server.app.db;
  const texts: string[] = [];
  const listening: Reader = {
    ...reader,
    first: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve(undefined);
    },
  };
  const asked = ask(listening);
  if ('sql' in asked) texts.push(asked.sql);
  else await asked;
  expect(texts).toHaveLength(1);
  const { rows } = await sql<{
    detail: string;
  }>`explain query plan ${sql.raw((texts[0] ?? '').replaceAll('?', '1'))}`.execute(reader.query);
  const plan = rows.map(({ detail }) => detail);
  expect(plan).toContainEqual(expect.stringContaining(index));
  expect(plan.filter((detail) => detail.startsWith('SCAN') || detail.includes('TEMP B-TREE'))).toEqual([]);
});
