import { describe, expect, test } from 'vitest';
import type { AttachmentAction, Message, Room, Webhook } from '../../src/contract/index.ts';
import { attachmentsOf } from '../support/cards.ts';
import { logged, rowCounts } from '../support/log.ts';
import { type Adjust, type Name, people, personId, startServer, type TestServer } from '../support/server.ts';
import { explain, membershipOf, newestEvent } from '../inspect/support.ts';
import { kinds, poll, StreamClient } from '../stream/support.ts';

/** Submissions of cards: spec 3.9, ACT-1 to ACT-7. */

const path = '/v1/attachment/actions';
const noMessage = { status: 404, body: { message: 'Unable to get message.' } };
const noAction = { status: 404, body: { message: 'Unable to get attachment action.' } };

/** A card of the robot's in a room with alice and bob; carol and dave are in none. */
async function scene(adjust?: Adjust) {
  const server = await startServer(adjust);
  const room = await server.room('Demo', 'alice', 'bob', 'robot', 'helper');
  const post = (name: Name, body: object) => server.as(name).ok<Message>('POST', '/v1/messages', body);
  const card = await post('robot', { roomId: room.id, text: 'x', attachments: attachmentsOf() });
  const attempt = (name: Name, message: Message, inputs: unknown = { name: 'x' }) =>
    server.as(name).post<AttachmentAction>(path, { type: 'submit', messageId: message.id, inputs });
  const submit = async (...given: Parameters<typeof attempt>) => {
    const { status, body } = await attempt(...given);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body;
  };
  return { server, room, card, post, attempt, submit };
}

describe('submitting', () => {
  test('answers with what was submitted, and so does reading it', async () => {
    const { server, room, card, submit } = await scene();
    const inputs = {
      z: 'é ✓ 🦄',
      name: 'Bob',
      agree: 'true',
      choice: 'a,b',
      data: { nested: [1, null, { x: false }] },
    };
    const action = await submit('bob', card, inputs);
    expect(action).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      type: 'submit',
      messageId: card.id,
      inputs,
      personId: personId('bob'),
      roomId: room.id,
      created: card.created,
    });
    expect(Buffer.from(action.id, 'base64url').toString()).toMatch(
      /^ciscospark:\/\/us\/ATTACHMENT_ACTION\/[0-9a-f-]{36}$/,
    );
    expect(Object.keys(action.inputs)).toEqual(Object.keys(inputs));
    for (const id of [action.id, `${action.id}==`]) {
      for (const name of ['bob', 'robot'] as const)
        expect(await server.as(name).ok('GET', `${path}/${id}`)).toEqual(action);
    }
    await server.restart();
    expect(await server.as('robot').ok('GET', `${path}/${action.id}`)).toEqual(action);
  });

  test.each<[string, object]>([
    ['nothing', {}],
    ['what the card does not ask for', { other: 'x' }],
    ['a name that objects have', { constructor: 'x', toString: 'y', toJSON: 'z' }],
  ])('takes %s (ACT-2)', async (_, inputs) => {
    const { card, submit } = await scene();
    expect(await submit('bob', card, inputs)).toMatchObject({ inputs });
  });

  test('as often as one likes, each time anew', async () => {
    const { card, submit } = await scene();
    const actions = [await submit('bob', card), await submit('bob', card), await submit('alice', card)];
    expect(new Set(actions.map(({ id }) => id)).size).toBe(3);
  });

  test('is for who sees the message (ACT-4, BOT-2)', async () => {
    const { server, room, card, post, attempt, submit } = await scene();
    for (const name of ['carol', 'dave', 'eve', 'helper'] as const) {
      expect(await attempt(name, card), name).toMatchObject(noMessage);
    }
    const markdown = `<@personId:${personId('helper')}> and you`;
    const toHelper = await post('robot', { roomId: room.id, markdown, attachments: attachmentsOf() });
    expect(await submit('helper', toHelper)).toMatchObject({ personId: personId('helper') });
    const direct = await post('robot', { toPersonEmail: people.helper.email, attachments: attachmentsOf() });
    expect(await submit('helper', direct)).toMatchObject({ roomId: direct.roomId });

    await leave(server, room, 'bob');
    expect(await attempt('bob', card)).toMatchObject(noMessage);
  });

  test('is for the author too (ACT-3), unless the server says no', async () => {
    const { card, submit } = await scene();
    expect(await submit('robot', card)).toMatchObject({ personId: personId('robot') });

    const strict = await scene((options) => ({ ...options, cards: { ...options.cards, authorMaySubmit: false } }));
    expect(await strict.attempt('robot', strict.card)).toMatchObject({
      status: 400,
      body: {
        message: 'Unable to post attachment action: "Author of a card cannot submit a cardAction on that card"',
      },
    });
    await strict.submit('bob', strict.card);
  });

  test('goes on in an announcement room, not in a read-only one (MOD-5, MOD-6)', async () => {
    const { server, room, card, attempt, submit } = await scene();
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    const action = await submit('bob', card);
    await server.app.db.write(({ query }) => query.updateTable('rooms').set({ isReadOnly: 1 }).execute());
    expect(await attempt('bob', card)).toMatchObject({ status: 403, body: { message: 'The room is read-only.' } });
    expect(await server.as('bob').ok('GET', `${path}/${action.id}`)).toEqual(action);
  });

  test('does not touch the room: nobody sees that it happened', async () => {
    const { server, room, card, submit } = await scene();
    const before = await server.as('alice').ok<Room>('GET', `/v1/rooms/${room.id}`);
    server.clock.advance(1_000);
    await submit('bob', card);
    expect(await server.as('alice').ok('GET', `/v1/rooms/${room.id}`)).toEqual(before);
  });
});

