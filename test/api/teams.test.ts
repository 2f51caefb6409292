import { describe, expect, test } from 'vitest';
import type { Membership, Message, Room, Team, TeamMembership } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import { people, personId, startServer, type TestServer } from '../support/server.ts';
import { addToTeam, generalRoomId, membershipId, teamMembershipId, teamOf, teamRoom } from '../support/teams.ts';

/** Teams and who is in them: spec 3.7, 3.8. */

const start = '2016-07-19T12:00:00.000Z';
const acme = publicId('ORGANIZATION', derivedUuid('test organization', 'acme'));
const noTeam = { status: 404, body: { message: 'Could not find a team with provided ID.' } };
const noTeamMembership = { status: 404, body: { message: 'Could not find a team membership with provided ID.' } };
const moderatorsOnly = { status: 403, body: { message: 'Only a moderator of the team may do this.' } };
const lastModerator = {
  status: 400,
  body: { message: 'This is the last moderator of the team: make somebody else one first.' },
};

function membersOf(server: TestServer, team: Team, who: 'alice' | 'bob' = 'alice') {
  return server.as(who).ok<{ items: TeamMembership[] }>('GET', `/v1/team/memberships?teamId=${team.id}`);
}

describe('making a team', () => {
  test('makes its General room, moderated by whom makes it; the log tells of the room (4.7, TEAM-4)', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    let team: Team | undefined;
    const events = await logged(server, async () => {
      team = await alice.ok<Team>('POST', '/v1/teams', { name: 'Build Squad', description: 'The A team' });
    });
    expect(events).toEqual(['rooms/created group locked', 'memberships/created alice moderator']);
    expect(team).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      name: 'Build Squad',
      description: 'The A team',
      created: start,
      creatorId: personId('alice'),
    });
    expect(await alice.ok('GET', `/v1/teams/${team?.id}`)).toEqual(team);
    expect(await alice.ok('GET', '/v1/teams')).toEqual({ items: [team] });
    if (!team) return;

    expect(await alice.ok('GET', `/v1/rooms/${generalRoomId(team)}`)).toMatchObject({
      title: 'Build Squad',
      description: 'The A team',
      teamId: team.id,
      type: 'group',
      isLocked: true,
      creatorId: personId('alice'),
      ownerId: acme,
    });
    expect(await membersOf(server, team)).toEqual({
      items: [
        {
          id: teamMembershipId(team, 'alice'),
          teamId: team.id,
          personId: personId('alice'),
          personEmail: people.alice.email,
          personDisplayName: people.alice.displayName,
          personOrgId: acme,
          isModerator: true,
          created: start,
        },
      ],
    });
  });

  test('is for bots too (BOT-4)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'robot', 'bob');
    expect(await server.as('bob').ok('GET', `/v1/teams/${team.id}`)).toEqual(team);
  });

  test.each([
    [{}, 'name cannot be empty'],
    [{ name: ' ' }, 'name cannot be empty'],
    [{ name: 'x'.repeat(1025) }, 'name is longer than 1024 characters.'],
    [{ name: 'x', description: 'x'.repeat(4097) }, 'description is longer than 4096 characters.'],
  ])('%# is refused: %s', async (body, message) => {
    const server = await startServer();
    expect(await server.as('alice').post('/v1/teams', body)).toMatchObject({ status: 400, body: { message } });
    expect(await server.as('alice').ok('GET', '/v1/rooms')).toEqual({ items: [] });
  });
});

