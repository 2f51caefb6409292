import { expect, test } from 'vitest';
import type { EventsPage, Message } from '../../src/contract/index.ts';
import { until } from '../delivery/support.ts';
import { startServer } from '../support/server.ts';
import { poll, StreamClient } from './support.ts';

const second = 1_000;
const ids = ({ items }: EventsPage) => items.map(({ data }) => (data as Message).id);

test('answers at once with what is there, at most `max` of it, and goes on from its cursor', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  let { cursor } = await poll(server, 'alice', { wait: 0 });
  const said: string[] = [];
  for (const text of ['one', 'two', 'three']) said.push((await server.as('bob').say(room, text)).id);
  const first = await poll(server, 'alice', { after: cursor, max: 2 });
  expect(ids(first)).toEqual(said.slice(0, 2));
  ({ cursor } = first);
  const second = await poll(server, 'alice', { after: cursor, max: 2 });
  expect(ids(second)).toEqual(said.slice(2));
  expect(second).not.toHaveProperty('deliveries');
});

test('waits for the next event', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const { cursor } = await poll(server, 'alice', { wait: 0 });
  const waiting = poll(server, 'alice', { after: cursor });
  const message = await server.as('bob').say(room, 'hello');
  expect(ids(await waiting)).toEqual([message.id]);
});

test.each([
  ['as long as it is told', { wait: 2 }, 2 * second],
  ['half a minute otherwise', {}, 30 * second],
  ['a minute at most', { wait: 3_600 }, 60 * second],
])('waits %s, and always answers a cursor', async (_, query, time) => {
  const server = await startServer();
  await server.room('Not for bob', 'alice');
  const { cursor: before } = await poll(server, 'bob', { wait: 0 });
  let answer: EventsPage | undefined;
  const { timers } = server.clock;
  const waiting = poll(server, 'bob', { after: before, ...query }).then((page) => (answer = page));
  await server.room('Nor this', 'alice');
  await until(() => server.clock.timers > timers);
  server.clock.advance(time - 1);
  await server.as('bob').get('/v1/people/me');
  expect(answer).toBeUndefined();
  server.clock.advance(1);
  const { items, cursor } = await waiting;
  expect(items).toEqual([]);
  expect(cursor).not.toBe(before);
});

test('what was passed over is not looked at again', async () => {
  const server = await startServer();
  const room = await server.room('Not for bob', 'alice');
  const { cursor: before } = await poll(server, 'bob', { wait: 0 });
  await server.as('alice').say(room, 'hello');
  const { cursor } = await poll(server, 'bob', { after: before, wait: 0 });
  await server.settled();
  await server.app.db.write(async ({ query }) => void (await query.deleteFrom('events').execute()));
  expect(await poll(server, 'bob', { after: cursor, wait: 0 })).toEqual({ items: [], cursor });
  expect(await poll(server, 'bob', { after: before, wait: 0 })).toHaveProperty('gap');
});

test('has the cursor of the stream', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const stream = await StreamClient.open(server.url, 'alice');
  const first = await server.as('bob').say(room, 'hello');
  const told = await stream.next();
  expect((told.data.data as Message).id).toBe(first.id);
  const second = await server.as('bob').say(room, 'again');
  const page = await poll(server, 'alice', { after: told.id });
  expect(ids(page)).toEqual([second.id]);
  expect(page.items[0]).toEqual((await stream.next()).data);
  const third = await server.as('bob').say(room, 'once more');
  const again = await StreamClient.open(server.url, 'alice', { lastEventId: page.cursor });
  expect(((await again.next()).data.data as Message).id).toBe(third.id);
});

test('is answered when the server stops', async () => {
  const server = await startServer();
  const { cursor } = await poll(server, 'alice', { wait: 0 });
  const { timers } = server.clock;
  const waiting = poll(server, 'alice', { after: cursor });
  await until(() => server.clock.timers > timers);
  await server.restart(5 * second);
  expect(await waiting).toEqual({ items: [], cursor });
});

test.each(['wait=-1', 'wait=soon', 'max=0'])('%s is refused', async (query) => {
  const server = await startServer();
  expect((await server.as('alice').get(`/hearth/v1/events?${query}`)).status).toBe(400);
});
