import { describe, expect, test } from 'vitest';
import type { Message, Room } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { nextOf, walk } from '../support/pages.ts';
import {
  type Client,
  type Name,
  people,
  personId,
  personUuid,
  startServer,
  type TestServer,
} from '../support/server.ts';

/** Messages: spec 3.4, the rules of bots and of visibility in 3.1. */

const messageNotFound = { status: 404, body: { message: 'Unable to get message.' } };
const roomNotFound = { status: 404, body: { message: 'Could not find a room with provided ID.' } };
const unknownMessage = publicId('MESSAGE', derivedUuid('no such message'));

function post(client: Client, body: object): Promise<Message> {
  return client.ok<Message>('POST', '/v1/messages', body);
}

async function texts(client: Client, query: string): Promise<string[]> {
  const { items } = await client.ok<{ items: Message[] }>('GET', `/v1/messages${query}`);
  return items.map(({ text }) => text ?? '');
}

/** `one`, `two` … said by Alice, a second apart. */
async function sayAll(server: TestServer, room: { id: string }, ...words: string[]): Promise<Message[]> {
  const said: Message[] = [];
  for (const word of words) {
    said.push(await server.as('alice').say(room, word));
    server.clock.advance(1_000);
  }
  return said;
}

const mention = (name: Name) => `<@personEmail:${people[name].email}>`;
const element = (name: Name, label: string = people[name].displayName) =>
  `<spark-mention data-object-type="person" data-object-id="${personId(name)}">${label}</spark-mention>`;