describe('who sees a team', () => {
  test('its members; for everybody else it is not there, whatever they try (ERR-5)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const unknown = publicId('TEAM', derivedUuid('no such team'));
    // A room that is no team's General room is no team.
    const room = await server.room('Plain', 'alice');
    const plain = publicId('TEAM', Buffer.from(room.id, 'base64url').toString().slice(-36));
    for (const [who, id] of [
      ['dave', team.id],
      ['eve', team.id],
      ['robot', team.id],
      ['alice', unknown],
      ['alice', plain],
      ['alice', generalRoomId(team)],
      ['alice', 'nonsense'],
    ] as const) {
      const client = server.as(who);
      expect(await client.get(`/v1/teams/${id}`)).toMatchObject(noTeam);
      expect(await client.put(`/v1/teams/${id}`, { name: 'Mine' })).toMatchObject(noTeam);
      expect(await client.delete(`/v1/teams/${id}`)).toMatchObject(noTeam);
    }
    for (const [who, id] of [
      ['dave', team.id],
      ['alice', unknown],
      ['alice', plain],
    ] as const) {
      expect(await server.as(who).get(`/v1/team/memberships?teamId=${id}`)).toMatchObject(noTeam);
      const invitation = { teamId: id, personId: personId('dave') };
      expect(await server.as(who).post('/v1/team/memberships', invitation)).toMatchObject(noTeam);
    }
    expect(await server.as('dave').ok('GET', '/v1/teams')).toEqual({ items: [] });
    expect(await server.as('bob').ok('GET', '/v1/teams')).toEqual({ items: [team] });
    const membership = `/v1/team/memberships/${teamMembershipId(team, 'alice')}`;
    expect(await server.as('bob').ok('GET', membership)).toMatchObject({ personId: personId('alice') });
    expect(await server.as('dave').get(membership)).toMatchObject(noTeamMembership);
    expect(await server.as('dave').put(membership, { isModerator: false })).toMatchObject(noTeamMembership);
    expect(await server.as('dave').delete(membership)).toMatchObject(noTeamMembership);
  });

  test('an unknown or malformed id of a list is told apart (spec 10, row 11)', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const malformed = { status: 400, body: { message: 'Expect base64 ID or UUID.' } };
    for (const path of ['/v1/team/memberships?teamId=nonsense', '/v1/rooms?teamId=nonsense']) {
      expect(await alice.get(path)).toMatchObject(malformed);
    }
    expect(await alice.get('/v1/team/memberships')).toMatchObject({
      status: 400,
      body: { message: "Required String parameter 'teamId' is not present" },
    });
    expect(await alice.post('/v1/team/memberships', { personId: personId('bob') })).toMatchObject({
      status: 400,
      body: { message: 'teamId cannot be null' },
    });
  });
});

describe('changing a team', () => {
  test('its name is that of the General room; a change is told as one of the room', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    let changed: Team | undefined;
    const events = await logged(server, async () => {
      changed = await server.as('alice').ok<Team>('PUT', `/v1/teams/${team.id}`, { name: 'Renamed' });
    });
    expect(events).toEqual(['rooms/updated group locked']);
    expect(changed).toEqual({ ...team, name: 'Renamed' });
    expect(await server.as('bob').ok('GET', `/v1/rooms/${generalRoomId(team)}`)).toMatchObject({ title: 'Renamed' });

    await server.as('alice').ok('PUT', `/v1/rooms/${generalRoomId(team)}`, { title: 'By its room' });
    expect(await server.as('bob').ok('GET', `/v1/teams/${team.id}`)).toMatchObject({ name: 'By its room' });
  });

  test('a space clears the description; what is sent back unchanged is no change (HTTP-16)', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const team = await alice.ok<Team>('POST', '/v1/teams', { name: 'T', description: 'Old' });
    const path = `/v1/teams/${team.id}`;
    expect(await logged(server, async () => expect(await alice.ok('PUT', path, team)).toEqual(team))).toEqual([]);
    const { description: _, ...rest } = team;
    expect(await alice.ok('PUT', path, { description: ' ' })).toEqual(rest);
  });

  test('is for its moderators', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob', 'dave');
    const bob = server.as('bob');
    expect(await bob.put(`/v1/teams/${team.id}`, { name: 'x' })).toMatchObject(moderatorsOnly);
    expect(await bob.delete(`/v1/teams/${team.id}`)).toMatchObject(moderatorsOnly);
    const invitation = { teamId: team.id, personId: personId('eve') };
    expect(await bob.post('/v1/team/memberships', invitation)).toMatchObject(moderatorsOnly);
    for (const who of ['alice', 'bob', 'dave'] as const) {
      const path = `/v1/team/memberships/${teamMembershipId(team, who)}`;
      const answer = await bob.put(path, { isModerator: who !== 'alice' });
      expect(answer).toMatchObject(moderatorsOnly);
      if (who !== 'bob') expect(await bob.delete(path)).toMatchObject(moderatorsOnly);
    }
  });
});

