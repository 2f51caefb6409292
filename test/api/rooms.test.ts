import { describe, expect, test } from 'vitest';
import type { Membership, Message, Room } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { nextOf, walk } from '../support/pages.ts';
import { people, personId, startServer, type TestServer } from '../support/server.ts';

/** Rooms: spec 3.2, and of 3.1 what concerns them. */

const acme = publicId('ORGANIZATION', derivedUuid('test organization', 'acme'));
const start = '2016-07-19T12:00:00.000Z';
const roomNotFound = { status: 404, body: { message: 'Could not find a room with provided ID.' } };
const moderatorsOnly = { status: 403, body: { message: 'The room is locked: only a moderator may do this.' } };

/** A room that Alice moderates; the others are plain members. */
async function lockedRoom(server: TestServer, settings: Partial<Room> = {}): Promise<Room> {
  const room = await server.room('Locked', 'alice', 'bob', 'carol');
  return server.as('alice').ok<Room>('PUT', `/v1/rooms/${room.id}`, { isLocked: true, ...settings });
}

async function directRoom(server: TestServer): Promise<string> {
  const body = { toPersonEmail: people.bob.email, text: 'hi' };
  return (await server.as('alice').ok<Message>('POST', '/v1/messages', body)).roomId;
}

function ids(items: readonly { id: string }[]): string[] {
  return items.map(({ id }) => id);
}

describe('creating a room', () => {
  test('answers the whole room; every member reads the same', async () => {
    const server = await startServer();
    const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: '  Project Unicorn 🦄 ' });
    expect(room).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      title: '  Project Unicorn 🦄 ',
      type: 'group',
      isLocked: false,
      lastActivity: start,
      creatorId: personId('alice'),
      created: start,
      ownerId: acme,
      isAnnouncementOnly: false,
      isReadOnly: false,
      isPublic: false,
    });
    expect(await server.as('alice').ok('GET', `/v1/rooms/${room.id}`)).toEqual(room);
    expect(await server.as('alice').ok('GET', '/v1/rooms')).toEqual({ items: [room] });

    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('eve') });
    expect(await server.as('eve').ok('GET', `/v1/rooms/${room.id}`)).toEqual(room);
  });

  test.each([
    ['an open one', {}, ['rooms/created group', 'memberships/created alice']],
    ['a locked one', { isLocked: true }, ['rooms/created group locked', 'memberships/created alice moderator']],
    [
      'one for announcements',
      { isLocked: true, isAnnouncementOnly: true },
      ['rooms/created group locked announcement', 'memberships/created alice moderator'],
    ],
    [
      'a public one',
      { isPublic: true, description: 'For everybody' },
      ['rooms/created group public', 'memberships/created alice'],
    ],
  ])('%s: its settings hold, and the log tells of it (4.7)', async (_, settings, events) => {
    const server = await startServer();
    let room: Room | undefined;
    expect(
      await logged(server, async () => {
        room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'New', ...settings });
      }),
    ).toEqual(events);
    expect(room).toMatchObject(settings);
    expect(room?.madePublic).toBe('isPublic' in settings ? start : undefined);
    expect(await server.as('alice').ok('GET', `/v1/rooms/${room?.id}`)).toEqual(room);
  });

  test('a bot creates rooms, moderates them and invites people (BOT-4)', async () => {
    const server = await startServer();
    const room = await server.as('robot').ok<Room>('POST', '/v1/rooms', { title: 'Made by a bot', isLocked: true });
    const body = { roomId: room.id, personId: personId('bob') };
    const membership = await server.as('robot').ok<Membership>('POST', '/v1/memberships', body);
    expect(await server.as('bob').put(`/v1/rooms/${room.id}`, { title: 'Mine' })).toMatchObject(moderatorsOnly);
    await server.as('robot').ok('DELETE', `/v1/memberships/${membership.id}`);
    expect(await server.as('robot').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Still its' })).toMatchObject({
      title: 'Still its',
      creatorId: personId('robot'),
    });
  });
});