describe('posting', () => {
  test.each([
    ['text alone', { text: 'plain *text*' }, { text: 'plain *text*' }],
    ['text with space around it (MSG-10)', { text: '  two\n\nlines ' }, { text: '  two\n\nlines ' }],
    [
      'markdown: the text is derived (MSG-6)',
      { markdown: 'a **bold** [move](https://acme.example)' },
      {
        text: 'a bold move',
        markdown: 'a **bold** [move](https://acme.example)',
        html: '<p>a <strong>bold</strong> <a href="https://acme.example" rel="nofollow">move</a></p>',
      },
    ],
    [
      'markdown with a text for those who cannot show it (MSG-6)',
      { text: 'Fallback', markdown: '*Rich*' },
      { text: 'Fallback', markdown: '*Rich*', html: '<p><em>Rich</em></p>' },
    ],
    ['html', { html: '<p>a <b>b</b></p>' }, { text: 'a b', html: '<p>a <strong>b</strong></p>' }],
    [
      'markdown wins over html',
      { markdown: '*m*', html: '<p>h</p>' },
      { text: 'm', markdown: '*m*', html: '<p><em>m</em></p>' },
    ],
    ['a blank text beside markdown', { text: '  ', markdown: 'm' }, { text: 'm', markdown: 'm', html: '<p>m</p>' }],
    [
      'html in markdown is text',
      { markdown: 'a <i>b</i>' },
      { text: 'a <i>b</i>', markdown: 'a <i>b</i>', html: '<p>a &lt;i&gt;b&lt;/i&gt;</p>' },
    ],
    ['any sign', { text: 'é – ✓ 🦄 \u0001 " \\ \u2028' }, { text: 'é – ✓ 🦄 \u0001 " \\ \u2028' }],
  ])('%s', async (_, sent, content) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    server.clock.advance(1_000);
    let posted: Message | undefined;
    const events = await logged(server, async () => {
      posted = await post(server.as('alice'), { roomId: room.id, ...sent });
    });
    expect(events).toEqual(['messages/created alice']);
    expect(posted).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      roomId: room.id,
      roomType: 'group',
      ...content,
      personId: personId('alice'),
      personEmail: people.alice.email,
      created: '2016-07-19T12:00:01.000Z',
    });
    expect(await server.as('bob').ok('GET', `/v1/messages/${posted?.id}`)).toEqual(posted);
    expect(await server.as('bob').ok('GET', `/v1/messages?roomId=${room.id}`)).toEqual({ items: [posted] });
    expect(await server.as('bob').ok('GET', `/v1/rooms/${room.id}`)).toMatchObject({
      lastActivity: '2016-07-19T12:00:01.000Z',
    });
  });

  test.each(['text', 'markdown', 'html'])(
    '%s of 7439 bytes passes, of 7440 it does not, whatever the characters (MSG-1)',
    async (field) => {
      const server = await startServer();
      const room = await server.room('Demo', 'alice');
      const most = `${'€'.repeat(2479)}aa`;
      await post(server.as('alice'), { roomId: room.id, [field]: most });
      const events = await logged(server, async () => {
        expect(await server.as('alice').post('/v1/messages', { roomId: room.id, [field]: `${most}a` })).toMatchObject({
          status: 400,
          body: { message: `${field} is 7440 bytes long; at most 7439 bytes are allowed.` },
        });
      });
      expect(events).toEqual([]);
    },
  );

  test.each([
    {},
    { text: '' },
    { text: ' \n\t ' },
    { markdown: ' ' },
    { html: '' },
    { markdown: '#' },
    { html: '<p></p>' },
    { files: [], attachments: [] },
  ])('nothing said is refused (MSG-8): %j', async (content) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    expect(await server.as('alice').post('/v1/messages', { roomId: room.id, ...content })).toMatchObject({
      status: 400,
      body: { message: 'Both text and file cannot be empty.' },
    });
  });

  test('fields that are empty do not count as destinations', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const none = { roomId: '', toPersonId: '', toPersonEmail: '', parentId: '' };
    expect(await post(server.as('alice'), { ...none, roomId: room.id, text: 'x' })).not.toHaveProperty('toPersonEmail');
    expect(await post(server.as('alice'), { ...none, toPersonEmail: people.bob.email, text: 'x' })).toMatchObject({
      roomType: 'direct',
    });
    expect(await server.as('alice').post('/v1/messages', { ...none, text: 'x' })).toMatchObject({
      status: 400,
      body: { message: 'Exactly one of the destination fields must not be empty (roomId, toPersonEmail, toPersonId)' },
    });
  });

  test('to a room that one is not in is to no room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (const name of ['dave', 'robot'] as const) {
      expect(await server.as(name).post('/v1/messages', { roomId: room.id, text: 'x' })).toMatchObject(roomNotFound);
    }
  });

  test('in an announcement room only moderators post (MOD-5); in a read-only one nobody (MOD-6)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    await post(server.as('alice'), { roomId: room.id, text: 'Hear ye' });
    expect(await server.as('bob').post('/v1/messages', { roomId: room.id, text: 'boo' })).toMatchObject({
      status: 403,
      body: { message: 'Only moderators may post in an announcement room.' },
    });
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: false });
    const message = await post(server.as('bob'), { roomId: room.id, text: 'hurray' });

    await server.app.db.write(({ query }) => query.updateTable('rooms').set({ isReadOnly: 1 }).execute());
    expect(await server.as('alice').post('/v1/messages', { roomId: room.id, text: 'x' })).toMatchObject({
      status: 403,
      body: { message: 'The room is read-only.' },
    });
    expect(await server.as('alice').ok('GET', `/v1/messages/${message.id}`)).toEqual(message);
  });
});

