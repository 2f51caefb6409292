import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { Vault } from '../../src/core/vault.ts';
import type { Reader, Writer } from '../../src/db/index.ts';
import { compileStatement } from '../../src/db/database.ts';
import { newestEventBefore } from '../../src/eventlog/index.ts';
import { Matcher } from '../../src/delivery/matcher.ts';
import { findCandidates } from '../../src/delivery/replay/candidates.ts';
import { findReplay, findUnfinished } from '../../src/delivery/replay/store.ts';
import {
  clearExchanges,
  deleteAttempts,
  deleteDeliveries,
  deleteDeliveriesOf,
  deleteEvents,
} from '../../src/delivery/retention/store.ts';
import { behindRoom, dueOf, recordedWebhooks, untriedOf } from '../../src/delivery/store/waiting.ts';
import { WebhookRegistry, type ActiveWebhook } from '../../src/webhooks/index.ts';
import { deliveriesAfter } from '../../src/stream/store.ts';
import { startServer } from '../support/server.ts';

const look = (reader: Reader, kind: 'failed' | 'events') =>
  findCandidates(
    {
      reader,
      matcher: new Matcher(
        new WebhookRegistry(vault),
        { of: async () => new Map() },
        { allReachesBots: true, allowMessagesUpdated: true },
      ),
    },
    { kind, webhook: { id: 1 } as ActiveWebhook, filter: [], after: 0, until: 9 },
    { limit: 1, most: 1 },
  );
const vault = new Vault([new Uint8Array(32)]);
/** The plan of each statement that `ask` makes; every answer is `row`. */
async function plansOf(ask: (session: Writer) => Promise<unknown>, row?: object): Promise<string[][]> {
  const server = await startServer();
  const { reader } = server.app.db;
  const texts: string[] = [];
  await ask({
    ...reader,
    writes: true,
    run: async () => {},
    afterCommit() {},
    all: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve(row ? [row as never] : []);
    },
    first: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve(row as never);
    },
  });
  const plans: string[][] = [];
  for (const text of texts) {
    const plan = sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll('?', '1'))}`;
    plans.push((await plan.execute(reader.query)).rows.map(({ detail }) => detail));
  }
  return plans;
}

test.each<[string, string, (reader: Reader) => Promise<unknown>]>([
  ['what waits untried', 'deliveries_untried', (reader) => untriedOf(reader, 1, 10)],
  ['what waits for a time', 'deliveries_due', (reader) => dueOf(reader, 1, 10)],
  ['what waits for a room', 'deliveries_behind_a_room', (reader) => behindRoom(reader, 1, 'room', 10)],
  ['what was given up of a range', 'deliveries_given_up', (reader) => look(reader, 'failed')],
  ['what became of the events of a range', 'sqlite_autoindex_deliveries_1', (reader) => look(reader, 'events')],
  ['what waits of a replay', 'deliveries_of_replay', (reader) => findReplay(reader, 1)],
  ['the replay that is not finished', 'replays_open', (reader) => findUnfinished(reader, 1)],
  ['where the log was at a time', 'events_by_time', (reader) => newestEventBefore(reader, 1)],
  ['what has changed', 'deliveries_by_change', (reader) => deliveriesAfter(reader, 1, 10)],
  ['what is recorded of an event', 'sqlite_autoindex_deliveries_1', (reader) => recordedWebhooks(reader, 1)],
])('%s is found in an index, however many deliveries are done', async (_, index, ask) => {
  const plans = await plansOf(ask);
  expect(plans).toEqual([expect.arrayContaining([expect.stringContaining(index)])]);
});

test.each<[string, string[], (tx: Writer) => Promise<unknown>]>([
  ['the newest old event', ['events_by_time'], (tx) => newestEventBefore(tx, 1)],
  ['old attempts', ['attempts_by_time'], (tx) => deleteAttempts(tx, 1, 10)],
  ['old exchanges', ['deliveries_with_exchange'], (tx) => clearExchanges(tx, 1, 10)],
  [
    'deliveries in the order of events',
    ['sqlite_autoindex_deliveries_1', 'sqlite_autoindex_deliveries_1'],
    (tx) => deleteDeliveries(tx, { eventId: 1, webhookId: 1 }, 9, 10),
  ],
  [
    'events without deliveries',
    ['INTEGER PRIMARY KEY', 'sqlite_autoindex_deliveries_1', ''],
    (tx) => deleteEvents(tx, 1, 9, 10),
  ],
  [
    'deliveries of one webhook',
    ['deliveries_by_webhook', 'deliveries_by_webhook'],
    (tx) => deleteDeliveriesOf(tx, 1, 1, 10),
  ],
])('retention finds %s in an index, and sorts nothing', async (_, indexes, ask) => {
  const plans = await plansOf(ask, { id: 1, eventId: 1, webhookId: 1 });
  for (const [at, plan] of plans.entries()) {
    expect(plan.filter((detail) => /SCAN|TEMP B-TREE/.test(detail))).toEqual([]);
    expect(plan.join('; ')).toContain(indexes[at]);
  }
  expect(plans).toHaveLength(indexes.length);
});
