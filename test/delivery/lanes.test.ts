import { expect, test } from 'vitest';
import type { Message } from '../../src/contract/index.ts';
import type { LaneLimits } from '../../src/delivery/lanes/lanes.ts';
import { people, startServer, type Adjust } from '../support/server.ts';
import { holding, rows, until } from './support.ts';

const limits =
  (changes: Partial<LaneLimits>): Adjust =>
  (options) => ({ ...options, delivery: { ...options.delivery, limits: { ...options.delivery.limits, ...changes } } });

test('a receiver that never answers holds up nobody else (rule 4)', async () => {
  const server = await startServer(limits({ perWebhook: 2 }));
  const room = await server.room('Demo', 'alice', 'bob');
  const [hanging, healthy] = [await server.receiver(), await server.receiver()];
  const hold = holding();
  hanging.answer = hold.answer;
  await server.webhook('alice', hanging, {});
  await server.webhook('bob', healthy, {});

  for (let at = 0; at < 20; at++) await server.as('bob').say(room, `message ${at}`);
  expect(await healthy.take(20)).toHaveLength(20);
  expect(hanging.received).toHaveLength(2);
  hold.release();
});

test('a lane has no more requests in flight than its cap, all lanes together no more than the slots', async () => {
  const server = await startServer(limits({ perWebhook: 3, slots: 5, suspectShare: 1 }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  const hold = holding();
  receiver.answer = hold.answer;
  for (const owner of ['alice', 'bob', 'alice'] as const) await server.webhook(owner, receiver, {});
  for (let at = 0; at < 10; at++) await server.as('bob').say(room, `message ${at}`);

  await until(() => hold.held.length === 5);
  const counts = Map.groupBy(receiver.received, ({ notice }) => notice.id);
  expect([...counts.values()].map((list) => list.length).toSorted((a, b) => a - b)).toEqual([1, 2, 2]);
  while (receiver.received.length < 30) {
    hold.release();
    await until(() => hold.held.length > 0 || receiver.received.length === 30);
    expect(hold.held.length).toBeLessThanOrEqual(5);
  }
  hold.release();
  await server.settled();
});

test.each([
  ['has waited over a second', limits({ perWebhook: 1 }), 1_250],
  ['finds its lane full', limits({ perWebhook: 1, queueLength: 3 }), 0],
])('what %s goes to the table, and comes back in order (rule 3)', async (_, adjust, wait) => {
  const server = await startServer(adjust);
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  const hold = holding();
  receiver.answer = hold.answer;
  await server.webhook('alice', receiver, {});

  const posted: string[] = [];
  const say = async (text: string) => posted.push((await server.as('bob').say(room, text)).id);
  for (let at = 0; at < 10; at++) await say(`message ${at}`);
  await until(() => hold.held.length === 1);
  server.clock.advance(wait);
  await until(async () => (await rows(server)).length >= (wait > 0 ? 9 : 6));
  expect((await rows(server)).every(({ state, attempts }) => state === 'waiting' && attempts === 0)).toBe(true);
  // What comes while the lane is behind queues up after the rest.
  await say('late');

  receiver.answer = 200;
  hold.release();
  const received = await receiver.take(11);
  expect(received.map(({ notice }) => notice.data.id)).toEqual(posted);
  await until(async () => (await rows(server)).filter(({ state }) => state === 'delivered').length === 11);
  expect(receiver.unseen).toEqual([]);
});

test('what was in flight when the server stopped is sent again, under the same id (rule 2)', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = holding().answer;
  await server.webhook('alice', receiver, {});
  const posted = [await server.as('bob').say(room, 'one'), await server.as('bob').say(room, 'two')];
  const before = await receiver.take(2);

  receiver.answer = 200;
  await server.restart();
  const after = await receiver.take(2);
  const ids = (list: typeof before) => new Set(list.map(({ headers }) => headers['x-hearth-delivery-id']));
  expect(ids(after)).toEqual(ids(before));
  expect(after.map(({ notice }) => notice.data.id).toSorted()).toEqual(posted.map(({ id }: Message) => id).toSorted());
  await server.settled();
  expect(receiver.unseen).toEqual([]);
});

test('what is delivered and recorded is not sent again after a restart', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const [done, hanging] = [await server.receiver(), await server.receiver()];
  hanging.answer = holding().answer;
  await server.webhook('alice', done, {});
  await server.webhook('alice', hanging, {});
  await server.as('bob').say(room, 'one');
  await done.next();
  await hanging.next();
  await until(async () => (await rows(server)).length === 1);

  hanging.answer = 200;
  await server.restart();
  await hanging.next();
  await server.settled();
  expect(done.unseen).toEqual([]);
});

