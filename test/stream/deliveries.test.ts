import { expect, test } from 'vitest';
import type { Room, Webhook } from '../../src/contract/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { Receiver } from '../support/receiver.ts';
import { poll, StreamClient } from './support.ts';

const second = 1_000;
const query = 'deliveries=true&resource=messages&event=deleted';

async function withWebhook(): Promise<{ server: TestServer; room: Room; receiver: Receiver; webhook: Webhook }> {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {});
  return { server, room, receiver, webhook };
}

test('shows a delivery wait, and arrive', async () => {
  const { server, room, receiver, webhook } = await withWebhook();
  const stream = await StreamClient.open(server.url, 'alice', { query });
  receiver.answer = 500;
  const message = await server.as('bob').say(room, 'hello');
  const waiting = await stream.next();
  const { headers } = await receiver.next();
  const event = {
    id: String(headers['x-hearth-delivery-id']).slice(0, 36),
    sequence: Number(headers['x-hearth-sequence']),
    resource: 'messages',
    event: 'created',
    created: message.created,
  };
  const delivery = { id: headers['x-hearth-delivery-id'], webhookId: webhook.id, event, updated: expect.any(String) };
  expect(waiting).toMatchObject({ kind: 'delivery' });
  expect(waiting.data).toEqual({
    ...delivery,
    state: 'waiting',
    attempts: 1,
    status: 500,
    reason: expect.stringContaining('500'),
    nextAttempt: new Date(server.clock.now() + 5 * second).toISOString(),
  });
  receiver.answer = 200;
  server.clock.advance(5 * second);
  const delivered = await stream.next();
  expect(delivered.data).toEqual({ ...delivery, state: 'delivered', attempts: 2, status: 200 });
});

test('tells where each delivery stands to who comes back, whatever it went through meanwhile', async () => {
  const { server, room, receiver } = await withWebhook();
  receiver.answer = 500;
  const stream = await StreamClient.open(server.url, 'alice', { query });
  await server.as('bob').say(room, 'hello');
  const waiting = await stream.next();
  stream.cut();
  receiver.answer = 200;
  await receiver.next();
  server.clock.advance(5 * second);
  await receiver.next();
  await server.as('bob').say(room, 'hello again');
  await receiver.next();
  await server.restart();
  const again = await StreamClient.open(server.url, 'alice', { query, lastEventId: waiting.id });
  const told = await again.take(2);
  expect(told.map(({ data }) => [data.event, data.state, data.attempts])).toEqual([
    [waiting.data.event, 'delivered', 2],
    [expect.objectContaining({ resource: 'messages' }), 'delivered', 1],
  ]);
  const page = await poll(server, 'alice', { deliveries: 'true', after: waiting.id, wait: 0 });
  expect(page.deliveries).toEqual(told.map(({ data }) => data));
});

test('are the owner’s to follow, and an admin’s of the organization by name', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'bob', 'alice');
  const receiver = await server.receiver();
  const { id } = await server.webhook('bob', receiver, {});
  const own = await StreamClient.open(server.url, 'bob', { query });
  const admin = await StreamClient.open(server.url, 'alice', { query: query.replace('true', id) });
  const others = await StreamClient.open(server.url, 'alice', { query });
  await server.as('bob').say(room, 'hello');
  expect((await admin.next()).data).toEqual((await own.next()).data);
  expect(others.told).toEqual([]);
  for (const name of ['dave', 'eve'] as const) {
    expect((await server.as(name).get(`/hearth/v1/stream?deliveries=${id}`)).status).toBe(404);
  }
});

test('one webhook is followed without the others', async () => {
  const { server, room, receiver, webhook } = await withWebhook();
  const other = await server.webhook('alice', receiver, {});
  const stream = await StreamClient.open(server.url, 'alice', { query: query.replace('true', other.id) });
  for (const text of ['one', 'two']) await server.as('bob').say(room, text);
  const told = await stream.take(2);
  expect(told.map(({ data }) => data.webhookId)).toEqual([other.id, other.id]);
  expect(other.id).not.toBe(webhook.id);
});