describe('who sees a room', () => {
  test('members; for everybody else it is not there, whatever they try (VIS-1, ERR-5)', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'bob');
    const path = `/v1/rooms/${room.id}`;
    const unknown = `/v1/rooms/${publicId('ROOM', derivedUuid('no such room'))}`;
    for (const [who, where] of [
      ['dave', path],
      ['eve', path],
      ['robot', path],
      ['alice', unknown],
    ] as const) {
      const client = server.as(who);
      expect(await client.get(where)).toMatchObject(roomNotFound);
      expect(await client.put(where, { title: 'Mine now' })).toMatchObject(roomNotFound);
      expect(await client.delete(where)).toMatchObject(roomNotFound);
      expect(ids((await client.ok<{ items: Room[] }>('GET', '/v1/rooms')).items)).toEqual(
        who === 'alice' ? [room.id] : [],
      );
    }
    expect(await server.as('bob').ok('GET', path)).toEqual(room);
  });

  test('a new member sees what was said before; one who left sees nothing from then on (VIS-3, VIS-4)', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice');
    const message = await server.as('alice').say(room, 'before you came');
    const membership = await server.as('alice').ok<Membership>('POST', '/v1/memberships', {
      roomId: room.id,
      personId: personId('bob'),
    });
    const paths = [
      `/v1/rooms/${room.id}`,
      `/v1/messages/${message.id}`,
      `/v1/messages?roomId=${room.id}`,
      `/v1/memberships/${membership.id}`,
    ];
    for (const path of paths) expect(await server.as('bob').get(path), path).toMatchObject({ status: 200 });
    await server.as('bob').ok('DELETE', `/v1/memberships/${membership.id}`);
    for (const path of paths) expect(await server.as('bob').get(path), path).toMatchObject({ status: 404 });
    expect(await server.as('bob').post('/v1/messages', { roomId: room.id, text: 'hello?' })).toMatchObject(
      roomNotFound,
    );
  });
});

describe('changing a room', () => {
  test.each([
    ['the title', {}, { title: 'Better' }, ['rooms/updated group']],
    ['a description', {}, { description: 'What it is for' }, ['rooms/updated group']],
    ['the lock', {}, { isLocked: true }, ['memberships/updated alice moderator', 'rooms/updated group locked']],
    [
      'lock, announcements and title at once: the room is updated once',
      {},
      { isLocked: true, isAnnouncementOnly: true, title: 'Hear, hear' },
      ['memberships/updated alice moderator', 'rooms/updated group locked announcement'],
    ],
    ['opening it', { isLocked: true }, { isLocked: false }, ['memberships/updated alice', 'rooms/updated group']],
    [
      'opening it ends the announcements (MOD-5)',
      { isLocked: true, isAnnouncementOnly: true },
      { isLocked: false },
      ['memberships/updated alice', 'rooms/updated group'],
    ],
    ['public to private', { isPublic: true, description: 'All' }, { isPublic: false }, ['rooms/updated group']],
  ])('%s', async (_, before, change, events) => {
    const server = await startServer();
    const created = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'New', ...before });
    let changed: Room | undefined;
    expect(
      await logged(server, async () => {
        changed = await server.as('alice').ok<Room>('PUT', `/v1/rooms/${created.id}`, change);
      }),
    ).toEqual(events);
    expect(changed).toMatchObject({ ...change, isAnnouncementOnly: 'isAnnouncementOnly' in change });
    expect(await server.as('alice').ok('GET', `/v1/rooms/${created.id}`)).toEqual(changed);
  });

  test('a space clears the description', async () => {
    const server = await startServer();
    const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'New', description: 'Old' });
    const { description: _, ...rest } = room;
    const clear = () => server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { description: ' ' });
    expect(await logged(server, async () => expect(await clear()).toEqual(rest))).toEqual(['rooms/updated group']);
    expect(await logged(server, async () => expect(await clear()).toEqual(rest))).toEqual([]);
  });

  test('a new title is activity, other settings are not', async () => {
    const server = await startServer();
    const room = await server.room('New', 'alice');
    server.clock.advance(1_000);
    expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { description: 'x' })).toMatchObject({
      lastActivity: start,
    });
    expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Newer' })).toMatchObject({
      lastActivity: '2016-07-19T12:00:01.000Z',
      created: start,
    });
  });

  test.each([
    ['an open room', 'bob', {}],
    ['a locked room, by one who may not change it', 'bob', { isLocked: true, isAnnouncementOnly: true }],
    ['a public room', 'alice', { isPublic: true, description: 'All' }],
  ] as const)('%s sent back as it was read changes nothing and tells nobody (HTTP-16)', async (_, who, settings) => {
    const server = await startServer();
    const { id } = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'New', ...settings });
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: id, personId: personId('bob') });
    const room = await server.as(who).ok<Room>('GET', `/v1/rooms/${id}`);
    const events = await logged(server, async () => {
      expect(await server.as(who).ok('PUT', `/v1/rooms/${id}`, room)).toEqual(room);
      expect(await server.as(who).ok('PUT', `/v1/rooms/${id}`, {})).toEqual(room);
    });
    expect(events).toEqual([]);
  });

  test('in an open room any member may, in a locked one only moderators (MOD-1, MOD-2)', async () => {
    const server = await startServer();
    const open = await server.room('Open', 'alice', 'bob');
    expect(await server.as('bob').put(`/v1/rooms/${open.id}`, { title: 'By Bob' })).toMatchObject({ status: 200 });
    const locked = await lockedRoom(server);
    for (const change of [
      { title: 'By Bob' },
      { isLocked: false },
      { isAnnouncementOnly: true },
      { description: 'x' },
    ]) {
      expect(await server.as('bob').put(`/v1/rooms/${locked.id}`, change)).toMatchObject(moderatorsOnly);
    }
    expect(await server.as('alice').put(`/v1/rooms/${locked.id}`, { title: 'By Alice' })).toMatchObject({
      status: 200,
    });
  });

  test('settings that do not fit each other are refused', async () => {
    const server = await startServer();
    const { id } = await server.room('Open', 'carol');
    const needsLock = { status: 400, body: { message: 'isAnnouncementOnly needs a locked room.' } };
    const needsDescription = { status: 400, body: { message: 'A public room needs a description.' } };
    const put = (change: object) => server.as('carol').put(`/v1/rooms/${id}`, change);
    expect(await put({ isAnnouncementOnly: true })).toMatchObject(needsLock);
    expect(await put({ isLocked: false, isAnnouncementOnly: true })).toMatchObject(needsLock);
    expect(await put({ isPublic: true })).toMatchObject(needsDescription);
    expect(await put({ isPublic: true, description: ' ' })).toMatchObject(needsDescription);
  });

  test("isReadOnly is not the members' to set (MOD-6)", async () => {
    const server = await startServer();
    const room = await server.room('Open', 'alice');
    expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isReadOnly: true })).toEqual(room);
  });
});

