import { describe, expect, test } from 'vitest';
import type { Membership, Message, Room } from '../../src/contract/index.ts';
import { derivedUuid, membershipKey, parseId, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import { type Name, people, personId, personUuid, startServer, type TestServer } from '../support/server.ts';

/** Memberships: spec 3.3, moderation and 1:1 rooms of 3.1. */

const acme = publicId('ORGANIZATION', derivedUuid('test organization', 'acme'));
const elsewhere = publicId('ORGANIZATION', derivedUuid('test organization', 'elsewhere'));
const start = '2016-07-19T12:00:00.000Z';
const roomNotFound = { status: 404, body: { message: 'Could not find a room with provided ID.' } };
const membershipNotFound = { status: 404, body: { message: 'Failed to get membership' } };
const moderatorsOnly = { status: 403, body: { message: 'The room is locked: only a moderator may do this.' } };
const fixed = (action: string) => ({
  status: 400,
  body: { message: `A 1:1 room has exactly two members: ${action} is not possible.` },
});

/** The id of a person's membership follows from the two (ID-8). */
function membershipId(room: Pick<Room, 'id'>, name: Name): string {
  const parsed = parseId('ROOM', room.id);
  return publicId('MEMBERSHIP', membershipKey(personUuid(name), parsed.kind === 'key' ? parsed.key : ''));
}
const at = (room: Pick<Room, 'id'>, name: Name) => `/v1/memberships/${membershipId(room, name)}`;

function add(server: TestServer, actor: Name, room: Room, name: Name, more: object = {}) {
  return server
    .as(actor)
    .ok<Membership>('POST', '/v1/memberships', { roomId: room.id, personId: personId(name), ...more });
}

/** A room of Alice and Bob in which Alice has the one moderator. */
async function lockedRoom(server: TestServer): Promise<Room> {
  const room = await server.room('Locked', 'alice', 'bob', 'carol');
  return server.as('alice').ok<Room>('PUT', `/v1/rooms/${room.id}`, { isLocked: true });
}

async function directRoom(server: TestServer): Promise<Room> {
  const { roomId } = await server
    .as('alice')
    .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hi' });
  return server.as('alice').ok<Room>('GET', `/v1/rooms/${roomId}`);
}

async function membersOf(server: TestServer, room: Room): Promise<string[]> {
  const { items } = await server.as('alice').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
  return items.map(
    ({ personEmail, isModerator }) => personEmail.replace(/[@+].*/, '') + (isModerator ? ' moderator' : ''),
  );
}

describe('adding somebody', () => {
  test('answers the whole membership; every member reads the same (ID-8)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    server.clock.advance(1_000);
    let membership: Membership | undefined;
    const events = await logged(server, async () => {
      membership = await add(server, 'bob', room, 'eve');
    });
    expect(events).toEqual(['memberships/created eve by bob']);
    expect(membership).toEqual({
      id: membershipId(room, 'eve'),
      roomId: room.id,
      roomType: 'group',
      personId: personId('eve'),
      personEmail: people.eve.email,
      personDisplayName: people.eve.displayName,
      personOrgId: elsewhere,
      isModerator: false,
      isMonitor: false,
      isRoomHidden: false,
      created: '2016-07-19T12:00:01.000Z',
    });
    for (const name of ['alice', 'bob', 'eve'] as const) {
      expect(await server.as(name).ok('GET', at(room, 'eve'))).toEqual(membership);
    }
    expect(await server.as('eve').ok('GET', `/v1/rooms/${room.id}`)).toEqual({
      ...room,
      lastActivity: '2016-07-19T12:00:01.000Z',
    });
  });

  test.each([
    ['an id', { personId: personId('carol') }],
    ['a bare UUID', { personId: personUuid('carol') }],
    ['an address in any case, plus sign and all', { personEmail: people.carol.email.toUpperCase() }],
    ["a bot's address (BOT-5)", { personEmail: people.robot.email }],
  ])('by %s', async (_, whom) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const membership = await server.as('alice').ok<Membership>('POST', '/v1/memberships', { roomId: room.id, ...whom });
    expect(membership.personEmail).toBe(('personEmail' in whom ? whom.personEmail : people.carol.email).toLowerCase());
  });

  test('twice is a conflict; after they have left it is the same membership again', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot');
    const again = { roomId: room.id, personEmail: people.robot.email };
    expect(await server.as('alice').post('/v1/memberships', again)).toMatchObject({
      status: 409,
      body: { message: 'Person is already in the room.' },
    });
    await server.as('robot').ok('DELETE', at(room, 'robot'));
    expect(await server.as('alice').ok('POST', '/v1/memberships', again)).toMatchObject({
      id: membershipId(room, 'robot'),
    });
  });

  test.each([
    ['an unknown address', { personEmail: 'nobody@acme.example' }, 'nobody@acme.example not found.'],
    ['an unknown id', { personId: publicId('PEOPLE', derivedUuid('nobody')) }, 'Person not found'],
  ])('who does not exist: %s', async (_, whom, message) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    expect(await server.as('alice').post('/v1/memberships', { roomId: room.id, ...whom })).toMatchObject({
      status: 404,
      body: { message },
    });
  });

  test('to a room that one is not in is to no room (spec 10, row 12)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (const whom of ['bob', 'dave'] as const) {
      expect(
        await server.as('dave').post('/v1/memberships', { roomId: room.id, personId: personId(whom) }),
      ).toMatchObject(roomNotFound);
    }
  });
});

