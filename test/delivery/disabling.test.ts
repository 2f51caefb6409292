import { expect, test } from 'vitest';
import type { Message, Room, Webhook } from '../../src/contract/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { Receiver } from '../support/receiver.ts';
import { recorded, rows, until } from './support.ts';

const minute = 60_000;

interface Scene {
  server: TestServer;
  room: Room;
  receiver: Receiver;
  webhook: Webhook;
}

/** A webhook of Alice's whose receiver fails; ten failures within five minutes disable it, retries are hours away. */
async function failing(): Promise<Scene> {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, schedule: [0, 3_600_000], disabling: { failures: 10, windowMs: 5 * minute } },
  }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = 500;
  const webhook = await server.webhook('alice', receiver, { filter: `roomId=${room.id}` });
  return { server, room, receiver, webhook };
}

async function fail({ server, room, receiver }: Scene, times: number): Promise<void> {
  for (let at = 0; at < times; at++) await server.as('bob').say(room, `message ${at}`);
  await receiver.take(times);
  await server.settled();
}

const statusOf = async ({ server, webhook }: Scene) =>
  (await server.as('alice').ok<Webhook>('GET', `/v1/webhooks/${webhook.id}`)).status;

/** What the system has written to Alice, the oldest first. */
async function toldAlice({ server }: Scene): Promise<string[]> {
  const { status, body } = await server
    .as('alice')
    .get<{ items: Message[] }>('/v1/messages/direct?personEmail=hearth@webex.bot');
  return status === 404 ? [] : body.items.map(({ text = '' }) => text).toReversed();
}

test('DEL-5: so many failed notifications within the window disable it; the owner is warned half way and told', async () => {
  const scene = await failing();
  await fail(scene, 4);
  expect(await toldAlice(scene)).toEqual([]);
  await fail(scene, 5);
  await until(async () => (await toldAlice(scene)).length > 0);
  expect(await toldAlice(scene)).toEqual([expect.stringContaining('is failing: 5 notifications within 5 minutes')]);
  expect(await statusOf(scene)).toBe('active');

  await fail(scene, 1);
  await until(async () => (await statusOf(scene)) === 'inactive');
  await until(async () => (await toldAlice(scene)).length > 1);
  const [, told] = await toldAlice(scene);
  expect(told).toContain('is disabled. 10 notifications failed within 5 minutes');
  expect(told).toContain('The receiver answered 500.');
  expect(told).toContain(scene.webhook.id);

  await scene.server.as('bob').say(scene.room, 'unheard');
  await scene.server.settled();
  expect(scene.receiver.unseen).toEqual([]);
});

test('failures outside the window, and retries, do not count', async () => {
  const scene = await failing();
  await fail(scene, 9);
  scene.server.clock.advance(5 * minute);
  await fail(scene, 9);
  // The first nine are tried again, an hour after.
  scene.server.clock.advance(56 * minute);
  await scene.receiver.take(9);
  await until(async () => (await rows(scene.server)).filter(({ state }) => state === 'failed').length === 9);
  expect(await statusOf(scene)).toBe('active');
});

test('DEL-6, DEL-7: enabled again it takes one failure within the window to be disabled, and the usual number later', async () => {
  const scene = await failing();
  const { server, webhook, room, receiver } = scene;
  await fail(scene, 10);
  await until(async () => (await statusOf(scene)) === 'inactive');

  expect((await server.as('alice').put(`/v1/webhooks/${webhook.id}`, { status: 'inactive' })).status).toBe(200);
  expect(await statusOf(scene)).toBe('inactive');
  await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { status: 'active' });
  expect(await statusOf(scene)).toBe('active');
  await fail(scene, 1);
  await until(async () => (await statusOf(scene)) === 'inactive');

  await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { status: 'active' });
  receiver.answer = 200;
  await server.as('bob').say(room, 'heard');
  await receiver.next();
  server.clock.advance(5 * minute);
  receiver.answer = 500;
  await fail(scene, 9);
  expect(await statusOf(scene)).toBe('active');
  await fail(scene, 1);
  await until(async () => (await statusOf(scene)) === 'inactive');
});

test('what waits while it is inactive stays, and goes when it is active again, also across a restart', async () => {
  const scene = await failing();
  const { server, webhook, receiver } = scene;
  await fail(scene, 10);
  await until(async () => (await statusOf(scene)) === 'inactive');
  server.clock.advance(120 * minute);
  await server.restart();
  server.clock.advance(minute);
  await server.settled();
  expect(receiver.unseen).toEqual([]);
  await recorded(server, { state: 'waiting', attempts: 1 });

  receiver.answer = 200;
  await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { status: 'active' });
  await receiver.take(10);
  await recorded(server, { state: 'delivered', attempts: 2 });
});

test('a restart does not forget the failures of the window', async () => {
  const scene = await failing();
  await fail(scene, 9);
  await scene.server.restart();
  await fail(scene, 1);
  await until(async () => (await statusOf(scene)) === 'inactive');
});

test('each change is an event that concerns the owner; all/all does not bring it', async () => {
  const scene = await failing();
  const { server, webhook } = scene;
  const firehose = await server.receiver();
  await server.webhook('alice', firehose, { resource: 'all', event: 'all' });
  await fail(scene, 10);
  await until(async () => (await statusOf(scene)) === 'inactive');
  await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { status: 'active' });
  await server.settled();
  const events = await server.app.db.reader.query
    .selectFrom('events')
    .select(['event', 'data', 'roomUuid'])
    .where('resource', '=', 'webhooks')
    .execute();
  expect(events.map(({ event, roomUuid, data }) => ({ ...JSON.parse(data), event, roomUuid }))).toMatchObject([
    { event: 'updated', roomUuid: '', id: webhook.id, status: 'inactive', disabled: expect.any(String) },
    { event: 'updated', roomUuid: '', id: webhook.id, status: 'active' },
  ]);
  expect(firehose.received.map(({ notice }) => notice.resource)).not.toContain('webhooks');
});

test('a number of 0 disables nothing', async () => {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, disabling: { failures: 0, windowMs: 5 * minute } },
  }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = 500;
  const webhook = await server.webhook('alice', receiver, {});
  await fail({ server, room, receiver, webhook }, 150);
  expect(await statusOf({ server, room, receiver, webhook })).toBe('active');
});

test('several that fail at the same time are all disabled, and each owner is told of each', async () => {
  const scene = await failing();
  const { server, receiver, room } = scene;
  for (let at = 0; at < 4; at++) await server.webhook('alice', receiver, { filter: `roomId=${room.id}` });
  for (let at = 0; at < 10; at++) await server.as('bob').say(room, `message ${at}`);
  await receiver.take(50);
  await until(async () => (await toldAlice(scene)).filter((text) => text.includes('is disabled. 10')).length === 5);
  const { items } = await server.as('alice').ok<{ items: Webhook[] }>('GET', '/v1/webhooks');
  expect(items.map(({ status }) => status)).toEqual(Array(5).fill('inactive'));
});