describe('deleting a room', () => {
  test('ends every membership, in the order of joining, and the room for everybody (4.7)', async () => {
    const server = await startServer();
    const room = await server.room('Going', 'alice', 'bob', 'robot');
    const message = await server.as('bob').say(room, 'last words');
    const events = await logged(server, async () => {
      expect(await server.as('bob').delete(`/v1/rooms/${room.id}`)).toMatchObject({ status: 204, body: undefined });
    });
    expect(events).toEqual([
      'memberships/deleted alice by bob',
      'memberships/deleted bob',
      'memberships/deleted robot by bob',
    ]);
    for (const path of [`/v1/rooms/${room.id}`, `/v1/messages/${message.id}`, `/v1/memberships?roomId=${room.id}`]) {
      expect(await server.as('alice').get(path), path).toMatchObject({ status: 404 });
    }
    expect(await server.as('alice').delete(`/v1/rooms/${room.id}`)).toMatchObject(roomNotFound);
    expect(await server.as('alice').ok('GET', '/v1/memberships')).toEqual({ items: [] });
  });

  test('a locked one goes when a moderator says so; whoever is none leaves instead (MOD-7)', async () => {
    const server = await startServer();
    const room = await lockedRoom(server);
    const path = `/v1/rooms/${room.id}`;
    server.clock.advance(1_000);
    expect(await logged(server, () => server.as('bob').ok('DELETE', path))).toEqual(['memberships/deleted bob']);
    expect(await server.as('bob').get(path)).toMatchObject(roomNotFound);
    // Somebody's leaving is activity, whichever way they leave.
    expect(await server.as('alice').ok('GET', path)).toEqual({ ...room, lastActivity: '2016-07-19T12:00:01.000Z' });
    expect(await logged(server, () => server.as('alice').ok('DELETE', path))).toEqual([
      'memberships/deleted alice moderator',
      'memberships/deleted carol by alice',
    ]);
  });
});