describe('1:1 rooms', () => {
  test('the first message makes the room: its members, then the message (4.7)', async () => {
    const server = await startServer();
    const first = () => post(server.as('alice'), { toPersonEmail: 'BOB@acme.example', text: 'hi' });
    expect(await logged(server, first)).toEqual([
      'rooms/created direct',
      'memberships/created alice',
      'memberships/created bob by alice',
      'messages/created alice',
    ]);
    expect(await logged(server, first)).toEqual(['messages/created alice']);
  });

  test('two people share one room, whoever writes and however the other is named (ID-9)', async () => {
    const server = await startServer();
    const ways: [Name, object][] = [
      ['alice', { toPersonEmail: people.bob.email }],
      ['alice', { toPersonId: personId('bob') }],
      ['alice', { toPersonId: personUuid('bob').toUpperCase() }],
      ['bob', { toPersonEmail: people.alice.email }],
    ];
    const messages: Message[] = [];
    for (const [name, to] of ways) messages.push(await post(server.as(name), { ...to, text: 'x' }));
    messages.push(await post(server.as('bob'), { roomId: messages[0]?.roomId, text: 'x' }));
    expect(new Set(messages.map(({ roomId }) => roomId)).size).toBe(1);
    expect((await post(server.as('alice'), { toPersonEmail: people.dave.email, text: 'x' })).roomId).not.toBe(
      messages[0]?.roomId,
    );
  });

  test('two first messages at once meet in one room', async () => {
    const server = await startServer();
    const [one, other] = await Promise.all([
      post(server.as('alice'), { toPersonId: personId('bob'), text: 'hi' }),
      post(server.as('bob'), { toPersonId: personId('alice'), text: 'hi' }),
    ]);
    expect(one.roomId).toBe(other.roomId);
    expect(await texts(server.as('alice'), `?roomId=${one.roomId}`)).toEqual(['hi', 'hi']);
  });

  test('the answer repeats whom it was addressed to; nobody else reads that', async () => {
    const server = await startServer();
    const byEmail = await post(server.as('alice'), { toPersonEmail: people.bob.email, text: 'hi' });
    const byId = await post(server.as('alice'), { toPersonId: personUuid('bob'), text: 'hi' });
    expect(byEmail).toMatchObject({ toPersonEmail: people.bob.email, roomType: 'direct' });
    expect(byId).toMatchObject({ toPersonId: personId('bob'), roomType: 'direct' });
    const { toPersonEmail: _, ...read } = byEmail;
    expect(await server.as('bob').ok('GET', `/v1/messages/${byEmail.id}`)).toEqual(read);
  });

  test.each([
    ['oneself (MSG-7)', { toPersonEmail: people.alice.email }, 400, 'You cannot send a direct message to yourself.'],
    ['oneself by id (MSG-7)', { toPersonId: personId('alice') }, 400, 'You cannot send a direct message to yourself.'],
    ['nobody', { toPersonEmail: 'nobody@acme.example' }, 404, 'nobody@acme.example not found.'],
    ["nobody's id", { toPersonId: publicId('PEOPLE', derivedUuid('nobody')) }, 404, 'Person not found'],
  ])('not to %s', async (_, to, status, message) => {
    const server = await startServer();
    expect(await server.as('alice').post('/v1/messages', { ...to, text: 'x' })).toMatchObject({
      status,
      body: { message },
    });
    expect(await server.as('alice').ok('GET', '/v1/rooms')).toEqual({ items: [] });
  });

  test('bots talk 1:1 with people of any organization, and with each other (BOT-6)', async () => {
    const server = await startServer();
    for (const name of ['eve', 'helper'] as const) {
      const message = await post(server.as('robot'), { toPersonId: personId(name), text: 'beep' });
      expect(await server.as(name).ok('GET', `/v1/messages/${message.id}`)).toMatchObject({ text: 'beep' });
    }
  });

  test('GET /messages/direct: newest first, by either name of the other; no room is 404', async () => {
    const server = await startServer();
    const first = await post(server.as('alice'), { toPersonEmail: people.bob.email, text: 'one' });
    await post(server.as('bob'), { roomId: first.roomId, text: 'two' });
    await post(server.as('alice'), { parentId: first.id, text: 'reply' });
    for (const other of [
      `personId=${personId('bob')}`,
      `personId=${personUuid('bob')}`,
      `personEmail=${people.bob.email}`,
    ]) {
      expect(await texts(server.as('alice'), `/direct?${other}`)).toEqual(['reply', 'two', 'one']);
      expect(await texts(server.as('alice'), `/direct?${other}&parentId=${first.id}`)).toEqual(['reply']);
      expect(await server.as('dave').get(`/v1/messages/direct?${other}`)).toMatchObject(roomNotFound);
    }
    expect(await server.as('alice').get('/v1/messages/direct?personEmail=nobody@acme.example')).toMatchObject(
      roomNotFound,
    );
    for (const query of ['', `?personId=${personId('bob')}&personEmail=${people.bob.email}`]) {
      expect(await server.as('alice').get(`/v1/messages/direct${query}`)).toMatchObject({
        status: 400,
        body: { message: 'Must specify either personId or personEmail.' },
      });
    }
  });
});

