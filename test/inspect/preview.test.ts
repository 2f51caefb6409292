import { sql } from 'kysely';
import { expect, test } from 'vitest';
import type { Preview } from '../../src/contract/index.ts';
import { people, personId, startServer, type Name, type TestServer } from '../support/server.ts';

function preview(server: TestServer, wanted: object, as: Name = 'alice'): Promise<Preview> {
  return server.as(as).ok<Preview>('POST', '/hearth/v1/webhooks/preview', wanted);
}

/** Everything of everybody in a group room and a 1:1 room. */
async function someLife(server: TestServer): Promise<void> {
  const room = await server.room('Demo', 'alice');
  for (const name of ['bob', 'robot'] as const) {
    // Or they would be in the room at the very moment of what came before them.
    server.clock.advance(1);
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId(name) });
  }
  await server.as('alice').say(room, 'hello');
  await server.as('bob').say(room, `<@personEmail:${people.robot.email}> look`);
  await server.as('bob').say(room, '<@all> look');
  const { id } = await server.as('bob').say(room, 'a mistake');
  await server.as('bob').ok('DELETE', `/v1/messages/${id}`);
  await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
  await server.as('bob').ok('POST', '/v1/messages', { toPersonEmail: people.robot.email, text: 'psst' });
  const alone = await server.room('Without Alice', 'dave');
  await server.as('dave').say(alone, 'nobody hears this');
  await server.settled();
}

test.each<[string, Name, { resource: string; event: string; filter?: string; ownedBy?: 'creator' | 'org' }]>([
  ['everything', 'alice', { resource: 'all', event: 'all' }],
  ['messages', 'bob', { resource: 'messages', event: 'created' }],
  ['messages of one person', 'alice', { resource: 'messages', event: 'all', filter: `personId=${personId('bob')}` }],
  ['what mentions me', 'robot', { resource: 'messages', event: 'created', filter: 'mentionedPeople=me' }],
  ['what a bot hears', 'robot', { resource: 'all', event: 'all' }],
  ['memberships', 'robot', { resource: 'memberships', event: 'created' }],
  ['1:1 rooms', 'robot', { resource: 'rooms', event: 'created', filter: 'type=direct' }],
  ['nothing', 'eve', { resource: 'all', event: 'all' }],
  ['rooms of an organization', 'alice', { resource: 'rooms', event: 'all', ownedBy: 'org' }],
  ['messages of an organization', 'carol', { resource: 'messages', event: 'all', ownedBy: 'org' }],
])('%s: shows what a webhook that was there would have got', async (_, name, wanted) => {
  const server = await startServer();
  const receiver = await server.receiver();
  await server.webhook(name, receiver, wanted);
  await someLife(server);
  const { items, ...rest } = await preview(server, { ...wanted, max: 100 }, name);
  const { count } = await server.app.db.reader.query
    .selectFrom('events')
    .select((eb) => eb.fn.countAll().as('count'))
    .executeTakeFirstOrThrow();
  expect(rest).toEqual({ scanned: Number(count), complete: true, matched: items.length });
  const got = receiver.received
    .toSorted((a, b) => Number(b.headers['x-hearth-sequence']) - Number(a.headers['x-hearth-sequence']))
    .map(({ headers, notice: { resource, event, actorId, data } }) => {
      const sequence = Number(headers['x-hearth-sequence']);
      return { id: headers['x-hearth-delivery-id']?.slice(0, 36), sequence, resource, event, actorId, data };
    });
  expect(items.map(({ created: _created, ...item }) => item)).toEqual(got);
  expect(got.length > 0).toBe(name !== 'eve');
});

test('shows the newest, up to max, and counts the rest', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  for (let at = 0; at < 25; at++) await server.as('alice').say(room, `message ${at}`);
  const wanted = { resource: 'messages', event: 'created' };
  const all = await preview(server, { ...wanted, max: 200 });
  expect(all).toMatchObject({ scanned: 27, matched: 25 });
  expect(all.items).toHaveLength(25);
  expect((await preview(server, wanted)).items).toEqual(all.items.slice(0, 20));
  expect((await preview(server, { ...wanted, max: 1 })).items).toEqual(all.items.slice(0, 1));
});

test('looks back a day', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  server.clock.advance(1);
  await server.as('alice').say(room, 'hello');
  const wanted = { resource: 'all', event: 'all' };
  server.clock.advance(24 * 3_600_000);
  expect(await preview(server, wanted)).toMatchObject({ scanned: 1, matched: 1 });
  server.clock.advance(1);
  expect(await preview(server, wanted)).toEqual({ scanned: 0, matched: 0, complete: true, items: [] });
});

test('looks at so many events and no more, and says so', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  await server.as('alice').say(room, 'hello');
  await server.settled();
  const now = server.clock.now();
  await server.app.db.write((tx) =>
    sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < 100001)
      insert into events (uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
      select 'e' || i, 'messages', 'created', '', 'elsewhere', '', '{}', '{}', ${now} from n`.execute(tx.query),
  );
  const answer = await preview(server, { resource: 'messages', event: 'created' });
  expect(answer).toEqual({ scanned: 100_000, matched: 0, complete: false, items: [] });
});

test.each<[string, object, number, RegExp]>([
  ['a filter key that is none', { filter: 'color=red' }, 400, /invalid value for filter: color/],
  ['an event that is none', { event: 'Created' }, 400, /event 'Created' is not available/],
  ['a room that is not there', { filter: 'roomId=00000000-0000-4000-8000-000000000000' }, 400, /filter: roomId/],
  ['a role that is missing', { ownedBy: 'org' }, 403, /missing required roles/],
  ['no number', { max: 'all' }, 400, /max must be a whole number/],
])('%s is refused as a webhook would be', async (_, wrong, status, message) => {
  const server = await startServer();
  const body = { resource: 'messages', event: 'created', ...wrong };
  const answer = await server.as('bob').post('/hearth/v1/webhooks/preview', body);
  expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
});
