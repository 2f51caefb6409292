import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Reader } from '../../src/db/index.ts';
import { compileStatement } from '../../src/db/database.ts';
import { behindRoom, dueOf, recordedWebhooks, untriedOf } from '../../src/delivery/store/waiting.ts';
import { deliveriesAfter } from '../../src/stream/store.ts';
import { startServer } from '../support/server.ts';

test.each<[string, string, (reader: Reader) => Promise<unknown>]>([
  ['what waits untried', 'deliveries_untried', (reader) => untriedOf(reader, 1, 10)],
  ['what waits for a time', 'deliveries_due', (reader) => dueOf(reader, 1, 10)],
  ['what waits for a room', 'deliveries_behind_a_room', (reader) => behindRoom(reader, 1, 'room', 10)],
  ['what has changed', 'deliveries_by_change', (reader) => deliveriesAfter(reader, 1, 10)],
  ['what is recorded of an event', 'sqlite_autoindex_deliveries_1', (reader) => recordedWebhooks(reader, 1)],
])('%s is found in an index, however many deliveries are done', async (_, index, ask) => {
  const server = await startServer();
  const { reader } = server.app.db;
  const texts: string[] = [];
  const listening: Reader = {
    ...reader,
    all: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve([]);
    },
  };
  await ask(listening);
  for (const text of texts) {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll('?', '1'))}`.execute(
      reader.query,
    );
    expect(rows.map(({ detail }) => detail)).toContainEqual(expect.stringContaining(index));
  }
  expect(texts).toHaveLength(1);
});
