import { expect, test } from 'vitest';
import type { Membership, Message } from '../../src/contract/index.ts';
import { postCard, submit } from '../support/cards.ts';
import { people, personId, personUuid, startServer, type Name, type TestServer } from '../support/server.ts';
import { register, SocketClient, uuidOf, type Activity } from './support.ts';

/** What is told, to whom, and in which words: those that Webex's SDK makes events of. */

test('every event is an activity of its conversation', async () => {
  const server = await startServer();
  const client = await listening(server, 'alice');
  const room = await server.room('Demo', 'alice');
  const roomUuid = uuidOf(room.id);
  const conversation = `${server.url}/conversation/api/v1/conversations/${roomUuid}`;
  const alice = {
    objectType: 'person',
    id: personUuid('alice'),
    entryUUID: personUuid('alice'),
    emailAddress: people.alice.email,
    displayName: people.alice.displayName,
    orgId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  };
  const target = { objectType: 'conversation', id: roomUuid, url: conversation, tags: [] };
  expect(await client.next()).toEqual({
    objectType: 'activity',
    id: expect.any(String),
    verb: 'create',
    url: expect.stringContaining(`${server.url}/conversation/api/v1/activities/`),
    published: '2016-07-19T12:00:00.000Z',
    actor: alice,
    object: { ...target, creatorUUID: personUuid('alice'), participants: { items: [] } },
    target,
  });
  const member = { ...alice, roomProperties: { isModerator: false } };
  expect(await client.next()).toMatchObject({ verb: 'add', actor: alice, object: member, target });

  const as = (name: Name) => server.as(name);
  const membership = await as('alice').ok<Membership>('POST', '/v1/memberships', {
    roomId: room.id,
    personId: personId('bob'),
  });
  const bob = { entryUUID: personUuid('bob'), emailAddress: people.bob.email, displayName: people.bob.displayName };
  expect(await client.next()).toMatchObject({ verb: 'add', actor: alice, object: bob });
  await as('alice').ok('PUT', `/v1/memberships/${membership.id}`, { isModerator: true });
  const locked = { ...target, tags: ['LOCKED'] };
  const changes = await take(client, 3);
  expect(
    changes.map(({ verb, object }) => `${verb} ${(object['entryUUID'] as string | undefined) ?? 'room'}`).toSorted(),
  ).toEqual([`assignModerator ${bob.entryUUID}`, `assignModerator ${alice.id}`, 'update room'].toSorted());
  for (const activity of changes) expect(activity).toMatchObject({ actor: alice, target: locked });
  await as('alice').ok('PUT', `/v1/memberships/${membership.id}`, { isModerator: false });
  expect(await client.next()).toMatchObject({
    verb: 'unassignModerator',
    object: { ...bob, roomProperties: { isModerator: false } },
  });

  const message = await as('alice').say(room, '**secret** words');
  expect(await client.next()).toMatchObject({
    verb: 'post',
    id: uuidOf(message.id),
    actor: alice,
    object: { objectType: 'comment' },
    target: locked,
  });
  const reply = await as('bob').ok<Message>('POST', '/v1/messages', { parentId: message.id, text: 'more words' });
  expect(await client.next()).toMatchObject({
    verb: 'post',
    id: uuidOf(reply.id),
    actor: bob,
    parent: { id: uuidOf(message.id), type: 'reply' },
  });
  await as('alice').ok('DELETE', `/v1/messages/${reply.id}`);
  expect(await client.next()).toMatchObject({
    verb: 'delete',
    actor: alice,
    object: { objectType: 'activity', id: uuidOf(reply.id) },
    target: locked,
  });
  await as('alice').ok('DELETE', `/v1/memberships/${membership.id}`);
  expect(await client.next()).toMatchObject({ verb: 'leave', actor: alice, object: bob });

  const everything = JSON.stringify(client.frames);
  for (const word of ['words', 'secret', 'encryptionKeyUrl']) expect(everything).not.toContain(word);
  expect(client.told.map(({ sequenceNumber }) => sequenceNumber)).toEqual(client.told.map((_, at) => at + 2));
});