describe('joining a team', () => {
  test('joins its General room, and the reverse (TEAM-4)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const general = { id: generalRoomId(team) };
    expect(await logged(server, () => addToTeam(server, team, 'alice', 'bob'))).toEqual([
      'memberships/created bob by alice',
    ]);
    expect(await server.as('bob').ok('GET', `/v1/memberships/${membershipId(general, 'bob')}`)).toMatchObject({
      personId: personId('bob'),
      isModerator: false,
    });

    const body = { roomId: general.id, personEmail: people.eve.email };
    await server.as('alice').ok('POST', '/v1/memberships', body);
    expect(await server.as('eve').ok('GET', '/v1/teams')).toEqual({ items: [team] });
    const { items } = await membersOf(server, team);
    expect(items.map(({ personId }) => personId)).toEqual(
      ['alice', 'bob', 'eve'].map((name) => personId(name as 'bob')),
    );
  });

  test('as a moderator: of the team and of its General room', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const body = { teamId: team.id, personEmail: people.bob.email.toUpperCase(), isModerator: true };
    const events = await logged(server, async () => {
      const membership = await server.as('alice').ok<TeamMembership>('POST', '/v1/team/memberships', body);
      expect(membership.isModerator).toBe(true);
      expect(await server.as('bob').ok('GET', `/v1/team/memberships/${membership.id}`)).toEqual(membership);
    });
    expect(events).toEqual(['memberships/created bob by alice', 'memberships/updated bob moderator by alice']);
  });

  test.each([
    [409, 'Person is already in the team.', { personId: personId('bob') }],
    [400, 'Must specify either personId or personEmail.', {}],
    [400, 'Must specify either personId or personEmail.', { personId: personId('dave'), personEmail: 'x@y.z' }],
    [404, 'Person not found', { personId: publicId('PEOPLE', derivedUuid('nobody')) }],
    [404, 'nobody@acme.example not found.', { personEmail: 'nobody@acme.example' }],
    [400, 'Expect base64 ID or UUID.', { personId: 'nonsense' }],
  ])('%i %s', async (status, message, whom) => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const events = await logged(server, async () => {
      const answer = await server.as('alice').post('/v1/team/memberships', { teamId: team.id, ...whom });
      expect(answer).toMatchObject({ status, body: { message } });
    });
    expect(events).toEqual([]);
  });
});

describe('moderators of a team', () => {
  test('are made and unmade; the General room follows', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const path = `/v1/team/memberships/${teamMembershipId(team, 'bob')}`;
    const turn = (isModerator: boolean) => server.as('alice').ok<TeamMembership>('PUT', path, { isModerator });
    expect(await logged(server, async () => expect(await turn(true)).toMatchObject({ isModerator: true }))).toEqual([
      'memberships/updated bob moderator by alice',
    ]);
    expect(await logged(server, async () => expect(await turn(true)).toMatchObject({ isModerator: true }))).toEqual([]);
    expect(await logged(server, async () => expect(await turn(false)).toMatchObject({ isModerator: false }))).toEqual([
      'memberships/updated bob by alice',
    ]);
    expect(await server.as('alice').put(path, {})).toMatchObject({ status: 400 });
  });

  test('the last one stays, in whatever way their part would end (spec 3.3, 3.8)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const alice = server.as('alice');
    const ofTeam = `/v1/team/memberships/${teamMembershipId(team, 'alice')}`;
    const ofRoom = `/v1/memberships/${membershipId({ id: generalRoomId(team) }, 'alice')}`;
    const events = await logged(server, async () => {
      for (const path of [ofTeam, ofRoom]) {
        expect(await alice.delete(path)).toMatchObject(lastModerator);
        expect(await alice.put(path, { isModerator: false })).toMatchObject(lastModerator);
      }
      expect(await alice.put(`/v1/rooms/${generalRoomId(team)}`, { isLocked: false })).toMatchObject({
        status: 400,
        body: { message: 'This is the General room of a team: opening it is not possible.' },
      });
    });
    expect(events).toEqual([]);
    await alice.ok('PUT', `/v1/team/memberships/${teamMembershipId(team, 'bob')}`, { isModerator: true });
    await alice.ok('DELETE', ofTeam);
    expect(await membersOf(server, team, 'bob')).toMatchObject({ items: [{ personId: personId('bob') }] });
  });
});