describe('mentions', () => {
  const robot = people.robot.displayName;
  test.each([
    [
      'by address, with a label (MEN-2)',
      `<@personEmail:${people.robot.email}|Robby> go`,
      'Robby go',
      `<p>${element('robot', 'Robby')} go</p>`,
      ['robot'],
    ],
    [
      'by address, in any case (MEN-1)',
      `<@personEmail:${people.robot.email.toUpperCase()}> go`,
      `${robot} go`,
      `<p>${element('robot')} go</p>`,
      ['robot'],
    ],
    [
      'by id',
      `<@personId:${personId('robot')}|Robby> go`,
      'Robby go',
      `<p>${element('robot', 'Robby')} go</p>`,
      ['robot'],
    ],
    ['by UUID', `<@personId:${personUuid('robot')}> go`, `${robot} go`, `<p>${element('robot')} go</p>`, ['robot']],
    [
      'each person once (MEN-4)',
      `${mention('bob')} ${mention('robot')} ${mention('bob')}`,
      'Bob Brown Robot Bob Brown',
      `<p>${element('bob')} ${element('robot')} ${element('bob')}</p>`,
      ['bob', 'robot'],
    ],
    [
      'not one who is no member (MEN-3)',
      `<@personEmail:${people.dave.email}|Dave> and ${mention('bob')}`,
      'Dave and Bob Brown',
      `<p>Dave and ${element('bob')}</p>`,
      ['bob'],
    ],
    [
      'not in code',
      `\`${mention('bob')}\``,
      mention('bob'),
      '<p><code>&lt;@personEmail:bob@acme.example&gt;</code></p>',
      [],
    ],
  ] as const)('%s', async (_, markdown, text, html, mentioned) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'robot');
    const message = await server.as('alice').say(room, markdown);
    expect(message).toMatchObject({ text, html });
    expect(message.mentionedPeople).toEqual(mentioned.length > 0 ? mentioned.map(personId) : undefined);
    expect(message).not.toHaveProperty('mentionedGroups');
    expect(await server.as('bob').ok('GET', `/v1/messages/${message.id}`)).toEqual(message);
  });

  test('everybody', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await server.as('alice').say(room, '<@all> look');
    expect(message).toMatchObject({
      text: 'All look',
      html: '<p><spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention> look</p>',
      mentionedGroups: ['all'],
    });
    expect(message).not.toHaveProperty('mentionedPeople');
    expect(await server.as('alice').ok('GET', `/v1/messages/${message.id}`)).toEqual(message);
  });

  test('not in text (MEN-5)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const message = await post(server.as('alice'), { roomId: room.id, text: `${mention('bob')} hi` });
    expect(message.text).toBe(`${mention('bob')} hi`);
    expect(message).not.toHaveProperty('mentionedPeople');
  });

  test('are legal in 1:1 rooms (MEN-6)', async () => {
    const server = await startServer();
    const message = await post(server.as('alice'), {
      toPersonEmail: people.bob.email,
      markdown: `${mention('bob')} hi`,
    });
    expect(message).toMatchObject({ text: 'Bob Brown hi', mentionedPeople: [personId('bob')] });
  });
});