describe('moderators', () => {
  test('a member who is added as one in an open room: MOD-4, each step visible', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const events = await logged(server, async () => {
      expect(await add(server, 'alice', room, 'bob', { isModerator: true })).toMatchObject({ isModerator: true });
    });
    expect(events).toEqual([
      'memberships/created bob by alice',
      'memberships/updated bob moderator by alice',
      'memberships/updated alice moderator',
      'rooms/updated group locked',
    ]);
    expect(await membersOf(server, room)).toEqual(['alice moderator', 'bob moderator']);
    expect(await server.as('bob').ok('GET', `/v1/rooms/${room.id}`)).toMatchObject({ isLocked: true });
  });

  test('one more in a locked room: nothing else changes', async () => {
    const server = await startServer();
    const room = await lockedRoom(server);
    expect(await logged(server, () => add(server, 'alice', room, 'dave', { isModerator: true }))).toEqual([
      'memberships/created dave by alice',
      'memberships/updated dave moderator by alice',
    ]);
  });

  test.each([
    [
      'another',
      'bob',
      [
        'memberships/updated bob moderator by alice',
        'memberships/updated alice moderator',
        'rooms/updated group locked',
      ],
    ],
    ['oneself', 'alice', ['memberships/updated alice moderator', 'rooms/updated group locked']],
  ] as const)('the first one, made from %s, locks the room (MOD-1, MOD-3, MOD-4)', async (_, name, expected) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const before = await server.as('alice').ok<Membership>('GET', at(room, name));
    const events = await logged(server, async () => {
      // The whole object, the changed field included (spec 13).
      expect(await server.as('alice').ok('PUT', at(room, name), { isModerator: true })).toEqual({
        ...before,
        isModerator: true,
      });
    });
    expect(events).toEqual(expected);
  });

  test('the last one who is none any more opens the room, and ends announcements (MOD-3, MOD-5)', async () => {
    const server = await startServer();
    const room = await lockedRoom(server);
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isAnnouncementOnly: true });
    await server.as('alice').ok('PUT', at(room, 'bob'), { isModerator: true });
    expect(await logged(server, () => server.as('bob').ok('PUT', at(room, 'alice'), { isModerator: false }))).toEqual([
      'memberships/updated alice by bob',
    ]);
    expect(await logged(server, () => server.as('bob').ok('PUT', at(room, 'bob'), { isModerator: false }))).toEqual([
      'memberships/updated bob',
      'rooms/updated group',
    ]);
    expect(await server.as('carol').ok('GET', `/v1/rooms/${room.id}`)).toMatchObject({
      isLocked: false,
      isAnnouncementOnly: false,
    });
    await server.as('carol').ok('DELETE', at(room, 'bob'));
  });

  test('the last one who leaves opens the room too', async () => {
    const server = await startServer();
    const room = await lockedRoom(server);
    expect(await logged(server, () => server.as('alice').ok('DELETE', at(room, 'alice')))).toEqual([
      'memberships/deleted alice moderator',
      'rooms/updated group',
    ]);
  });

  test('in a locked room only they invite, remove and appoint; everybody may leave (MOD-2)', async () => {
    const server = await startServer();
    const room = await lockedRoom(server);
    const bob = server.as('bob');
    expect(await bob.post('/v1/memberships', { roomId: room.id, personId: personId('dave') })).toMatchObject(
      moderatorsOnly,
    );
    expect(await bob.delete(at(room, 'carol'))).toMatchObject(moderatorsOnly);
    expect(await bob.put(at(room, 'bob'), { isModerator: true })).toMatchObject(moderatorsOnly);
    expect(await bob.put(at(room, 'alice'), { isModerator: false })).toMatchObject(moderatorsOnly);
    expect(await membersOf(server, room)).toEqual(['alice moderator', 'bob', 'carol']);
    await bob.ok('DELETE', at(room, 'bob'));
    await server.as('alice').ok('DELETE', at(room, 'carol'));
    expect(await membersOf(server, room)).toEqual(['alice moderator']);
  });

  test('the events of a change tell the room as it is read afterwards (DATA-9)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    server.clock.advance(1_000);
    await add(server, 'alice', room, 'bob', { isModerator: true });
    const { title: _, ...read } = await server.as('alice').ok<Room>('GET', `/v1/rooms/${room.id}`);
    const { data } = await server.app.db.reader.query
      .selectFrom('events')
      .select('data')
      .where('resource', '=', 'rooms')
      .where('event', '=', 'updated')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(data)).toEqual(read);
  });
});