describe('leaving a team', () => {
  test.each([
    ['by the team', (team: Team) => `/v1/team/memberships/${teamMembershipId(team, 'alice')}`],
    ['by its General room', (team: Team) => `/v1/memberships/${membershipId({ id: generalRoomId(team) }, 'alice')}`],
  ])('%s: whoever is alone may, though they moderate it; it is nobody’s then (13)', async (_, path) => {
    const server = await startServer();
    const alice = server.as('alice');
    const team = await teamOf(server, 'alice');
    const room = await teamRoom(server, team, 'alice');
    await alice.ok('DELETE', path(team));
    for (const gone of [`/v1/rooms/${room.id}`, `/v1/rooms/${generalRoomId(team)}`, `/v1/teams/${team.id}`]) {
      expect(await alice.get(gone)).toMatchObject({ status: 404 });
    }
    for (const { id } of [room, { id: generalRoomId(team) }]) {
      const body = { roomId: id, personId: personId('alice') };
      expect(await alice.post('/v1/memberships', body)).toMatchObject({ status: 404 });
    }
  });

  test.each([
    ['by the team', (team: Team) => `/v1/team/memberships/${teamMembershipId(team, 'bob')}`],
    ['by its General room', (team: Team) => `/v1/memberships/${membershipId({ id: generalRoomId(team) }, 'bob')}`],
  ])('%s leaves the General room and all others of the team, and no more (TEAM-3)', async (_, path) => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const open = await teamRoom(server, team, 'alice');
    await server.as('bob').ok('POST', '/v1/memberships', { roomId: open.id, personId: personId('bob') });
    const own = await teamRoom(server, team, 'bob', { isLocked: true });
    const other = await server.room('Of no team', 'bob');
    server.clock.advance(1_000);

    expect(await logged(server, () => server.as('bob').ok('DELETE', path(team)))).toEqual([
      'memberships/deleted bob',
      'memberships/deleted bob',
      'memberships/deleted bob moderator',
      // Its last moderator has gone.
      'rooms/updated group',
    ]);
    for (const id of [generalRoomId(team), open.id, own.id]) {
      expect(await server.as('bob').get(`/v1/rooms/${id}`)).toMatchObject({ status: 404 });
    }
    expect(await server.as('bob').get(`/v1/teams/${team.id}`)).toMatchObject(noTeam);
    expect(await server.as('bob').ok('GET', '/v1/rooms')).toMatchObject({ items: [{ id: other.id }] });
    expect(await server.as('bob').ok('GET', `/v1/rooms?teamId=${team.id}`)).toEqual({ items: [] });
    expect(await server.as('alice').ok('GET', `/v1/rooms/${open.id}`)).toMatchObject({
      lastActivity: '2016-07-19T12:00:01.000Z',
    });
    expect(await server.as('bob').delete(path(team))).toMatchObject({ status: 404 });
  });

  test('a moderator removes others; each is told of every room by webhook', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const team = await teamOf(server, 'alice', 'robot');
    const room = await teamRoom(server, team, 'robot');
    await server.webhook('robot', receiver, { resource: 'memberships', event: 'deleted' });
    await server.as('alice').ok('DELETE', `/v1/team/memberships/${teamMembershipId(team, 'robot')}`);
    await server.settled();
    const told = receiver.received.map(({ notice }) => [notice.actorId, notice.data]);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining(
        [generalRoomId(team), room.id].map((roomId) => [
          personId('alice'),
          expect.objectContaining({ roomId, personId: personId('robot') }),
        ]),
      ),
    );
    // The room is empty now, and tells the robot nothing more.
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('alice') });
    await server.settled();
    expect(receiver.received).toHaveLength(2);
  });
});