describe('reading a submission', () => {
  test('is for the author of the card and who submitted it, while they are in the room (ACT-5, VIS-4)', async () => {
    const { server, room, card, submit } = await scene();
    const action = await submit('bob', card);
    const read = (name: Name) => server.as(name).get(`${path}/${action.id}`);
    for (const name of ['alice', 'helper', 'carol', 'eve'] as const)
      expect(await read(name), name).toMatchObject(noAction);
    await leave(server, room, 'bob');
    expect(await read('bob')).toMatchObject(noAction);
    expect(await read('robot')).toMatchObject({ status: 200, body: action });
  });

  test('ends with the message, or the room', async () => {
    const { server, room, card, post, attempt, submit } = await scene();
    const other = await post('robot', { roomId: room.id, attachments: attachmentsOf() });
    const [action, another] = [await submit('bob', card), await submit('bob', other)];
    await server.as('robot').ok('DELETE', `/v1/messages/${card.id}`);
    expect(await server.as('bob').get(`${path}/${action.id}`)).toMatchObject(noAction);
    expect(await attempt('bob', card)).toMatchObject(noMessage);
    expect(await server.as('bob').ok('GET', `${path}/${another.id}`)).toEqual(another);
    expect(await rowCounts(server)).toMatchObject({ attachmentActions: 1 });
    await server.as('alice').ok('DELETE', `/v1/rooms/${room.id}`);
    expect(await rowCounts(server)).toMatchObject({ attachmentActions: 0 });
  });
});

