import { expect, test } from 'vitest';
import type { Membership, Message, Room, Webhook } from '../../src/contract/index.ts';
import { people, personId, startServer } from '../support/server.ts';
import type { Received } from '../support/receiver.ts';

/** The walk-through of July 2016, "Using Webhooks - Rooms, Messages, Memberships and More!", scene by scene. */

/** WH-20, WH-21 and the envelope of spec 4.5: every field but `data`. */
function expectEnvelope({ notice, body, headers }: Received, webhook: Webhook, actor: string): void {
  expect(JSON.stringify(JSON.parse(body))).toBe(body);
  expect(headers['content-type']).toBe('application/json');
  expect(headers['content-length']).toBe(String(Buffer.byteLength(body)));
  const { secret: _, ...shown } = webhook;
  const { data: __, ...envelope } = notice;
  expect(envelope).toEqual({
    ...shown,
    resource: notice.resource,
    event: notice.event,
    status: 'active',
    actorId: actor,
  });
  const order = [
    'id',
    'name',
    'targetUrl',
    'resource',
    'event',
    'filter',
    'orgId',
    'createdBy',
    'appId',
    'ownedBy',
    'status',
    'created',
    'actorId',
    'data',
  ];
  expect(Object.keys(notice)).toEqual(order.filter((key) => key !== 'filter' || webhook.filter !== undefined));
}

test('messages/created in one room: a thin notice, and the text for those who may read it', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const elsewhere = await server.room('Another', 'alice', 'bob');
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, { name: 'My Webhook', filter: `roomId=${room.id}` });
  server.clock.advance(1_000);

  await server.as('bob').say(elsewhere, 'not for this webhook');
  const posted = await server.as('bob').say(room, 'the **secret** plan');

  const received = await receiver.next();
  expectEnvelope(received, webhook, personId('bob'));
  expect(received.notice.data).toEqual({
    id: posted.id,
    roomId: room.id,
    roomType: 'group',
    personId: personId('bob'),
    personEmail: people.bob.email,
    created: '2016-07-19T12:00:01.000Z',
  });
  expect(received.body).not.toContain('secret');

  const path = `/v1/messages/${received.notice.data.id}`;
  expect(await server.as('alice').ok<Message>('GET', path)).toEqual({
    ...posted,
    text: 'the secret plan',
    markdown: 'the **secret** plan',
    html: '<p>the <strong>secret</strong> plan</p>',
  });
  expect(await server.as('dave').get(path)).toMatchObject({ status: 404, body: { message: 'Unable to get message.' } });
  expect(receiver.unseen).toEqual([]);
});

test('roomId & personEmail: both must hold', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob', 'carol');
  const receiver = await server.receiver();
  const filter = `roomId=${room.id}&personEmail=${people.carol.email.toUpperCase()}`;
  const webhook = await server.webhook('alice', receiver, { filter });
  expect(webhook.filter).toBe(filter);

  await server.as('bob').say(room, 'from Bob');
  const fromCarol = await server.as('carol').say(room, 'from Carol');
  const received = await receiver.next();
  expectEnvelope(received, webhook, personId('carol'));
  expect(received.notice.data.id).toBe(fromCarol.id);
  await server.settled();
  expect(receiver.unseen).toEqual([]);
});

test('rooms/created with type=direct: the first message between two people', async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {
    resource: 'rooms',
    event: 'created',
    filter: 'type=direct',
  });

  await server.room('A group room is not wanted', 'alice');
  const first = await server
    .as('alice')
    .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hi' });
  const received = await receiver.next();
  expectEnvelope(received, webhook, personId('alice'));
  expect(received.notice.data).toEqual({
    id: first.roomId,
    type: 'direct',
    isLocked: false,
    lastActivity: '2016-07-19T12:00:00.000Z',
    creatorId: personId('alice'),
    created: '2016-07-19T12:00:00.000Z',
    ownerId: webhook.orgId,
    isAnnouncementOnly: false,
    isReadOnly: false,
    isPublic: false,
  });

  await server.as('bob').ok('POST', '/v1/messages', { toPersonId: personId('alice'), text: 'the same room again' });
  await server.settled();
  expect(receiver.unseen).toEqual([]);
});

test('memberships created, updated and deleted; the one who is removed hears of it and of nothing after', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  const receiver = await server.receiver();
  const removed = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {
    resource: 'memberships',
    event: 'all',
    filter: `roomId=${room.id}`,
  });
  await server.webhook('bob', removed, { resource: 'all', event: 'all' });

  const membership = await server.as('alice').ok<Membership>('POST', '/v1/memberships', {
    roomId: room.id,
    personEmail: people.bob.email,
  });
  const joined = await receiver.next();
  expectEnvelope(joined, webhook, personId('alice'));
  expect(joined.notice).toMatchObject({ resource: 'memberships', event: 'created' });
  expect(joined.notice.data).toEqual({
    id: membership.id,
    roomId: room.id,
    roomType: 'group',
    personId: personId('bob'),
    personEmail: people.bob.email,
    personDisplayName: people.bob.displayName,
    personOrgId: webhook.orgId,
    isModerator: false,
    isMonitor: false,
    isRoomHidden: false,
    created: '2016-07-19T12:00:00.000Z',
  });
  expect((await removed.next()).notice).toMatchObject({ event: 'created', data: { personId: personId('bob') } });

  await server.as('alice').ok('DELETE', `/v1/memberships/${membership.id}`);
  await server.as('alice').say(room, 'now that Bob is gone');
  await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Without Bob' });
  const left = await receiver.next();
  expect(left.notice).toMatchObject({ event: 'deleted', actorId: personId('alice'), data: { ...joined.notice.data } });

  const farewell = await removed.next();
  expect(farewell.notice).toMatchObject({ event: 'deleted', data: { personId: personId('bob') } });
  await server.settled();
  expect(removed.unseen).toEqual([]);
  expect(await server.as('bob').get(`/v1/rooms/${room.id}`)).toMatchObject({ status: 404 });
});

test('all/all: the firehose of everything the owner may see, under its real names', async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, { resource: 'all', event: 'all' });

  const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'Fire' });
  await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('bob') });
  const message = await server.as('bob').say(room, 'water');
  await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Fire and water' });
  await server.as('bob').ok('DELETE', `/v1/messages/${message.id}`);
  await server.settled();
  await server.as('alice').ok('DELETE', `/v1/rooms/${room.id}`);

  const received = await receiver.take(7);
  for (const one of received) {
    expectEnvelope(one, webhook, one.notice.actorId);
    expect(one.body).not.toContain('Fire');
    expect(one.body).not.toContain('water');
  }
  const sequence = received.toSorted(
    (a, b) => Number(a.headers['x-hearth-sequence']) - Number(b.headers['x-hearth-sequence']),
  );
  expect(sequence.map(({ notice }) => `${notice.resource}/${notice.event}`)).toEqual([
    'rooms/created',
    'memberships/created',
    'memberships/created',
    'messages/created',
    'rooms/updated',
    'messages/deleted',
    'memberships/deleted',
  ]);
});