describe('changing a membership', () => {
  test('what was read can be sent back whole; it changes nothing and tells nobody', async () => {
    const server = await startServer();
    const group = await lockedRoom(server);
    const direct = await directRoom(server);
    const events = await logged(server, async () => {
      for (const path of [at(group, 'bob'), at(group, 'alice'), at(direct, 'bob'), at(direct, 'alice')]) {
        const membership = await server.as('bob').ok('GET', path);
        expect(await server.as('bob').ok('PUT', path, membership)).toEqual(membership);
      }
    });
    expect(events).toEqual([]);
  });

  test('an empty change is refused', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    expect(await server.as('alice').put(at(room, 'alice'), { personId: personId('bob') })).toMatchObject({
      status: 400,
      body: { message: 'Nothing to change: give at least one of isModerator, isRoomHidden.' },
    });
  });
});

describe('leaving and removing', () => {
  test.each([
    ['oneself', 'bob', 'bob', 'memberships/deleted bob'],
    ['another, in an open room', 'bob', 'alice', 'memberships/deleted alice by bob'],
  ] as const)('%s', async (_, actor, name, event) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'carol');
    server.clock.advance(1_000);
    const events = await logged(server, async () => {
      expect(await server.as(actor).delete(at(room, name))).toMatchObject({ status: 204, body: undefined });
    });
    expect(events).toEqual([event]);
    expect(await server.as('carol').get(at(room, name))).toMatchObject(membershipNotFound);
    expect(await server.as('carol').delete(at(room, name))).toMatchObject(membershipNotFound);
    expect(await server.as('carol').ok('GET', `/v1/rooms/${room.id}`)).toMatchObject({
      lastActivity: '2016-07-19T12:00:01.000Z',
    });
  });

  test('the event shows when they had joined (DATA-6)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const membership = await server.as('bob').ok('GET', at(room, 'bob'));
    server.clock.advance(60_000);
    await server.as('bob').ok('DELETE', at(room, 'bob'));
    const { data } = await server.app.db.reader.query
      .selectFrom('events')
      .select('data')
      .where('event', '=', 'deleted')
      .executeTakeFirstOrThrow();
    expect(JSON.parse(data)).toEqual(membership);
  });

  test('whoever is not in the room finds no membership (VIS-1)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (const path of [at(room, 'alice'), at(room, 'dave')]) {
      expect(await server.as('dave').get(path)).toMatchObject(membershipNotFound);
      expect(await server.as('dave').put(path, { isModerator: true })).toMatchObject(membershipNotFound);
      expect(await server.as('dave').delete(path)).toMatchObject(membershipNotFound);
    }
    expect(await server.as('alice').get(at(room, 'dave'))).toMatchObject(membershipNotFound);
  });
});

describe('a 1:1 room (MOD-8)', () => {
  test('has two members for good, and no moderator', async () => {
    const server = await startServer();
    const room = await directRoom(server);
    const alice = server.as('alice');
    expect(await alice.post('/v1/memberships', { roomId: room.id, personId: personId('dave') })).toMatchObject(
      fixed('inviting somebody'),
    );
    expect(await alice.put(at(room, 'bob'), { isModerator: true })).toMatchObject(fixed('moderation'));
    for (const name of ['alice', 'bob'] as const) {
      expect(await alice.delete(at(room, name))).toMatchObject({
        status: 400,
        body: { message: 'Failed to leave room.' },
      });
    }
    expect(await membersOf(server, room)).toEqual(['alice', 'bob']);
  });

  test('is hidden by its members, each for themself, and comes back with the next message (4.7)', async () => {
    const server = await startServer();
    const room = await directRoom(server);
    const before = await server.as('bob').ok<Membership>('GET', at(room, 'bob'));
    const hide = () => server.as('bob').ok('PUT', at(room, 'bob'), { isRoomHidden: true });
    expect(await logged(server, async () => expect(await hide()).toEqual({ ...before, isRoomHidden: true }))).toEqual([
      'memberships/updated bob hidden',
    ]);
    expect(await logged(server, hide)).toEqual([]);
    expect(await server.as('alice').ok('GET', at(room, 'alice'))).toMatchObject({ isRoomHidden: false });

    for (const body of [
      { roomId: room.id, text: 'psst' },
      { toPersonId: personId('bob'), text: 'psst' },
    ]) {
      await hide();
      expect(await logged(server, () => server.as('alice').ok('POST', '/v1/messages', body))).toEqual([
        'memberships/updated bob by alice',
        'messages/created alice',
      ]);
      expect(await server.as('bob').ok('GET', at(room, 'bob'))).toEqual(before);
    }
    await hide();
    expect(await logged(server, () => server.as('bob').ok('PUT', at(room, 'bob'), { isRoomHidden: false }))).toEqual([
      'memberships/updated bob',
    ]);
  });

  test('only a 1:1 room, and only for oneself', async () => {
    const server = await startServer();
    const group = await server.room('Demo', 'alice');
    const direct = await directRoom(server);
    for (const path of [at(group, 'alice'), at(direct, 'bob')]) {
      expect(await server.as('alice').put(path, { isRoomHidden: true })).toMatchObject({
        status: 400,
        body: { message: 'isRoomHidden can only be set on your own membership of a 1:1 room.' },
      });
    }
  });

  test('a change that is refused in part changes nothing', async () => {
    const server = await startServer();
    const room = await directRoom(server);
    const refused = { isRoomHidden: true, isModerator: true };
    const events = await logged(server, async () => {
      expect(await server.as('bob').put(at(room, 'bob'), refused)).toMatchObject(fixed('moderation'));
    });
    expect(events).toEqual([]);
    expect(await server.as('bob').ok('GET', at(room, 'bob'))).toMatchObject({ isRoomHidden: false });
  });
});

