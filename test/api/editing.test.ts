import { describe, expect, test } from 'vitest';
import type { Message, Notice } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { send, text } from '../files/support.ts';
import { attachmentsOf } from '../support/cards.ts';
import { logged } from '../support/log.ts';
import { people, personId, personUuid, startServer, type Name, type TestServer } from '../support/server.ts';

/** `PUT /v1/messages/{id}`: spec 3.4. */

const mention = (name: Name) => `<@personEmail:${people[name].email}>`;
const messageNotFound = { status: 404, body: { message: 'Unable to get message.' } };

function edit(server: TestServer, name: Name, message: Pick<Message, 'id' | 'roomId'>, body: object) {
  return server.as(name).put<Message>(`/v1/messages/${message.id}`, { roomId: message.roomId, ...body });
}

describe('an edit', () => {
  test.each([
    ['text', { text: 'new' }, { text: 'new' }],
    ['markdown', { markdown: '*new*' }, { text: 'new', markdown: '*new*', html: '<p><em>new</em></p>' }],
    [
      'both',
      { text: 'for those who cannot show it', markdown: '*new*' },
      { text: 'for those who cannot show it', markdown: '*new*', html: '<p><em>new</em></p>' },
    ],
    [
      'html beside markdown is not looked at',
      { markdown: '*new*', html: '<p>other</p>' },
      { text: 'new', markdown: '*new*', html: '<p><em>new</em></p>' },
    ],
    ['fields that are empty are not given', { text: 'new', markdown: '' }, { text: 'new' }],
  ])('replaces all that was said: %s', async (_, body, content) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const message = await server.as('alice').say(room, 'old **words**');
    const before = await server.as('bob').ok<{ lastActivity: string }>('GET', `/v1/rooms/${room.id}`);
    server.clock.advance(60_000);
    let edited: Message | undefined;
    const events = await logged(server, async () => {
      const answer = await edit(server, 'alice', message, body);
      expect(answer.status).toBe(200);
      edited = answer.body;
    });
    expect(events).toEqual(['messages/updated alice']);
    expect(edited).toEqual({
      id: message.id,
      roomId: room.id,
      roomType: 'group',
      ...content,
      personId: personId('alice'),
      personEmail: people.alice.email,
      created: '2016-07-19T12:00:00.000Z',
      updated: '2016-07-19T12:01:00.000Z',
    });
    expect(await server.as('bob').ok('GET', `/v1/messages/${message.id}`)).toEqual(edited);
    expect(await server.as('bob').ok('GET', `/v1/messages?roomId=${room.id}`)).toEqual({ items: [edited] });
    // It is no new message.
    expect(await server.as('bob').ok('GET', `/v1/rooms/${room.id}`)).toEqual(before);
  });

  test('mentions are those of the new words: in the answer, in lists, and for bots (BOT-2)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'robot', 'helper');
    const message = await server.as('alice').say(room, `${mention('robot')} and <@all>`);
    const { body } = await edit(server, 'alice', message, { markdown: `${mention('helper')} and ${mention('bob')}` });
    expect(body.mentionedPeople).toEqual([personId('helper'), personId('bob')]);
    expect(body).not.toHaveProperty('mentionedGroups');
    const path = `/v1/messages/${message.id}`;
    expect(await server.as('robot').get(path)).toMatchObject(messageNotFound);
    expect(await server.as('helper').ok('GET', path)).toEqual(body);
    const listed = async (name: Name) =>
      (await server.as(name).ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${room.id}&mentionedPeople=me`))
        .items;
    expect(await listed('robot')).toEqual([]);
    expect(await listed('helper')).toEqual([body]);
    expect(await listed('bob')).toEqual([body]);

    const plain = await edit(server, 'alice', message, { text: mention('bob') });
    expect(plain.body).not.toHaveProperty('mentionedPeople');
    expect(await listed('bob')).toEqual([]);
  });

  test('a reply stays one, a bot may edit what it said, and so may people in 1:1 rooms', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot');
    const root = await server.as('alice').say(room, 'root');
    const reply = await server.as('robot').ok<Message>('POST', '/v1/messages', { parentId: root.id, text: 'thinking' });
    expect((await edit(server, 'robot', reply, { text: 'thought' })).body).toMatchObject({
      parentId: root.id,
      text: 'thought',
    });
    const direct = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hi' });
    const { body } = await edit(server, 'alice', direct, { text: 'hello' });
    expect(body).toMatchObject({ text: 'hello', roomType: 'direct' });
    expect(body).not.toHaveProperty('toPersonEmail');
  });

  test('ten of them, and no more', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await server.as('alice').say(room, '0');
    for (let at = 1; at <= 10; at += 1) {
      expect((await edit(server, 'alice', message, { text: String(at) })).status).toBe(200);
    }
    const events = await logged(server, async () => {
      expect(await edit(server, 'alice', message, { text: '11' })).toMatchObject({
        status: 400,
        body: { message: 'The message was edited 10 times, which is the limit.' },
      });
    });
    expect(events).toEqual([]);
    expect(await server.as('alice').ok('GET', `/v1/messages/${message.id}`)).toMatchObject({ text: '10' });
  });
});

describe('at once', () => {
  test('twelve edits are ten, and two refusals', async () => {
    const server = await startServer();
    const message = await server.as('alice').say(await server.room('Demo', 'alice'), '0');
    const events = await logged(server, async () => {
      const edits = Array.from({ length: 12 }, (_, at) => edit(server, 'alice', message, { text: `edit ${at}` }));
      const statuses = (await Promise.all(edits)).map(({ status }) => status);
      expect(statuses.toSorted((one, other) => one - other)).toEqual([...Array<number>(10).fill(200), 400, 400]);
    });
    expect(events).toHaveLength(10);
  });

  test('an edit and the deletion come one after the other, and the deletion is the last that is told', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (let round = 0; round < 5; round += 1) {
      const message = await server.as('alice').say(room, 'old');
      const events = await logged(server, async () => {
        const [edited, deleted] = await Promise.all([
          edit(server, 'alice', message, { text: 'new' }),
          server.as('alice').delete(`/v1/messages/${message.id}`),
        ]);
        expect([200, 404]).toContain(edited.status);
        expect(deleted.status).toBe(204);
      });
      expect(events.at(-1)).toBe('messages/deleted alice');
      expect(await server.as('alice').get(`/v1/messages/${message.id}`)).toMatchObject(messageNotFound);
    }
  });
});

describe('what is refused', () => {
  test.each([
    ['by somebody else', 'bob', { text: 'x' }, 403, 'Only the author may edit a message.'],
    ['by a moderator', 'carol', { text: 'x' }, 403, 'Only the author may edit a message.'],
    ['by somebody who does not see it', 'dave', { text: 'x' }, 404, 'Unable to get message.'],
    ['by a bot that does not see it', 'robot', { text: 'x' }, 404, 'Unable to get message.'],
    ['without words', 'alice', {}, 400, 'Both text and file cannot be empty.'],
    ['with blank words', 'alice', { text: ' ', markdown: '' }, 400, 'Both text and file cannot be empty.'],
    ['with markup alone', 'alice', { markdown: '#' }, 400, 'Both text and file cannot be empty.'],
    ['with html alone', 'alice', { html: '<p>x</p>' }, 400, 'Both text and file cannot be empty.'],
    [
      'with too many words (MSG-1)',
      'alice',
      { text: 'x'.repeat(7_440) },
      400,
      'text is 7440 bytes long; at most 7439 bytes are allowed.',
    ],
    ['with no room', 'alice', { text: 'x', roomId: undefined }, 400, 'roomId is missing.'],
    ['with nonsense for a room', 'alice', { text: 'x', roomId: '!' }, 400, 'Expect base64 ID or UUID.'],
    [
      'with another room',
      'alice',
      { text: 'x', roomId: publicId('ROOM', derivedUuid('other')) },
      400,
      'roomId does not name the room that the message is in.',
    ],
  ] as const)('%s', async (_, name, body, status, message) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'robot');
    await server
      .as('alice')
      .ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('carol'), isModerator: true });
    const said = await server.as('alice').say(room, 'old');
    const events = await logged(server, async () => {
      expect(await edit(server, name, said, body)).toMatchObject({ status, body: { message } });
    });
    expect(events).toEqual([]);
    expect(await server.as('alice').ok('GET', `/v1/messages/${said.id}`)).toEqual(said);
  });

  test('the card stays unless another is sent; without cards words are needed', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const attachments = attachmentsOf();
    const card = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { roomId: room.id, text: 'x', attachments });
    const said = async (body: object) => (await edit(server, 'alice', card, { roomId: room.id, ...body })).body;
    expect(await said({ text: 'y' })).toMatchObject({ text: 'y', attachments });
    const other = attachmentsOf({ type: 'AdaptiveCard', version: '1.0', body: [{ type: 'TextBlock', text: 'Done' }] });
    const replaced = await said({ attachments: other });
    expect(replaced).toMatchObject({ attachments: other });
    expect(replaced).not.toHaveProperty('text');
    expect(await server.as('bob').ok('GET', `/v1/messages/${card.id}`)).toEqual(replaced);
    expect(await edit(server, 'alice', card, { roomId: room.id, attachments: [] })).toMatchObject({ status: 400 });
    const plain = await said({ text: 'no card', attachments: [] });
    expect(plain).toMatchObject({ text: 'no card' });
    expect(plain).not.toHaveProperty('attachments');
    const submission = { type: 'submit', messageId: card.id, inputs: {} };
    expect(await server.as('bob').post('/v1/attachment/actions', submission)).toMatchObject({ status: 400 });
  });

  test('a message with a file', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const { body } = await send(server, 'alice', { roomId: room.id, text: 'x', files: text('content') });
    expect(await edit(server, 'alice', body, { text: 'y' })).toMatchObject({
      status: 400,
      body: { message: 'A message with a file cannot be edited.' },
    });
  });

  test('one that is deleted, or in a room that one has left', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const [gone, left] = [await server.as('bob').say(room, 'gone'), await server.as('bob').say(room, 'left')];
    await server.as('bob').ok('DELETE', `/v1/messages/${gone.id}`);
    expect(await edit(server, 'bob', gone, { text: 'x' })).toMatchObject(messageNotFound);
    const membership = publicId(
      'MEMBERSHIP',
      `${personUuid('bob')}:${Buffer.from(room.id, 'base64url').toString().split('/').at(-1)}`,
    );
    await server.as('alice').ok('DELETE', `/v1/memberships/${membership}`);
    expect(await edit(server, 'bob', left, { text: 'x' })).toMatchObject(messageNotFound);
  });

  test('where nobody may post any more: announcement rooms (MOD-5) and read-only ones (MOD-6)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const [own, bobs] = [await server.as('alice').say(room, 'a'), await server.as('bob').say(room, 'b')];
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    expect(await edit(server, 'bob', bobs, { text: 'x' })).toMatchObject({ status: 403 });
    expect(await edit(server, 'alice', own, { text: 'x' })).toMatchObject({ status: 200 });
    await server.app.db.write(({ query }) => query.updateTable('rooms').set({ isReadOnly: 1 }).execute());
    expect(await edit(server, 'alice', own, { text: 'y' })).toMatchObject({ status: 403 });
  });
});

describe('webhooks', () => {
  test('hear of it where the operator allows that (4.3): as it is now, and when it was edited', async () => {
    const server = await startServer((options) => ({
      ...options,
      webhooks: { ...options.webhooks, allowMessagesUpdated: true },
    }));
    const room = await server.room('Demo', 'alice', 'bob', 'robot', 'helper');
    const receiver = await server.receiver();
    for (const owner of ['bob', 'robot', 'helper'] as const) {
      await server.webhook(owner, receiver, { name: owner, event: 'updated' });
    }
    const message = await server.as('alice').say(room, `${mention('robot')} hi`);
    server.clock.advance(5_000);
    await edit(server, 'alice', message, { markdown: `${mention('helper')} hi` });
    await server.settled();
    const notices = receiver.received.map(({ notice }) => notice);
    expect(notices.map(({ name }) => name).toSorted()).toEqual(['bob', 'helper']);
    for (const { resource, event, data } of notices) {
      expect({ resource, event }).toEqual({ resource: 'messages', event: 'updated' });
      expect(Object.entries(data)).toEqual([
        ['id', message.id],
        ['roomId', room.id],
        ['roomType', 'group'],
        ['personId', personId('alice')],
        ['personEmail', people.alice.email],
        ['mentionedPeople', [personId('helper')]],
        ['created', message.created],
        ['updated', '2016-07-19T12:00:05.000Z'],
      ]);
    }
  });

  test('hear nothing of it otherwise, and of the deletion what a message without edits would tell', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    await server.webhook('bob', receiver, { event: 'all' });
    const message = await server.as('alice').say(room, 'hi');
    await edit(server, 'alice', message, { text: 'hello' });
    await server.as('alice').ok('DELETE', `/v1/messages/${message.id}`);
    await server.settled();
    const notices: Notice[] = receiver.received.map(({ notice }) => notice);
    expect(notices.map(({ event }) => event)).not.toContain('updated');
    expect(notices.find(({ event }) => event === 'deleted')?.data).not.toHaveProperty('updated');
  });
});