test('a slow receiver costs an API call nothing: no call waits for a delivery', async () => {
  const server = await startServer(limits({ slots: 1, perWebhook: 1 }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  const hold = holding();
  receiver.answer = hold.answer;
  await server.webhook('alice', receiver, {});
  for (let at = 0; at < 5; at++) await server.as('bob').say(room, 'answered while the receiver hangs');
  expect(hold.held.length).toBeLessThanOrEqual(1);
});

test('the first message of a new 1:1 room is held back until bot frameworks know the room', async () => {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, firstMessageDelayMs: 250 },
  }));
  const receiver = await server.receiver();
  await server.webhook('robot', receiver, { resource: 'all', event: 'all' });
  const say = (text: string) =>
    server.as('alice').ok<Message>('POST', '/v1/messages', { toPersonEmail: people.robot.email, text });
  const first = await say('hello');
  expect((await receiver.take(3)).map(({ notice }) => notice.resource).toSorted()).toEqual([
    'memberships',
    'memberships',
    'rooms',
  ]);

  server.clock.advance(249);
  const second = await say('already known');
  expect((await receiver.next()).notice.data.id).toBe(second.id);
  server.clock.advance(1);
  expect((await receiver.next()).notice.data.id).toBe(first.id);
});

test('who joins hears of nothing that happened before, however late it is matched', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  const receiver = await server.receiver();
  await server.webhook('bob', receiver, { resource: 'all', event: 'all' });
  server.clock.advance(1_000);
  await server.as('alice').say(room, 'before');
  server.clock.advance(1_000);
  await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personEmail: people.bob.email });
  await server.settled();

  // As after a crash: the log is read again from the start, by which time Bob is a member.
  await server.app.db.write((tx) => tx.query.updateTable('logPositions').set({ position: 0 }).execute());
  await server.app.db.write((tx) => tx.query.deleteFrom('deliveries').execute());
  await server.restart();
  await server.settled();
  expect(receiver.received.map(({ notice }) => `${notice.resource}/${notice.event}`)).toEqual([
    'memberships/created',
    'memberships/created',
  ]);
});

test('what waits for several webhooks is found again after a restart, each by its own time', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receivers = [await server.receiver(), await server.receiver(), await server.receiver()];
  // So that a delivery's key is not by chance that of its webhook.
  const before = await server.webhook('alice', await server.receiver(), {});
  for (let at = 0; at < 10; at++) await server.as('bob').say(room, `${at}`);
  await until(async () => (await rows(server)).length === 10);
  await server.as('alice').delete(`/v1/webhooks/${before.id}`);
  for (const receiver of receivers) {
    receiver.answer = 500;
    await server.webhook('alice', receiver, {});
  }
  for (const text of ['one', 'two', 'three', 'four']) await server.as('bob').say(room, text);
  for (const receiver of receivers) await receiver.take(4);
  await until(
    async () =>
      (await rows(server)).filter(({ state, attempts }) => state === 'waiting' && attempts === 1).length === 12,
  );

  await server.restart();
  for (const receiver of receivers) receiver.answer = 200;
  server.clock.advance(5_000);
  for (const receiver of receivers) expect(await receiver.take(4)).toHaveLength(4);
  await until(async () => (await rows(server)).every(({ state }) => state === 'delivered'));
});