describe('listing memberships', () => {
  test.each([
    ["one's own", 'bob', '', ['bob in A', 'bob in B']],
    ["one's own, named by id", 'bob', `?personId=${personId('bob')}`, ['bob in A', 'bob in B']],
    ["one's own, named by UUID", 'bob', `?personId=${personUuid('bob')}`, ['bob in A', 'bob in B']],
    ["one's own, named by address", 'bob', `?personEmail=${people.bob.email.toUpperCase()}`, ['bob in A', 'bob in B']],
    ["a room's, in the order of joining", 'bob', '?roomId=A', ['alice in A', 'bob in A', 'carol+test in A']],
    ["one person's in a room", 'bob', `?roomId=A&personId=${personId('alice')}`, ['alice in A']],
    [
      'one address in a room',
      'bob',
      `?roomId=A&personEmail=${encodeURIComponent(people.carol.email)}`,
      ['carol+test in A'],
    ],
    ['somebody who is not in the room', 'bob', `?roomId=B&personId=${personId('alice')}`, []],
    ["nobody's", 'dave', '', []],
  ] as const)('%s', async (_, who, query, expected) => {
    const server = await startServer();
    const rooms = { A: await server.room('A', 'alice', 'bob', 'carol'), B: await server.room('B', 'bob') };
    const path = `/v1/memberships${query.replace(/roomId=(\w)/, (_whole, title: 'A' | 'B') => `roomId=${rooms[title].id}`)}`;
    const titles = new Map(Object.entries(rooms).map(([title, { id }]) => [id, title]));
    const { items } = await server.as(who).ok<{ items: Membership[] }>('GET', path);
    expect(items.map(({ personEmail, roomId }) => `${personEmail.split('@')[0]} in ${titles.get(roomId)}`)).toEqual(
      expected,
    );
    for (const item of items) expect(await server.as(who).ok('GET', `/v1/memberships/${item.id}`)).toEqual(item);
  });

  test("another person's without a room is refused, and so is a room that one is not in (spec 10, row 6)", async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    for (const filter of [`personId=${personId('bob')}`, `personEmail=${people.bob.email}`]) {
      expect(await server.as('alice').get(`/v1/memberships?${filter}`)).toMatchObject({
        status: 400,
        body: { message: 'personId and personEmail need roomId, unless they name yourself.' },
      });
    }
    expect(await server.as('dave').get(`/v1/memberships?roomId=${room.id}`)).toMatchObject(roomNotFound);
    expect(await server.as('dave').get(`/v1/memberships?roomId=${room.id}&personId=${personId('dave')}`)).toMatchObject(
      roomNotFound,
    );
  });

  test('page by page: each once, while others join', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob', 'carol');
    const late: Name[] = ['dave', 'eve'];
    const pages = await walk<Membership>(server.as('alice'), `/v1/memberships?roomId=${room.id}&max=2`, async () => {
      for (const name of late.splice(0)) await add(server, 'alice', room, name);
    });
    expect(pages.map((page) => page.map(({ personEmail }) => personEmail))).toEqual([
      [people.alice.email, people.bob.email],
      [people.carol.email, people.dave.email],
      [people.eve.email],
    ]);
  });

  test('shows the organization of each', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'eve');
    const { items } = await server.as('eve').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
    expect(items.map(({ personOrgId, created }) => [personOrgId, created])).toEqual([
      [acme, start],
      [elsewhere, start],
    ]);
  });
});