describe('the event', () => {
  test('tells the author of the card what and whose it is, never what was filled in (ACT-6, AUD-7, DATA-8)', async () => {
    const { server, room, card, submit } = await scene();
    const receiver = await server.receiver();
    const settings = { resource: 'attachmentActions', event: 'created', secret: 'x' };
    const webhook = await server.webhook('robot', receiver, settings);
    const action = await submit('bob', card, { name: 'not for notices' });
    const { notice, body, headers } = await receiver.next();
    const { secret: _, ...envelope } = webhook;
    expect(notice).toEqual({
      ...envelope,
      actorId: personId('bob'),
      data: {
        id: action.id,
        type: 'submit',
        messageId: card.id,
        personId: personId('bob'),
        roomId: room.id,
        created: action.created,
      },
    });
    expect(Object.keys(notice.data)).toEqual(['id', 'type', 'messageId', 'personId', 'roomId', 'created']);
    expect(body).not.toContain('notices');
    expect(headers['x-spark-signature']).toMatch(/^[0-9a-f]{40}$/);
    expect(await logged(server, () => submit('bob', card))).toEqual(['attachmentActions/created bob']);
  });

  test('reaches nobody else, and no all/all (4.3, AUD-7)', async () => {
    const { server, room, card, post, submit } = await scene();
    const other = await post('robot', { roomId: room.id, attachments: attachmentsOf() });
    const receiver = await server.receiver();
    const register = (owner: Name, settings: Partial<Webhook>) =>
      server.webhook(owner, receiver, { resource: 'attachmentActions', event: 'all', ...settings });
    const wanting = [
      await register('robot', {}),
      await register('robot', { event: 'created', filter: `messageId=${card.id}` }),
      await register('robot', { filter: `personId=${personId('bob')}&roomId=${room.id}` }),
    ];
    const silent = [
      ...['alice', 'bob', 'helper', 'eve'].map((name) => register(name as Name, {})),
      register('robot', { resource: 'all' }),
      register('alice', { resource: 'all' }),
      register('robot', { resource: 'messages' }),
      register('robot', { filter: `messageId=${other.id}` }),
      register('robot', { filter: `personId=${personId('alice')}` }),
    ];
    await Promise.all(silent);
    await submit('bob', card);
    await server.settled();
    expect(receiver.received.map(({ notice }) => notice.id).toSorted()).toEqual(wanting.map(({ id }) => id).toSorted());
    expect(new Set(receiver.received.map(({ notice: { resource, event } }) => `${resource}/${event}`))).toEqual(
      new Set(['attachmentActions/created']),
    );
  });

  test('of an organization is told to its compliance officers (AUD-9)', async () => {
    const { server, card, submit } = await scene();
    const receiver = await server.receiver();
    await server.webhook('carol', receiver, { resource: 'attachmentActions', ownedBy: 'org' });
    const action = await submit('bob', card);
    expect((await receiver.next()).notice.data).toMatchObject({ id: action.id });
  });

  test('does not reach an author who has left the room', async () => {
    const { server, room, card, submit } = await scene();
    const receiver = await server.receiver();
    await server.webhook('robot', receiver, { resource: 'attachmentActions' });
    await leave(server, room, 'robot');
    await submit('bob', card);
    await server.settled();
    expect(receiver.received).toEqual([]);
  });

  test('is on the stream for those who ask for it by name', async () => {
    const { server, card, submit } = await scene();
    const query = 'resource=attachmentActions';
    const stream = await StreamClient.open(server.url, 'robot', { query });
    const { cursor } = await poll(server, 'robot', { wait: 0 });
    const action = await submit('bob', card);
    const { data } = await stream.next();
    expect(data).toMatchObject({ resource: 'attachmentActions', event: 'created', data: { id: action.id } });
    expect(JSON.stringify(data)).not.toContain('inputs');

    await server.as('alice').say({ id: card.roomId }, '<@all> next');
    const everything = await poll(server, 'robot', { after: cursor, wait: 0 });
    expect(kinds(everything.items.map((item) => ({ data: item })))).toEqual(['messages/created']);
    const since = { resource: 'attachmentActions', since: '2016-01-01T00:00:00Z', wait: 0 };
    expect((await poll(server, 'robot', since)).items).toHaveLength(1);
    expect((await poll(server, 'bob', since)).items).toEqual([]);
  });

  test('is explained: only the author of a card hears of it', async () => {
    const { server, card, submit } = await scene();
    const receiver = await server.receiver();
    const hers = await server.webhook('alice', receiver, { resource: 'attachmentActions' });
    const its = await server.webhook('robot', receiver, { resource: 'attachmentActions' });
    await submit('bob', card);
    await server.settled();
    const eventId = await newestEvent(server, 'attachmentActions', 'created');
    expect(await explain(server, { webhookId: hers.id, eventId })).toMatchObject({
      events: [
        {
          outcome: 'none',
          because: 'audience',
          conditions: expect.arrayContaining([
            {
              condition: 'audience',
              holds: false,
              sentence: 'Of a card that is submitted only its author is told, and the owner is not its author.',
            },
          ]),
        },
      ],
    });
    expect(await explain(server, { webhookId: its.id, eventId }, 'robot')).toMatchObject({
      events: [{ outcome: 'delivered' }],
    });
  });
});

async function leave(server: TestServer, room: Room, name: Name): Promise<void> {
  const { id } = await membershipOf(server, room, name, name);
  await server.as(name).ok('DELETE', `/v1/memberships/${id}`);
}