describe('deleting a team', () => {
  test('archives it with its rooms: they are gone for everybody, each member is told of each room', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'bob');
    const locked = await teamRoom(server, team, 'bob', { isLocked: true });
    const message = await server.as('bob').say(room, 'last words');
    const events = await logged(server, () => server.as('alice').ok('DELETE', `/v1/teams/${team.id}`));
    expect(events).toEqual([
      'memberships/deleted bob by alice',
      'memberships/deleted bob moderator by alice',
      'memberships/deleted alice moderator',
      'memberships/deleted bob by alice',
    ]);
    const gone = [
      `/v1/teams/${team.id}`,
      `/v1/rooms/${generalRoomId(team)}`,
      `/v1/rooms/${room.id}`,
      `/v1/rooms/${locked.id}`,
      `/v1/messages/${message.id}`,
      `/v1/messages?roomId=${room.id}`,
      `/v1/memberships?roomId=${room.id}`,
      `/v1/team/memberships?teamId=${team.id}`,
    ];
    for (const who of ['alice', 'bob'] as const) {
      for (const path of gone) expect(await server.as(who).get(path), path).toMatchObject({ status: 404 });
      for (const list of ['/v1/teams', '/v1/rooms', '/v1/memberships', `/v1/rooms?teamId=${team.id}`]) {
        expect(await server.as(who).ok('GET', list), list).toEqual({ items: [] });
      }
      expect(await server.as(who).delete(`/v1/teams/${team.id}`)).toMatchObject(noTeam);
      for (const { id } of [room, { id: generalRoomId(team) }]) {
        const body = { roomId: id, personId: personId(who) };
        expect(await server.as(who).post('/v1/memberships', body)).toMatchObject({ status: 404 });
        expect(await server.as(who).post('/v1/messages', { roomId: id, text: 'x' })).toMatchObject({ status: 404 });
      }
      expect(await server.as(who).post('/v1/rooms', { title: 'x', teamId: team.id })).toMatchObject(noTeam);
    }
  });

  test('keeps what was said, sealed as it was', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const room = await teamRoom(server, team, 'alice');
    await server.as('alice').say(room, 'for the record');
    await server.as('alice').ok('DELETE', `/v1/teams/${team.id}`);
    const { query } = server.app.db.reader;
    const kept = await query
      .selectFrom('messages')
      .innerJoin('rooms', 'rooms.id', 'messages.roomId')
      .select(['rooms.archivedAt', 'rooms.title'])
      .execute();
    expect(kept).toEqual([{ archivedAt: server.clock.now(), title: 'Of the team' }]);
  });

  test('the General room cannot be deleted by itself', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const events = await logged(server, async () => {
      for (const who of ['alice', 'bob'] as const) {
        expect(await server.as(who).delete(`/v1/rooms/${generalRoomId(team)}`)).toMatchObject({
          status: 400,
          body: { message: 'This is the General room of a team: deleting it without the team is not possible.' },
        });
      }
    });
    expect(events).toEqual([]);
  });
});

describe('lists', () => {
  test('of teams: page by page, oldest first, each once, while others are made (PAGE-11)', async () => {
    const server = await startServer();
    const names = ['one', 'two', 'three'];
    for (const name of names) {
      await server.room('between', 'alice');
      await server.as('alice').ok('POST', '/v1/teams', { name });
    }
    await server.as('bob').ok('POST', '/v1/teams', { name: "Bob's" });
    let more = 0;
    const pages = await walk<Team>(server.as('alice'), '/v1/teams?max=1', async () => {
      if (more++ === 0) await server.as('alice').ok('POST', '/v1/teams', { name: 'four' });
    });
    expect(pages.map((page) => page.map(({ name }) => name))).toEqual([['one'], ['two'], ['three'], ['four']]);
  });

  test('of members: page by page, in the order of joining', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'dave', 'alice', 'robot', 'bob');
    const pages = await walk<TeamMembership>(server.as('alice'), `/v1/team/memberships?teamId=${team.id}&max=2`);
    const inOrder = ['dave', 'alice', 'robot', 'bob'].map((name) => personId(name as 'bob'));
    expect(pages.map((page) => page.map((member) => member.personId))).toEqual([inOrder.slice(0, 2), inOrder.slice(2)]);
  });
});

describe('the rest of the API in a General room', () => {
  test('a team is talked in, like any room', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const message = await server.as('bob').say({ id: generalRoomId(team) }, 'hello team');
    expect(await server.as('alice').ok<Message>('GET', `/v1/messages/${message.id}`)).toEqual(message);
    const { items } = await server
      .as('alice')
      .ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${generalRoomId(team)}`);
    expect(items.map(({ isModerator }) => isModerator)).toEqual([true, false]);
  });

  test('one that has lost its moderators is everybody’s, as any open room is (MOD-1)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob', 'dave');
    // What the end of the moderator's account leaves.
    await server.app.db.write(async ({ query }) => {
      await query.updateTable('memberships').set({ isModerator: 0 }).execute();
      await query.updateTable('rooms').set({ isLocked: 0 }).execute();
    });
    const path = `/v1/team/memberships/${teamMembershipId(team, 'dave')}`;
    expect(await server.as('bob').ok('PUT', path, { isModerator: true })).toMatchObject({ isModerator: true });
    const room = await server.as('bob').ok<Room>('GET', `/v1/rooms/${generalRoomId(team)}`);
    expect(room.isLocked).toBe(true);
    const { items } = await membersOf(server, team, 'bob');
    expect(items.map(({ isModerator }) => isModerator)).toEqual([false, true, true]);
  });
});
