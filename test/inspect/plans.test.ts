import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Reader } from '../../src/db/index.ts';
import { findActionFor } from '../../src/attachment-actions/store.ts';
import { compileStatement } from '../../src/db/database.ts';
import { ownWebhooks } from '../../src/inspect/access.ts';
import {
  attemptsOf,
  eventsAbout,
  findDelivery,
  findEvent,
  firstEventSince,
  formerlyTold,
  reachOf,
  scanDeliveries,
} from '../../src/inspect/deliveries/store.ts';
import { duplicatesOf, headOfRoom, lastFailureOf } from '../../src/inspect/explain/store.ts';
import { eventsBelow, roomsOf } from '../../src/inspect/preview/store.ts';
import { countWaiting, lastError, lastSuccess, nextDue } from '../../src/inspect/webhook/store.ts';
import { startServer } from '../support/server.ts';

type Ask = (reader: Reader) => Promise<unknown>;

// What the statements are asked with; none of it is looked at.
const caller = { personId: 1 } as Parameters<typeof ownWebhooks>[1];
const webhook = { id: 1 } as Parameters<typeof duplicatesOf>[1];
const scan = { webhookId: 1, from: 0, below: 9, limit: 10 };

test.each<[string, string[], Ask]>([
  ['own webhooks', ['webhooks_by_owner'], (reader) => ownWebhooks(reader, caller)],
  ['deliveries of a webhook', ['deliveries_by_webhook'], (reader) => scanDeliveries(reader, 'all', scan)],
  ['those not delivered', ['deliveries_undelivered'], (reader) => scanDeliveries(reader, 'undelivered', scan)],
  ['one delivery', ['sqlite_autoindex_deliveries_1'], (reader) => findDelivery(reader, { eventId: 1, webhookId: 1 })],
  ['one event', ['sqlite_autoindex_events_1'], (reader) => findEvent(reader, 'x')],
  ['events about a message', ['events_of_messages'], (reader) => eventsAbout(reader, 'x')],
  ['the first event of a time', ['events_by_time'], (reader) => firstEventSince(reader, 1)],
  ['a replay', ['sqlite_autoindex_replays_1'], (reader) => reachOf(reader, 'x')],
  ['attempts', ['attempts USING PRIMARY KEY'], (reader) => attemptsOf(reader, 1)],
  ['what a webhook was called', ['formerWebhooks USING PRIMARY KEY'], (reader) => formerlyTold(reader, 1, 1)],
  ['the last failure', ['attempts USING PRIMARY KEY'], (reader) => lastFailureOf(reader, 1)],
  [
    'what a room waits for',
    ['deliveries_undelivered'],
    (reader) => headOfRoom(reader, { webhookId: 1, eventId: 9, roomUuid: 'x' }),
  ],
  ['duplicates', ['webhooks_by_owner'], (reader) => duplicatesOf(reader, webhook)],
  ['events, newest first', ['events USING INTEGER PRIMARY KEY'], (reader) => eventsBelow(reader, scan)],
  ['own rooms', ['memberships_by_person'], (reader) => roomsOf(reader, caller)],
  [
    'how much waits',
    ['deliveries_untried', 'deliveries_due', 'deliveries_behind_a_room'],
    (reader) => countWaiting(reader, 1, 10),
  ],
  ['a submission', ['sqlite_autoindex_attachmentActions_1'], (reader) => findActionFor(reader, 1, 'x')],
  ['what is due next', ['deliveries_untried', 'deliveries_due'], (reader) => nextDue(reader, 1)],
  ['the last success', ['deliveries_by_webhook'], (reader) => lastSuccess(reader, 1)],
  ['the last error', ['deliveries_undelivered'], (reader) => lastError(reader, 1)],
])('%s: found in an index, however much there is', async (_, indexes, ask) => {
  const server = await startServer();
  const { reader } = server.app.db;
  const texts: string[] = [];
  const listening: Reader = {
    ...reader,
    all: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve([]);
    },
    first: (statement) => {
      texts.push(compileStatement(reader.query, statement).sql);
      return Promise.resolve(undefined);
    },
  };
  await ask(listening);
  expect(texts).toHaveLength(indexes.length);
  for (const [at, text] of texts.entries()) {
    const { rows } = await sql<{ detail: string }>`explain query plan ${sql.raw(text.replaceAll('?', '1'))}`.execute(
      reader.query,
    );
    const plan = rows.map(({ detail }) => detail);
    expect(plan).toContainEqual(expect.stringContaining(indexes[at] ?? ''));
    expect(plan.filter((detail) => /^SCAN (?!some\b)/.test(detail))).toEqual([]);
    expect(plan.filter((detail) => detail.includes('TEMP B-TREE'))).toEqual([]);
  }
});
