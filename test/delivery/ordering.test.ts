import { expect, test } from 'vitest';
import type { Room, Webhook } from '../../src/contract/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { Received, Receiver } from '../support/receiver.ts';
import { rows, until } from './support.ts';

const second = 1_000;

interface Scene {
  server: TestServer;
  receiver: Receiver;
  webhook: Webhook;
  rooms: { quiet: Room; loud: Room };
}

/** A webhook of Alice's whose ordering is `room`; what is said in the loud room fails. Three attempts, 10 s apart. */
async function ordered(): Promise<Scene> {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, schedule: [0, 10 * second, 10 * second] },
  }));
  const rooms = { quiet: await server.room('Quiet', 'alice', 'bob'), loud: await server.room('Loud', 'alice', 'bob') };
  const receiver = await server.receiver();
  receiver.answer = (response, { notice }) =>
    void response.writeHead('roomId' in notice.data && notice.data.roomId === rooms.loud.id ? 500 : 200).end();
  const body = { name: 'w', targetUrl: receiver.url, resource: 'messages', event: 'created', ordering: 'room' };
  const webhook = await server.as('alice').ok<Webhook>('POST', '/hearth/v1/webhooks', body);
  return { server, receiver, webhook, rooms };
}

/** Says so many things in a room; the ids of the messages. */
async function say({ server }: Scene, room: Room, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await server.as('bob').say(room, `message ${at}`)).id);
  return ids;
}

const idsOf = (received: readonly Received[]) => received.map(({ notice }) => notice.data.id);

test('a room whose delivery fails waits for it, the other rooms go on', async () => {
  const scene = await ordered();
  const { server, receiver, rooms } = scene;
  const [first, ...later] = await say(scene, rooms.loud, 4);
  const others = await say(scene, rooms.quiet, 4);
  expect(idsOf(await receiver.take(5)).toSorted()).toEqual([first, ...others].map(String).toSorted());
  await server.settled();
  expect(receiver.unseen).toEqual([]);

  receiver.answer = 200;
  server.clock.advance(12 * second);
  expect(idsOf(await receiver.take(4))).toEqual([first, ...later]);
  await until(async () => (await rows(server)).every(({ state }) => state === 'delivered'));
});

test('the room goes on after the last attempt of one that is given up', async () => {
  const scene = await ordered();
  const { server, receiver, rooms } = scene;
  const [first, second_, third] = await say(scene, rooms.loud, 3);
  for (let attempt = 1; attempt <= 3; attempt++) {
    expect(idsOf([await receiver.next()])).toEqual([first]);
    await until(async () => (await rows(server)).some(({ attempts }) => attempts === attempt));
    if (attempt === 3) receiver.answer = 200;
    server.clock.advance(12 * second);
  }
  expect(idsOf(await receiver.take(2))).toEqual([second_, third]);
  await until(async () => (await rows(server)).filter(({ state }) => state === 'delivered').length === 2);
  expect((await rows(server)).map(({ state }) => state)).toEqual(['failed', 'delivered', 'delivered']);
});

test('one of a room is under way at a time, and they come in the order of events', async () => {
  const scene = await ordered();
  const { receiver, rooms, server } = scene;
  let out = 0;
  let most = 0;
  receiver.answer = (response) => {
    out += 1;
    most = Math.max(most, out);
    setImmediate(() => {
      out -= 1;
      response.end();
    });
  };
  const posted = await say(scene, rooms.quiet, 30);
  expect(idsOf(await receiver.take(30))).toEqual(posted);
  await server.settled();
  expect(most).toBe(1);
});

test('the order holds across a restart, and for more than are kept in memory', async () => {
  const scene = await ordered();
  const { server, receiver, rooms } = scene;
  const posted = await say(scene, rooms.loud, 150);
  await receiver.next();
  await until(async () => (await rows(server)).length === 150);
  await server.restart();
  const more = await say(scene, rooms.loud, 5);

  receiver.answer = 200;
  server.clock.advance(12 * second);
  expect(idsOf(await receiver.take(155))).toEqual([...posted, ...more]);
});

test('when the ordering is given up, what waited for its room goes at once', async () => {
  const scene = await ordered();
  const { server, receiver, rooms, webhook } = scene;
  const [first, ...later] = await say(scene, rooms.loud, 3);
  await receiver.next();
  await until(async () => (await rows(server)).length === 3);
  await server.as('alice').ok('PUT', `/hearth/v1/webhooks/${webhook.id}`, { ordering: 'none' });
  expect(idsOf(await receiver.take(2)).toSorted()).toEqual(later.toSorted());
  expect(first).toBeDefined();
});
