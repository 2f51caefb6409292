import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Membership, Message } from '../../src/contract/index.ts';
import { personId, startServer } from '../support/server.ts';
import { kinds, poll, StreamClient } from './support.ts';

const second = 1_000;

test('tells of what happens, as a webhook would without its envelope', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  const stream = await StreamClient.open(server.url, 'alice');
  expect(stream).toMatchObject({ status: 200, headers: { 'content-type': 'text/event-stream' } });
  const message = await server.as('bob').say(room, 'hello');

  const { kind, data } = await stream.next();
  const { notice, headers } = await receiver.next();
  expect({ kind, ...data }).toEqual({
    kind: 'event',
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    sequence: Number(headers['x-hearth-sequence']),
    resource: 'messages',
    event: 'created',
    created: message.created,
    actorId: notice.actorId,
    orgId: notice.orgId,
    data: notice.data,
  });
  expect(headers['x-hearth-delivery-id']).toContain(data.id);
});

test('is open at once, unbuffered and uncompressed, for scripts of any origin', async () => {
  const server = await startServer();
  const stream = await StreamClient.open(server.url, 'alice');
  expect(stream.headers).toMatchObject({
    'cache-control': expect.stringContaining('no-store'),
    'x-accel-buffering': 'no',
    trackingid: expect.any(String),
  });
  expect(stream.headers['content-encoding']).toBeUndefined();
  await stream.until(() => stream.text.includes('\n\n'));
  expect(stream.text).toMatch(/^retry: \d+\nid: \S+\n\n$/);
});

test('a client that was cut off before anything was told goes on from where it began', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  const stream = await StreamClient.open(server.url, 'alice');
  await stream.until(() => stream.lastEventId !== undefined);
  stream.cut();
  await server.as('alice').say(room, 'while nobody listened');
  const again = await StreamClient.open(server.url, 'alice', { lastEventId: stream.lastEventId });
  expect(kinds([await again.next()])).toEqual(['messages/created']);
});

test.each([
  ['one resource', 'resource=messages', ['messages/created', 'messages/deleted']],
  ['one event of it', 'resource=messages&event=deleted', ['messages/deleted']],
  [
    'a filter',
    `resource=memberships&filter=${encodeURIComponent(`personId=${personId('dave')}`)}`,
    ['memberships/created'],
  ],
  ['everything', '', ['messages/created', 'messages/deleted', 'memberships/created']],
])('is narrowed as a webhook is: %s', async (_, query, expected) => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const stream = await StreamClient.open(server.url, 'alice', { query });
  const message = await server.as('bob').say(room, 'hello');
  await server.as('bob').ok('DELETE', `/v1/messages/${message.id}`);
  await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('dave') });
  expect(kinds(await stream.take(expected.length))).toEqual(expected);
});

test('everything brings webhooks that are switched off and on, to their owner', async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {});
  const [alice, bob] = await Promise.all([
    StreamClient.open(server.url, 'alice'),
    StreamClient.open(server.url, 'bob', { query: 'resource=webhooks' }),
  ]);
  await server.app.db.write(async ({ query }) => {
    await query.updateTable('webhooks').set({ status: 'inactive' }).execute();
  });
  await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { status: 'active' });
  const told = await alice.next();
  expect(kinds([told])).toEqual(['webhooks/updated']);
  expect(told.data.data).toMatchObject({ id: webhook.id, status: 'active' });
  expect(bob.told).toEqual([]);
});