describe('threads', () => {
  async function thread(server: TestServer) {
    const room = await server.room('Demo', 'alice', 'bob', 'robot');
    const root = await server.as('alice').say(room, 'root');
    const reply = await post(server.as('bob'), { roomId: room.id, parentId: root.id, text: 'reply' });
    return { room, root, reply };
  }

  test('a reply names its parent and is listed with it and on its own', async () => {
    const server = await startServer();
    const { room, root, reply } = await thread(server);
    expect(reply).toMatchObject({ parentId: root.id, roomId: room.id });
    await post(server.as('alice'), { parentId: root.id, text: 'in the room of its parent' });
    await server.as('alice').say(room, 'aside');
    expect(await texts(server.as('bob'), `?roomId=${room.id}`)).toEqual([
      'aside',
      'in the room of its parent',
      'reply',
      'root',
    ]);
    expect(await texts(server.as('bob'), `?roomId=${room.id}&parentId=${root.id}`)).toEqual([
      'in the room of its parent',
      'reply',
    ]);
    expect(await texts(server.as('bob'), `?roomId=${room.id}&parentId=${unknownMessage}`)).toEqual([]);
    expect(await server.as('bob').ok('GET', `/v1/messages/${reply.id}`)).toEqual(reply);
  });

  test('replies outlive their parent, which takes no more of them', async () => {
    const server = await startServer();
    const { room, root, reply } = await thread(server);
    await server.as('alice').ok('DELETE', `/v1/messages/${root.id}`);
    expect(await texts(server.as('bob'), `?roomId=${room.id}&parentId=${root.id}`)).toEqual(['reply']);
    expect(await server.as('bob').ok('GET', `/v1/messages/${reply.id}`)).toEqual(reply);
    expect(
      await server.as('bob').post('/v1/messages', { roomId: room.id, parentId: root.id, text: 'x' }),
    ).toMatchObject({
      status: 400,
      body: { message: 'parentId does not name a message of this room.' },
    });
  });

  const unknownParent = 'parentId does not name a message of this room.';
  test.each([
    [
      'a reply to a reply (spec 13)',
      'alice',
      (it: { room: Room; reply: Message }) => ({ roomId: it.room.id, parentId: it.reply.id }),
      'parentId names a reply: a thread has one level.',
    ],
    [
      'an unknown parent',
      'alice',
      (it: { room: Room }) => ({ roomId: it.room.id, parentId: unknownMessage }),
      unknownParent,
    ],
    ['an unknown parent alone', 'alice', () => ({ parentId: unknownMessage }), unknownParent],
    [
      'a parent of a room that one is not in',
      'dave',
      (it: { root: Message }) => ({ parentId: it.root.id }),
      unknownParent,
    ],
    [
      'a parent of another room',
      'alice',
      (it: { root: Message }) => ({ toPersonEmail: people.bob.email, parentId: it.root.id }),
      unknownParent,
    ],
  ] as const)('%s is refused, and leaves nothing behind', async (_, name, body, message) => {
    const server = await startServer();
    const known = await thread(server);
    const events = await logged(server, async () => {
      expect(await server.as(name).post('/v1/messages', { ...body(known), text: 'x' })).toMatchObject({
        status: 400,
        body: { message },
      });
    });
    expect(events).toEqual([]);
    expect(await server.as('alice').ok('GET', '/v1/rooms?type=direct')).toEqual({ items: [] });
  });
});

