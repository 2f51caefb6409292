import { expect, test } from 'vitest';
import { personId, startServer, type TestServer } from '../support/server.ts';
import { explain, newestEvent } from './support.ts';

const conditions = [
  'active',
  'registered in time',
  'member',
  'joined in time',
  'audience',
  'mentioned',
  'resource',
  'event',
];

/** Alice's webhook for Bob's messages in a room of theirs, and a message of Bob's that was delivered. */
async function scene() {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  const filter = `roomId=${room.id}&personId=${personId('bob')}`;
  const webhook = await server.webhook('alice', receiver, { filter });
  const message = await server.as('bob').say(room, 'hello');
  await server.settled();
  return { server, room, receiver, webhook, message };
}

test('tells every condition in order, clause by clause, and every event about the message', async () => {
  const { server, webhook, message } = await scene();
  await server.as('bob').ok('DELETE', `/v1/messages/${message.id}`);
  await server.settled();
  const explanation = await explain(server, { webhookId: webhook.id, messageId: message.id });
  expect(explanation).toMatchObject({
    webhookId: webhook.id,
    events: [
      { event: { resource: 'messages', event: 'created' }, outcome: 'delivered', delivery: { state: 'delivered' } },
      { event: { resource: 'messages', event: 'deleted' }, outcome: 'none', because: 'event' },
    ],
    hints: [],
  });
  for (const event of explanation.events) {
    expect(event.conditions.map(({ condition }) => condition)).toEqual([
      ...conditions,
      ...(webhook.filter ?? '').split('&').map((clause) => `filter ${clause}`),
    ]);
  }
});

test('takes the id of an event, or of one of its deliveries', async () => {
  const { server, webhook, message, receiver } = await scene();
  const webhookId = webhook.id;
  const byMessage = await explain(server, { webhookId, messageId: message.id });
  const eventId = await newestEvent(server, 'messages', 'created');
  expect(await explain(server, { webhookId, eventId })).toEqual(byMessage);
  const delivery = String(receiver.received[0]?.headers['x-hearth-delivery-id']);
  expect(await explain(server, { webhookId, eventId: delivery })).toEqual(byMessage);
});

test('tells nobody of what they may not know', async () => {
  const { server, webhook, message, receiver } = await scene();
  const own = await server.webhook('dave', receiver, {});
  const eventId = await newestEvent(server, 'messages', 'created');
  const message404 = { status: 404, body: { message: 'Unable to get message.' } };
  const event404 = { status: 404, body: { message: 'Could not find an event with provided ID.' } };
  const webhook404 = { status: 404, body: { message: 'Could not find a webhook with provided ID.' } };

  expect(await ask(server, 'dave', `webhookId=${own.id}&messageId=${message.id}`)).toMatchObject(message404);
  expect(await ask(server, 'dave', `webhookId=${own.id}&eventId=${eventId}`)).toMatchObject(event404);
  expect(await ask(server, 'dave', `webhookId=${webhook.id}&messageId=${message.id}`)).toMatchObject(webhook404);
  expect(await ask(server, 'eve', `webhookId=${webhook.id}&eventId=${eventId}`)).toMatchObject(webhook404);
  const nothing = '00000000-0000-4000-8000-000000000000';
  expect(await ask(server, 'dave', `webhookId=${own.id}&messageId=${nothing}`)).toMatchObject(message404);
  expect(await ask(server, 'dave', `webhookId=${own.id}&eventId=${nothing}`)).toMatchObject(event404);
});

test.each([
  ['', 'webhookId is missing.'],
  ['webhookId={webhook}', 'Give either messageId or eventId.'],
  ['webhookId={webhook}&messageId={message}&eventId=x', 'Give either messageId or eventId.'],
  ['webhookId={webhook}&messageId={webhook}', 'Expect base64 ID or UUID.'],
  ['webhookId={message}&messageId={message}', 'Expect base64 ID or UUID.'],
])('?%s is refused', async (query, said) => {
  const { server, webhook, message } = await scene();
  const filled = query.replaceAll('{webhook}', webhook.id).replaceAll('{message}', message.id);
  expect(await ask(server, 'alice', filled)).toMatchObject({ status: 400, body: { message: said } });
});

function ask(server: TestServer, as: 'alice' | 'dave' | 'eve', query: string) {
  return server.as(as).get(`/hearth/v1/explain?${query}`);
}
