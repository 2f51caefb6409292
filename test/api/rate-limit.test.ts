import { expect, test } from 'vitest';
import { ErrorBody, type Room } from '../../src/contract/index.ts';
import { createToken } from '../../src/people/index.ts';
import { bytesOf, kept, send } from '../files/support.ts';
import { personKey } from '../support/log.ts';
import { raw } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';

const limited = () =>
  startServer((options) => ({
    ...options,
    rateLimits: { perPerson: { perSecond: 0.5, burst: 3 }, perIncomingWebhook: undefined },
    metrics: { token: undefined },
  }));

const rooms = (server: TestServer) => server.as('alice').get('/v1/rooms');

test('beyond the burst: 429 in the usual shape, with the words of Webex and whole seconds to wait', async () => {
  const server = await limited();
  for (let count = 0; count < 3; count += 1) expect((await rooms(server)).status).toBe(200);
  const { status, headers, body } = await rooms(server);
  expect([status, headers.get('retry-after'), headers.get('content-type')]).toEqual([
    429,
    '2',
    'application/json; charset=utf-8',
  ]);
  const { message, trackingId } = ErrorBody.strict().parse(body);
  expect(message).toBe(
    'The user has sent too many requests in a given amount of time. Please refer to the Retry-After response header to wait before making a new request.',
  );
  expect(headers.get('trackingid')).toBe(trackingId);
});

test('what the SDK asks for its sockets counts as well', async () => {
  const server = await limited();
  for (let count = 0; count < 3; count += 1) {
    expect((await server.as('alice').get('/wdm/api/v1/devices')).status).toBe(200);
  }
  expect((await server.as('alice').post('/wdm/api/v1/devices', {})).status).toBe(429);
  expect((await rooms(server)).status).toBe(429);
});

test('a file that is refused is not taken in', async () => {
  const server = await limited();
  for (let count = 0; count < 3; count += 1) await rooms(server);
  const sent = await send(server, 'alice', { roomId: 'any', files: new File([bytesOf(3_000_000)], 'large.bin') });
  expect(sent.status).toBe(429);
  expect(await kept(server)).toEqual([]);
});

test('who waits as long as was said gets through; who does not is refused', async () => {
  const server = await limited();
  for (let count = 0; count < 3; count += 1) await rooms(server);
  server.clock.advance(1_999);
  expect((await rooms(server)).headers.get('retry-after')).toBe('1');
  server.clock.advance(1);
  expect((await rooms(server)).status).toBe(200);
  expect((await rooms(server)).status).toBe(429);
});

test('what is refused is not done', async () => {
  const server = await limited();
  const alice = server.as('alice');
  for (const title of ['a', 'b', 'c', 'd']) await alice.post('/v1/rooms', { title });
  server.clock.advance(60_000);
  const { items } = await alice.ok<{ items: Room[] }>('GET', '/v1/rooms');
  expect(items.map(({ title }) => title).toSorted()).toEqual(['a', 'b', 'c']);
});

test('all tokens of a person count together, on both halves of the API; others are not held up', async () => {
  const server = await limited();
  const personId = await personKey(server, 'alice');
  await server.app.db.write((tx) => createToken(tx, { personId, now: server.clock.now(), token: 'another' }));
  expect((await rooms(server)).status).toBe(200);
  expect((await server.withToken('another').get('/v1/rooms')).status).toBe(200);
  expect((await server.as('alice').get('/hearth/v1/webhooks')).status).toBe(200);
  expect((await server.withToken('another').get('/v1/rooms')).status).toBe(429);
  expect((await server.as('alice').get('/hearth/v1/webhooks')).status).toBe(429);
  expect((await server.as('bob').get('/v1/rooms')).status).toBe(200);
});

test('what needs no token has no limit, and a bad token takes nothing from anybody', async () => {
  const server = await limited();
  for (let count = 0; count < 10; count += 1) {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json'])
      expect((await raw(server.url, { path })).status).toBe(200);
    expect((await server.withToken('nonsense').get('/v1/rooms')).status).toBe(401);
  }
  expect((await rooms(server)).status).toBe(200);
});

test('nobody is limited unless it is asked for', async () => {
  const server = await startServer();
  for (let count = 0; count < 400; count += 1) expect((await rooms(server)).status).toBe(200);
});
