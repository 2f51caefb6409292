import { sql, type KyselyPlugin } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Caller } from '../../src/core/caller.ts';
import type { Database } from '../../src/db/index.ts';
import { encodeCursor, hashToken } from '../../src/http/index.ts';
import { MembershipService } from '../../src/memberships/service.ts';
import { MessageService } from '../../src/messages/service.ts';
import { findCaller } from '../../src/people/index.ts';
import { PeopleService } from '../../src/people/service.ts';
import { RoomService } from '../../src/rooms/service.ts';
import { startServer, tokenOf, personId, type TestServer } from '../support/server.ts';

/** Sorted: mentions, of which it looks at two pages; and rooms, since each person's are in an order of their own. */
describe('a page of a list is read from an index, however long the list is', () => {
  let server: TestServer;
  let roomId: string;
  let messageId: string;
  beforeEach(async () => {
    server = await startServer();
    ({ id: roomId } = await server.room('Plans', 'alice', 'bob'));
    ({ id: messageId } = await server.as('alice').ok<{ id: string }>('POST', '/v1/messages', { roomId, text: 'x' }));
  });

  type Ask = (db: Database, caller: Caller) => Promise<{ next?: unknown }>;
  const parts = (db: Database) => ({ ...server.app, db, bots: { allReachesBots: false } });
  const messages =
    (query: object): Ask =>
    (db, caller) =>
      new MessageService(parts(db)).list(caller, { roomId, max: 1, ...query });
  const memberships =
    (query: object): Ask =>
    (db, caller) =>
      new MembershipService(parts(db)).list(caller, { max: 1, ...query });

  const rooms =
    (query: object): Ask =>
    (db, caller) =>
      new RoomService(parts(db)).list(caller, { sortBy: 'lastactivity', max: 1, ...query });
  const people =
    (query: object): Ask =>
    (db, caller) =>
      new PeopleService(parts(db)).list(caller, { max: 1, ...query });

  /** The plan of the last statement, which is the one that reads the page: how each table is come by, and what is sorted. */
  async function planOf(ask: Ask): Promise<string[]> {
    const { db } = server.app;
    const caller = await findCaller(db.reader, hashToken(tokenOf('alice')), server.clock.now());
    if (!caller) throw new Error('Alice has a token.');
    const texts: string[] = [];
    const { query } = db.reader;
    const listening: KyselyPlugin = {
      transformQuery({ node, queryId }) {
        texts.push(query.getExecutor().compileQuery(node, queryId).sql);
        return node;
      },
      transformResult: async ({ result }) => result,
    };
    const reader = { ...db.reader, all: db.reader.all.bind(db.reader), first: db.reader.first.bind(db.reader) };
    await ask(Object.assign(Object.create(db), { reader: { ...reader, query: query.withPlugin(listening) } }), caller);
    const text = sql<{ detail: string }>`explain query plan ${sql.raw((texts.at(-1) ?? '').replaceAll('?', '1'))}`;
    return (await text.execute(query)).rows.map(({ detail }) => detail);
  }

  const below = encodeCursor(['messages', 1_000, 9]);
  const after = encodeCursor(['memberships', 9]);
  const me = { mentionedPeople: 'me' };
  const inRoom = 'messages USING INDEX messages_by_room (roomId=?';
  const inThread = 'messages USING INDEX messages_by_parent (roomId=? AND parentUuid=?';
  const mentioned = 'mentions_by_room (roomId=? AND personId=?';
  test.each<[string, string, boolean, () => Ask]>([
    ['messages', `${inRoom})`, false, () => messages({})],
    ['messages, a later page', `${inRoom} AND createdAt<?)`, false, () => messages({ cursor: below })],
    ['messages before a time', `${inRoom} AND createdAt<?)`, false, () => messages({ before: '2026-01-01T00:00:00Z' })],
    ['messages before another', `${inRoom} AND createdAt<?)`, false, () => messages({ beforeMessage: messageId })],
    ['a thread', `${inThread})`, false, () => messages({ parentId: messageId })],
    [
      'a thread, a later page',
      `${inThread} AND createdAt<?)`,
      false,
      () => messages({ parentId: messageId, cursor: below }),
    ],
    ['mentions', `${mentioned})`, true, () => messages(me)],
    [
      'mentions, a later page',
      `${mentioned} AND (createdAt,messageId)<(?,?))`,
      true,
      () => messages({ ...me, cursor: below }),
    ],
    ['mentions in a thread', inThread, false, () => messages({ ...me, parentId: messageId })],
    ['members', 'memberships_of_room (roomId=?)', false, () => memberships({ roomId })],
    [
      'members, a later page',
      'memberships_of_room (roomId=? AND id>?)',
      false,
      () => memberships({ roomId, cursor: after }),
    ],
    ['one member', '(roomId=? AND personId=?)', false, () => memberships({ roomId, personId: personId('bob') })],
    ['own memberships', 'memberships_of_person (personId=?)', false, () => memberships({})],
    [
      'own ones, a later page',
      'memberships_of_person (personId=? AND id>?)',
      false,
      () => memberships({ cursor: after }),
    ],
    ['rooms', 'memberships_of_person (personId=?)', true, () => rooms({})],
    ['the organization', 'people_by_name (orgId=?)', false, () => people({})],
  ])('%s', async (_, expected, sorted, ask) => {
    const plan = await planOf(ask());
    expect(plan).toContainEqual(expect.stringContaining(expected));
    expect(plan.filter((detail) => /^SCAN (?!latest$)/.test(detail))).toEqual([]);
    expect(
      plan.some((detail) => detail.includes('TEMP B-TREE')),
      'sorted',
    ).toBe(sorted);
  });
});