describe('listing messages', () => {
  test('newest first, 50 unless told otherwise, even within one millisecond', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const words = Array.from({ length: 55 }, (_, at) => `m${at}`);
    for (const word of words) await server.as('alice').say(room, word);
    const newestFirst = words.toReversed();
    expect(await texts(server.as('alice'), `?roomId=${room.id}`)).toEqual(newestFirst.slice(0, 50));
    expect(await texts(server.as('alice'), `?roomId=${room.id}&max=3`)).toEqual(newestFirst.slice(0, 3));
    const pages = await walk<Message>(server.as('alice'), `/v1/messages?roomId=${room.id}&max=20`);
    expect(pages.map((page) => page.length)).toEqual([20, 20, 15]);
    expect(pages.flat().map(({ text }) => text)).toEqual(newestFirst);
  });

  test('page by page: each once, while others are posted and deleted', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const [one] = await sayAll(server, room, 'one', 'two', 'three', 'four', 'five', 'six');
    const gone = [one];
    const pages = await walk<Message>(server.as('alice'), `/v1/messages?roomId=${room.id}&max=2`, async () => {
      await server.as('alice').say(room, 'new');
      const message = gone.pop();
      if (message) await server.as('alice').ok('DELETE', `/v1/messages/${message.id}`);
    });
    expect(pages.map((page) => page.map(({ text }) => text))).toEqual([['six', 'five'], ['four', 'three'], ['two']]);
  });

  test('the message that a page ended with may be deleted meanwhile', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const [, two] = await sayAll(server, room, 'one', 'two', 'three');
    const { headers } = await server.as('alice').get(`/v1/messages?roomId=${room.id}&max=2`);
    await server.as('alice').ok('DELETE', `/v1/messages/${two?.id}`);
    const { body } = await server.as('alice').get<{ items: Message[] }>(nextOf(headers) ?? '');
    expect(body.items.map(({ text }) => text)).toEqual(['one']);
  });

  test.each([
    ['before a time, exclusive', 'before=2016-07-19T12:00:02.000Z', ['two', 'one']],
    ['before a time without a fraction (spec 13)', 'before=2016-07-19T12:00:02Z', ['two', 'one']],
    ['before a time with an offset (TIME-2)', 'before=2016-07-19T14:00:02%2B02:00', ['two', 'one']],
    ['before a time between two', 'before=2016-07-19T12:00:01.500Z', ['two', 'one']],
    ['before a message, exclusive', 'beforeMessage=three', ['two', 'one']],
    ['before both', 'beforeMessage=three&before=2016-07-19T12:00:01.000Z', ['one']],
    ['before the first', 'beforeMessage=one', []],
  ])('%s', async (_, query, expected) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const said = await sayAll(server, room, 'one', 'two', 'three', 'four');
    const filter = query.replace(
      /beforeMessage=(\w+)/,
      (_whole, word: string) => `beforeMessage=${said.find(({ text }) => text === word)?.id}`,
    );
    expect(await texts(server.as('alice'), `?roomId=${room.id}&${filter}`)).toEqual(expected);
    const pages = await walk<Message>(server.as('alice'), `/v1/messages?roomId=${room.id}&${filter}&max=1`);
    expect(pages.flat().map(({ text }) => text)).toEqual(expected);
  });

  test('before a message of the same millisecond', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const said = [await server.as('alice').say(room, 'one'), await server.as('alice').say(room, 'two')];
    expect(await texts(server.as('alice'), `?roomId=${room.id}&beforeMessage=${said[1]?.id}`)).toEqual(['one']);
  });

  test('before a message that is not in the room, or not there, is 404', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const other = await server.as('alice').say(await server.room('Other', 'alice'), 'x');
    for (const id of [unknownMessage, other.id]) {
      expect(await server.as('alice').get(`/v1/messages?roomId=${room.id}&beforeMessage=${id}`)).toMatchObject(
        messageNotFound,
      );
    }
  });

  test('what mentions oneself, by every name of oneself; nobody else (3.4)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'carol');
    await sayAll(server, room, 'plain', `${mention('bob')} one`, '<@all> two', `${mention('carol')} three`);
    for (const self of ['me', personId('bob'), personUuid('bob')]) {
      expect(await texts(server.as('bob'), `?roomId=${room.id}&mentionedPeople=${self}`)).toEqual([
        'All two',
        'Bob Brown one',
      ]);
    }
    expect(
      await server.as('bob').get(`/v1/messages?roomId=${room.id}&mentionedPeople=${personId('carol')}`),
    ).toMatchObject({
      status: 403,
      body: { message: 'mentionedPeople can only be me or your own id.' },
    });
  });

  test('at most 100 of those at once (1.8); the link asks for mentions again (PAGE-7)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot');
    for (let at = 0; at < 101; at++) await server.as('alice').say(room, `${mention('robot')} ${at}`);
    const path = `/v1/messages?roomId=${room.id}&mentionedPeople=me&max=1000`;
    const pages = await walk<Message>(server.as('robot'), path);
    expect(pages.map((page) => page.length)).toEqual([100, 1]);
  });

  test('of a room that one is not in: no room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (const name of ['dave', 'eve', 'robot'] as const) {
      expect(await server.as(name).get(`/v1/messages?roomId=${room.id}`)).toMatchObject(roomNotFound);
      expect(await server.as(name).get(`/v1/messages?roomId=${room.id}&mentionedPeople=me`)).toMatchObject(
        roomNotFound,
      );
    }
  });
});