describe('a 1:1 room (MOD-8)', () => {
  test('bears the name of the other, for each of the two', async () => {
    const server = await startServer();
    const path = `/v1/rooms/${await directRoom(server)}`;
    const forAlice = await server.as('alice').ok<Room>('GET', path);
    expect(forAlice).toMatchObject({
      title: people.bob.displayName,
      type: 'direct',
      isLocked: false,
      creatorId: personId('alice'),
    });
    expect(await server.as('bob').ok('GET', path)).toEqual({ ...forAlice, title: people.alice.displayName });
    expect(await server.as('alice').ok('GET', '/v1/rooms?type=direct')).toEqual({ items: [forAlice] });
    expect(await server.as('alice').ok('PUT', path, forAlice)).toEqual(forAlice);
  });

  test.each([{ title: 'Us' }, { isLocked: true }, { isPublic: true, description: 'x' }, { description: 'x' }])(
    'keeps its settings: %j is refused',
    async (change) => {
      const server = await startServer();
      const path = `/v1/rooms/${await directRoom(server)}`;
      expect(await server.as('bob').put(path, change)).toMatchObject({
        status: 400,
        body: { message: 'A 1:1 room has exactly two members: changing its settings is not possible.' },
      });
    },
  );

  test('cannot be deleted', async () => {
    const server = await startServer();
    const path = `/v1/rooms/${await directRoom(server)}`;
    expect(await server.as('bob').delete(path)).toMatchObject({
      status: 400,
      body: { message: 'Failed to delete room.' },
    });
    expect(await server.as('alice').get(path)).toMatchObject({ status: 200 });
  });
});

describe('listing rooms', () => {
  /** Three rooms of Alice, oldest first, made a second apart; the first one is the last in which something was said. */
  async function three(server: TestServer): Promise<Room[]> {
    const rooms: Room[] = [];
    for (const title of ['one', 'two', 'three']) {
      rooms.push(await server.room(title, 'alice'));
      server.clock.advance(1_000);
    }
    await server.as('alice').say(rooms[0] as Room, 'once more');
    return rooms;
  }

  test.each([
    ['', ['one', 'three', 'two']],
    ['?sortBy=lastactivity', ['one', 'three', 'two']],
    ['?sortBy=created', ['three', 'two', 'one']],
    ['?type=group', ['one', 'three', 'two']],
    ['?type=direct', []],
    ['?max=100000', ['one', 'three', 'two']],
    ['?Paginate=true&callingData=x', ['one', 'three', 'two']],
  ])('in the order asked for: GET /rooms%s', async (query, titles) => {
    const server = await startServer();
    await three(server);
    const { items } = await server.as('alice').ok<{ items: Room[] }>('GET', `/v1/rooms${query}`);
    expect(items.map(({ title }) => title)).toEqual(titles);
  });

  test('the newest comes first even among rooms of the same millisecond', async () => {
    const server = await startServer();
    for (const title of ['one', 'two', 'three']) await server.room(title, 'alice');
    const pages = await walk<Room>(server.as('alice'), '/v1/rooms?max=1');
    expect(pages.map((page) => page.map(({ title }) => title))).toEqual([['three'], ['two'], ['one']]);
  });

  test.each(['lastactivity', 'created', 'id'])(
    'by %s, page by page: each once, while others are made',
    async (sortBy) => {
      const server = await startServer();
      const before = ids(await three(server));
      const path = `/v1/rooms?sortBy=${sortBy}&max=1`;
      const whole = ids((await walk<Room>(server.as('alice'), `/v1/rooms?sortBy=${sortBy}`)).flat());
      const titles = ['four', 'five'];
      const pages = await walk<Room>(server.as('alice'), path, async () => {
        server.clock.advance(1_000);
        const title = titles.pop();
        if (title) await server.room(title, 'alice');
      });
      const seen = ids(pages.flat());
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.filter((id) => before.includes(id))).toEqual(whole);
    },
  );

  test('a link carries the whole query over and nothing else (PAGE-7)', async () => {
    const server = await startServer();
    await three(server);
    const { headers } = await server.as('alice').get('/v1/rooms?type=group&max=2&sortBy=created&Paginate=a%20b%3Bc');
    const next = new URL(nextOf(headers) ?? '');
    expect(next.origin + next.pathname).toBe(`${server.url}/v1/rooms`);
    expect(Object.fromEntries(next.searchParams)).toEqual({
      type: 'group',
      max: '2',
      sortBy: 'created',
      Paginate: 'a b;c',
      cursor: expect.stringMatching(/^[\w-]+$/),
    });
  });

  test('of a team that nobody has: none', async () => {
    const server = await startServer();
    await three(server);
    const team = publicId('TEAM', derivedUuid('some team'));
    expect(await server.as('alice').ok('GET', `/v1/rooms?teamId=${team}`)).toEqual({ items: [] });
  });
});
