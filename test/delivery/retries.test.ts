import { expect, test } from 'vitest';
import type { Room } from '../../src/contract/index.ts';
import { people, personId, startServer, type TestServer } from '../support/server.ts';
import { recorded, rows, until } from './support.ts';

const second = 1_000;

/** A webhook of Alice's for the room, whose receiver fails until told otherwise. */
async function failing(
  status = 500,
): Promise<{ server: TestServer; room: Room; receiver: Awaited<ReturnType<TestServer['receiver']>> }> {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = status;
  await server.webhook('alice', receiver, { secret: 's3cret' });
  return { server, room, receiver };
}

test('a delivery that failed is tried again with the same id and the same bytes', async () => {
  const { server, room, receiver } = await failing();
  await server.as('bob').say(room, 'hello');
  const first = await receiver.next();
  await recorded(server, { state: 'waiting', attempts: 1 });

  server.clock.advance(4.9 * second);
  await server.settled();
  expect(receiver.unseen).toEqual([]);

  receiver.answer = 204;
  server.clock.advance(0.1 * second);
  const again = await receiver.next();
  expect(again.body).toBe(first.body);
  expect(again.headers['x-hearth-delivery-id']).toBe(first.headers['x-hearth-delivery-id']);
  expect(again.headers['x-hearth-sequence']).toBe(first.headers['x-hearth-sequence']);
  expect([first, again].map(({ headers }) => headers['x-hearth-attempt'])).toEqual(['1', '2']);
  expect(again.headers['trackingid']).not.toBe(first.headers['trackingid']);
  await recorded(server, { state: 'delivered', attempts: 2, lastStatus: 204, dueAt: null });
});

test('the default schedule has nine attempts and then gives up; every failed one is on record', async () => {
  const { server, room, receiver } = await failing(503);
  await server.as('bob').say(room, 'hello');
  const delays = [5, 30, 120, 600, 1800, 7200, 18_000, 36_000];
  for (const [made, delay] of delays.entries()) {
    await receiver.next();
    await recorded(server, { state: 'waiting', attempts: made + 1 });
    server.clock.advance(delay * second);
  }
  await receiver.next();
  await recorded(server, { state: 'failed', attempts: 9, lastStatus: 503, dueAt: null });
  server.clock.advance(1_000_000 * second);
  await server.settled();
  expect(receiver.unseen).toEqual([]);
  const attempts = await server.app.db.reader.query.selectFrom('attempts').selectAll().orderBy('number').execute();
  expect(attempts.map(({ number, status }) => [number, status])).toEqual(
    Array.from({ length: 9 }, (_, at) => [at + 1, 503]),
  );
});

test('410 ends the delivery at once', async () => {
  const { server, room, receiver } = await failing(410);
  await server.as('bob').say(room, 'hello');
  await receiver.next();
  await recorded(server, { state: 'failed', attempts: 1, lastStatus: 410 });
});

test('a retry that waits survives a restart', async () => {
  const { server, room, receiver } = await failing();
  receiver.answer = 200;
  await server.as('bob').say(room, 'delivered');
  await receiver.next();
  await recorded(server, { state: 'delivered' });
  receiver.answer = 500;
  await server.as('bob').say(room, 'hello');
  const first = await receiver.next();
  await until(async () => (await rows(server)).some(({ state }) => state === 'waiting'));
  await server.restart();
  receiver.answer = 200;
  server.clock.advance(5 * second);
  const again = await receiver.next();
  expect(again.body).toBe(first.body);
  expect(again.headers['x-hearth-delivery-id']).toBe(first.headers['x-hearth-delivery-id']);
  await recorded(server, { state: 'delivered' });
});

test('what waits for any webhook survives a restart', async () => {
  const { server, room, receiver } = await failing();
  const another = await server.receiver();
  another.answer = 500;
  // So that their keys are not those of deliveries by chance.
  for (let made = 0; made < 10; made++) {
    const { id } = await server.webhook('bob', another, {});
    await server.as('bob').ok('DELETE', `/v1/webhooks/${id}`);
  }
  for (const name of ['one', 'two', 'three']) await server.webhook('bob', another, { name });
  await server.as('bob').say(room, 'hello');
  await receiver.next();
  await another.take(3);
  await server.settled();
  await recorded(server, { state: 'waiting', attempts: 1 });
  await server.restart();
  receiver.answer = 200;
  another.answer = 200;
  server.clock.advance(5 * second);
  await receiver.next();
  await another.take(3);
  await recorded(server, { state: 'delivered', attempts: 2 });
});

test('a retry asks first whether the owner may still see the room (rule 5)', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'bob', 'alice');
  const receiver = await server.receiver();
  receiver.answer = 500;
  await server.webhook('alice', receiver, {});
  await server.as('bob').say(room, 'hello');
  await receiver.next();
  await recorded(server, { state: 'waiting' });

  const { items } = await server
    .as('bob')
    .ok<{ items: { id: string }[] }>('GET', `/v1/memberships?roomId=${room.id}&personId=${personId('alice')}`);
  await server.as('bob').ok('DELETE', `/v1/memberships/${items[0]?.id}`);
  server.clock.advance(5 * second);
  await recorded(server, { state: 'dropped', reason: 'The owner may no longer see the room.' });
  expect(receiver.unseen).toEqual([]);
});

test('deleting the webhook drops what waits', async () => {
  const { server, room, receiver } = await failing();
  await server.as('bob').say(room, 'hello');
  const { notice } = await receiver.next();
  await recorded(server, { state: 'waiting' });
  await server.as('alice').ok('DELETE', `/v1/webhooks/${notice.id}`);
  await recorded(server, { state: 'dropped', reason: 'The webhook was deleted.' });
  server.clock.advance(3_600 * second);
  await server.settled();
  expect(receiver.unseen).toEqual([]);
});

test('a retry goes to the present target, signed with the present secret, with the bytes of the first attempt', async () => {
  const { server, room, receiver } = await failing();
  await server.as('bob').say(room, 'hello');
  const first = await receiver.next();
  await recorded(server, { state: 'waiting' });

  const moved = await server.receiver();
  await server
    .as('alice')
    .ok('PUT', `/v1/webhooks/${first.notice.id}`, { targetUrl: moved.url, secret: 'another', name: 'renamed' });
  server.clock.advance(5 * second);
  const again = await moved.next();
  expect(again.body).toBe(first.body);
  expect(again.headers['x-spark-signature']).not.toBe(first.headers['x-spark-signature']);
  await server.as('bob').say(room, 'hello again');
  expect((await moved.next()).notice).toMatchObject({ name: 'renamed', targetUrl: moved.url });
});

test('a receiver that nobody answers for is a failed attempt, with the reason on record', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { targetUrl: 'http://127.0.0.1:1/nobody' });
  await server.as('bob').say(room, 'hello');
  await recorded(server, { state: 'waiting', attempts: 1, lastStatus: null });
  const [row] = await rows(server);
  expect(row?.reason).toMatch(/refused|connect/i);
});

test('a message that was deleted meanwhile is still told of: the notice is what happened then (DATA-9)', async () => {
  const { server, room, receiver } = await failing();
  const message = await server.as('bob').say(room, 'hello');
  await receiver.next();
  await recorded(server, { state: 'waiting' });
  await server.as('bob').ok('DELETE', `/v1/messages/${message.id}`);
  receiver.answer = 200;
  server.clock.advance(5 * second);
  expect((await receiver.next()).notice.data).toMatchObject({ id: message.id, personEmail: people.bob.email });
});