describe('bots', () => {
  const mentionFilterMissing = { status: 403, body: { message: 'Failed to get activity.' } };

  async function groupRoom(server: TestServer) {
    const room = await server.room('Demo', 'alice', 'bob', 'robot', 'helper');
    const plain = await server.as('alice').say(room, 'plain');
    server.clock.advance(1_000);
    const toRobot = await server.as('alice').say(room, `${mention('robot')} you`);
    server.clock.advance(1_000);
    const toAll = await server.as('alice').say(room, '<@all> you');
    server.clock.advance(1_000);
    const own = await server.as('robot').say(room, 'beep');
    return { room, plain, toRobot, toAll, own };
  }
  type Said = Exclude<keyof Awaited<ReturnType<typeof groupRoom>>, 'room'>;

  /** Which of the messages the bot can read one by one, and which its list of mentions holds. */
  async function seen(server: TestServer, bot: Name, said: Awaited<ReturnType<typeof groupRoom>>) {
    const { room, ...messages } = said;
    const names = Object.keys(messages) as Said[];
    const readable: Said[] = [];
    for (const name of names) {
      const answer = await server.as(bot).get(`/v1/messages/${messages[name].id}`);
      if (answer.status === 200) readable.push(name);
      else expect(answer).toMatchObject(messageNotFound);
    }
    const { items } = await server
      .as(bot)
      .ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${room.id}&mentionedPeople=me`);
    return { readable, listed: items.map(({ id }) => names.find((name) => messages[name].id === id)) };
  }

  test('read in a group room what mentions them, and what they said (BOT-2, BOT-3, BOT-7)', async () => {
    const server = await startServer();
    const said = await groupRoom(server);
    expect(await seen(server, 'robot', said)).toEqual({
      readable: ['toRobot', 'toAll', 'own'],
      listed: ['toAll', 'toRobot'],
    });
    expect(await seen(server, 'helper', said)).toEqual({ readable: ['toAll'], listed: ['toAll'] });
  });

  test('where @all is not for bots, it is neither read nor listed (BOT-7)', async () => {
    const server = await startServer((options) => ({ ...options, bots: { allReachesBots: false } }));
    const said = await groupRoom(server);
    expect(await seen(server, 'robot', said)).toEqual({ readable: ['toRobot', 'own'], listed: ['toRobot'] });
    expect(await seen(server, 'helper', said)).toEqual({ readable: [], listed: [] });
    const { items } = await server
      .as('bob')
      .ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${said.room.id}&mentionedPeople=me`);
    expect(items).toHaveLength(1);
  });

  test('cannot list a whole group room, or a thread of it, without asking for mentions (BOT-2)', async () => {
    const server = await startServer();
    const { room, toRobot, plain } = await groupRoom(server);
    const path = `/v1/messages?roomId=${room.id}`;
    await post(server.as('alice'), { parentId: toRobot.id, text: 'unseen reply' });
    await post(server.as('alice'), { parentId: toRobot.id, markdown: `${mention('robot')} reply` });
    expect(await server.as('robot').get(path)).toMatchObject(mentionFilterMissing);
    expect(await server.as('robot').get(`${path}&parentId=${toRobot.id}`)).toMatchObject(mentionFilterMissing);
    expect(await texts(server.as('robot'), `?roomId=${room.id}&parentId=${toRobot.id}&mentionedPeople=me`)).toEqual([
      'Robot reply',
    ]);
    // What it may not see is not there (ERR-5), as a position either.
    expect(await server.as('robot').get(`${path}&mentionedPeople=me&beforeMessage=${plain.id}`)).toMatchObject(
      messageNotFound,
    );
    expect(
      await texts(server.as('robot'), `?roomId=${room.id}&mentionedPeople=me&beforeMessage=${toRobot.id}`),
    ).toEqual([]);
  });

  test('see everything in 1:1 rooms', async () => {
    const server = await startServer();
    const message = await post(server.as('alice'), { toPersonEmail: people.robot.email, text: 'no mention' });
    expect(await server.as('robot').ok('GET', `/v1/messages/${message.id}`)).toMatchObject({ text: 'no mention' });
    expect(await texts(server.as('robot'), `?roomId=${message.roomId}`)).toEqual(['no mention']);
    expect(await texts(server.as('robot'), `/direct?personId=${personId('alice')}`)).toEqual(['no mention']);
  });
});