test('two people hear what each of them may, and who is removed hears of that and of nothing after', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const secret = await server.room('Secret', 'alice');
  const [alice, bob] = await Promise.all([
    StreamClient.open(server.url, 'alice'),
    StreamClient.open(server.url, 'bob'),
  ]);
  await server.as('alice').say(secret, 'for nobody');
  await server.as('alice').say(room, 'for bob');
  const { items } = await server
    .as('alice')
    .ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}&personId=${personId('bob')}`);
  await server.as('alice').ok('DELETE', `/v1/memberships/${items[0]?.id}`);
  await server.as('alice').say(room, 'without bob');
  const other = await server.room('Other', 'bob', 'alice');

  expect(kinds(await alice.take(5))).toEqual([
    'messages/created',
    'messages/created',
    'memberships/deleted',
    'messages/created',
    'memberships/created',
  ]);
  const own = await bob.take(4);
  expect(kinds(own)).toEqual(['messages/created', 'memberships/deleted', 'rooms/created', 'memberships/created']);
  expect(own[1]?.data.data).toMatchObject({ personId: personId('bob') });
  expect(own[2]?.data.data).toMatchObject({ id: other.id });
});

test('a bot hears what it may see: mentions, itself, 1:1 rooms', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'robot');
  const stream = await StreamClient.open(server.url, 'robot', { query: 'resource=messages' });
  await server.as('alice').say(room, 'not for bots');
  const mention = await server.as('alice').say(room, `<@personId:${personId('robot')}> hello`);
  const direct = await server
    .as('alice')
    .ok<Message>('POST', '/v1/messages', { toPersonId: personId('robot'), text: 'psst' });
  const told = await stream.take(2);
  expect(told.map(({ data }) => (data.data as Message).id)).toEqual([mention.id, direct.id]);
});

test('keeps the connection alive, and its cursor moves on when nothing is told', async () => {
  const server = await startServer();
  const room = await server.room('Not for bob', 'alice');
  const stream = await StreamClient.open(server.url, 'bob');
  await stream.until(() => stream.lastEventId !== undefined);
  const before = stream.lastEventId;
  await server.as('alice').say(room, 'hello');
  server.clock.advance(15 * second);
  await stream.until(() => stream.text.includes(': keep-alive\n'));
  server.clock.advance(15 * second);
  await stream.until(() => stream.text.split(': keep-alive\n').length === 3);
  await stream.until(() => stream.lastEventId !== before);
  expect(stream.told).toEqual([]);
});

test('ends when its token is revoked, and lets go of its place', async () => {
  const server = await startServer((options) => ({ ...options, streams: { total: 10, perPerson: 1 } }));
  const stream = await StreamClient.open(server.url, 'bob');
  const { status, body } = await server.as('bob').get('/hearth/v1/stream');
  expect({ status, body }).toMatchObject({
    status: 429,
    body: { message: 'You follow 1 streams already, which is the limit: end one of them first.' },
  });
  await server.app.db.write(async ({ query }) => {
    const bob = await query.selectFrom('people').select('id').where('email', 'like', 'bob%').executeTakeFirstOrThrow();
    await query.deleteFrom('tokens').where('personId', '=', bob.id).execute();
  });
  server.clock.advance(15 * second);
  await stream.ended;
  expect(stream.text).toContain(': the token is no longer valid\n');
  expect((await server.as('bob').get('/hearth/v1/stream')).status).toBe(401);
});

test('a place is free again when the client has gone, and the server has only so many', async () => {
  const server = await startServer((options) => ({ ...options, streams: { total: 2, perPerson: 20 } }));
  const one = await StreamClient.open(server.url, 'alice');
  await StreamClient.open(server.url, 'alice');
  const refused = await server.as('bob').get('/hearth/v1/events');
  expect(refused).toMatchObject({ status: 429, body: { message: expect.stringContaining('2 streams open') } });
  one.cut();
  while ((await server.as('bob').get('/hearth/v1/events?wait=0')).status !== 200);
});

test('a server that stops says so, and ends the streams', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  const stream = await StreamClient.open(server.url, 'alice');
  await server.as('alice').say(room, 'hello');
  await stream.next();
  await server.restart(5 * second);
  await stream.ended;
  expect(stream.text).toMatch(/: the server is stopping\nid: \S+\n\n$/);
  expect(stream.lastEventId).toBe(stream.told.at(-1)?.id);
});

test.each([
  ['after=nonsense', 400, 'The cursor is not one this server gave out.'],
  [`after=${Buffer.from('["stream",-1,0]').toString('base64url')}`, 400, 'The cursor is not one this server gave out.'],
  [`after=${Buffer.from('["webhooks",1]').toString('base64url')}`, 400, 'The cursor is not one this server gave out.'],
  ['since=yesterday', 400, 'since is not a valid datetime.'],
  ['resource=people', 400, "resource 'people' is not available"],
  ['resource=rooms&event=deleted', 400, "event 'deleted' is not available"],
  ['filter=nobody=1', 400, 'invalid value for filter: nobody'],
  [`filter=roomId=${personId('bob')}`, 400, 'invalid value for filter: roomId'],
  ['deliveries=nothing', 404, 'Could not find a webhook'],
])('%s is refused with %i', async (query, status, message) => {
  const server = await startServer();
  for (const path of ['stream', 'events']) {
    const answer = await server.as('alice').get(`/hearth/v1/${path}?${query}`);
    expect(answer).toMatchObject({ status, body: { message: expect.stringContaining(message) } });
  }
});

test('wants a token that may read what it tells', async () => {
  const server = await startServer();
  expect((await server.withToken('nobody').get('/hearth/v1/stream')).status).toBe(401);
  await server.app.db.write(async ({ query }) => {
    await query.updateTable('tokens').set({ scopes: 'spark:rooms_read' }).execute();
  });
  expect((await server.as('alice').get('/hearth/v1/stream')).status).toBe(403);
  expect((await StreamClient.open(server.url, 'alice', { query: 'resource=rooms' })).status).toBe(200);
});

test('any query is answered or refused, and never breaks', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  const { cursor } = await poll(server, 'alice', { wait: 0 });
  const names = ['resource', 'event', 'filter', 'deliveries', 'after', 'since', 'unknown'];
  const values = ['all', 'messages', 'created', 'true', `roomId=${room.id}`, cursor, '2016-07-19T00:00:00Z', ''];
  const pair = fc.tuple(fc.constantFrom(...names), fc.oneof(fc.constantFrom(...values), fc.string({ unit: 'binary' })));
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(fc.array(pair, { maxLength: 4 }), async (pairs) => {
      const query = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`).join('&');
      const stream = await StreamClient.open(server.url, 'alice', { query });
      stream.cut();
      await stream.ended;
      const { status } = await server.as('alice').get(`/hearth/v1/events?${query}&wait=0`);
      expect([200, 400, 404]).toContain(status);
      expect(stream.status).toBe(status);
      statuses.add(status);
    }),
    { numRuns: 200 },
  );
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400]));
});