test('1:1 rooms bear their tag; hiding one is told to oneself alone', async () => {
  const server = await startServer();
  const [alice, bob] = [await listening(server, 'alice'), await listening(server, 'bob')];
  const { roomId } = await direct(server, 'alice', 'hello');
  const opened = await take(alice, 4);
  expect(opened.map(({ verb }) => verb)).toEqual(['create', 'add', 'add', 'post']);
  for (const { target } of opened) expect(target.tags).toEqual(['ONE_ON_ONE']);
  await take(bob, 4);

  const { items } = await server.as('bob').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${roomId}`);
  const own = items.find(({ personId: id }) => id === personId('bob'));
  await server.as('bob').ok('PUT', `/v1/memberships/${own?.id}`, { isRoomHidden: true });
  expect(await bob.next()).toMatchObject({
    verb: 'hide',
    actor: { entryUUID: personUuid('bob') },
    object: { objectType: 'conversation', tags: ['ONE_ON_ONE'] },
  });
  await direct(server, 'alice', 'there again');
  const [shown] = await take(bob, 2);
  expect(shown).toMatchObject({
    verb: 'unassignModerator',
    object: { entryUUID: personUuid('bob'), roomProperties: { isModerator: false } },
  });
  expect(await take(alice, 1)).toMatchObject([{ verb: 'post' }]);
});

test('people hear of their rooms; bots of what mentions them; who is removed of that and nothing after it', async () => {
  const server = await startServer();
  const [bob, robot, eve] = [
    await listening(server, 'bob'),
    await listening(server, 'robot'),
    await listening(server, 'eve'),
  ];
  const room = await server.room('Demo', 'alice', 'bob', 'robot');
  await server.as('alice').say(room, 'for people');
  const mention = await server.as('alice').say(room, `<@personId:${personId('robot')}> for you`);
  expect((await take(bob, 4)).map(({ verb }) => verb)).toEqual(['add', 'add', 'post', 'post']);
  const [joined, heard] = await take(robot, 2);
  expect(joined).toMatchObject({ verb: 'add', object: { entryUUID: personUuid('robot') } });
  expect(heard).toMatchObject({ verb: 'post', id: uuidOf(mention.id) });

  const { items } = await server.as('bob').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
  const own = items.find(({ personId: id }) => id === personId('bob'));
  await server.as('alice').ok('DELETE', `/v1/memberships/${own?.id}`);
  expect(await bob.next()).toMatchObject({ verb: 'leave', object: { entryUUID: personUuid('bob') } });
  await server.as('alice').say(room, 'without bob');
  await direct(server, 'alice', 'still there?');
  expect((await take(bob, 4)).at(-1)).toMatchObject({ verb: 'post', target: { tags: ['ONE_ON_ONE'] } });
  await eve.settled();
  expect(eve.told).toEqual([]);
});

test('of a card that is filled in only its author hears; what was filled in is not said', async () => {
  const server = await startServer();
  const [author, other] = [await listening(server, 'alice'), await listening(server, 'bob')];
  const room = await server.room('Demo', 'alice', 'bob');
  const card = await postCard(server, 'alice', room);
  const action = await submit(server, 'bob', card, { name: 'a secret' });
  const told = await take(author, 5);
  expect(told.at(-1)).toMatchObject({
    verb: 'cardAction',
    id: uuidOf(action.id),
    actor: { entryUUID: personUuid('bob') },
    object: { objectType: 'submit' },
    parent: { id: uuidOf(card.id) },
    target: { id: uuidOf(room.id) },
  });
  expect(JSON.stringify(told)).not.toContain('a secret');
  await other.take(2);
  await other.settled();
  expect(other.told).toHaveLength(2);
});

test('an edited message is an update, of the message and of no room, where the operator allows that', async () => {
  const server = await startServer((options) => ({
    ...options,
    webhooks: { ...options.webhooks, allowMessagesUpdated: true },
  }));
  const room = await server.room('Demo', 'alice', 'bob');
  const message = await server.as('alice').say(room, 'first');
  const client = await listening(server, 'bob');
  await server.as('alice').ok('PUT', `/v1/messages/${message.id}`, { roomId: room.id, text: 'second' });
  const activity = await client.next();
  expect(activity).toMatchObject({ verb: 'update', id: uuidOf(message.id), object: { objectType: 'comment' } });
  expect(activity.object).not.toHaveProperty('id');
});

test('the first message of a 1:1 room is held back, as before webhooks are told, and what comes after it waits', async () => {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, firstMessageDelayMs: 250 },
  }));
  const client = await listening(server, 'bob');
  await direct(server, 'alice', 'first');
  await direct(server, 'alice', 'second');
  await take(client, 3);
  for (let pings = 0; pings < 3; pings += 1) await client.settled();
  expect(client.told).toHaveLength(3);
  server.clock.advance(250);
  expect((await take(client, 2)).map(({ verb }) => verb)).toEqual(['post', 'post']);
});

async function listening(server: TestServer, name: Name): Promise<SocketClient> {
  const { webSocketUrl } = await register(server, name);
  return SocketClient.open(webSocketUrl, name);
}

async function take(client: SocketClient, count: number): Promise<Activity[]> {
  return (await client.take(count)).map(({ data }) => data.activity);
}

function direct(server: TestServer, from: Name, text: string): Promise<Message> {
  return server.as(from).ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text });
}