describe('deleting a message', () => {
  test('its author may; then it is gone, for good', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const message = await server.as('bob').say(room, 'oops');
    const path = `/v1/messages/${message.id}`;
    const events = await logged(server, async () => {
      expect(await server.as('bob').delete(path)).toMatchObject({ status: 204, body: undefined });
    });
    expect(events).toEqual(['messages/deleted bob']);
    expect(await server.as('bob').get(path)).toMatchObject(messageNotFound);
    expect(await server.as('bob').delete(path)).toMatchObject(messageNotFound);
    expect(await texts(server.as('alice'), `?roomId=${room.id}`)).toEqual([]);
  });

  test('so may a moderator, but no other member, and nobody who does not see it', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'carol', 'robot');
    const message = await server.as('bob').say(room, 'oops');
    const path = `/v1/messages/${message.id}`;
    const notYours = { status: 403, body: { message: 'Only the author or a moderator may delete a message.' } };
    // Having created the room gives no right (3.4).
    expect(await server.as('alice').delete(path)).toMatchObject(notYours);
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true });
    expect(await server.as('carol').delete(path)).toMatchObject(notYours);
    expect(await server.as('dave').delete(path)).toMatchObject(messageNotFound);
    expect(await server.as('robot').delete(path)).toMatchObject(messageNotFound);
    expect(await logged(server, () => server.as('alice').ok('DELETE', path))).toEqual([
      'messages/deleted bob by alice',
    ]);
  });

  test('the event says who was mentioned, when it was posted, and nothing of the thread (4.5.1)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const root = await server.as('alice').say(room, 'root');
    const message = await post(server.as('alice'), { parentId: root.id, markdown: `${mention('bob')} <@all> oops` });
    server.clock.advance(60_000);
    await server.as('alice').ok('DELETE', `/v1/messages/${message.id}`);
    const { data } = await server.app.db.reader.query
      .selectFrom('events')
      .select('data')
      .where('event', '=', 'deleted')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(data)).toEqual({
      id: message.id,
      roomId: room.id,
      roomType: 'group',
      personId: personId('alice'),
      personEmail: people.alice.email,
      mentionedPeople: [personId('bob')],
      created: message.created,
    });
  });
});
