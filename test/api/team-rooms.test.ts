import { describe, expect, test } from 'vitest';
import type { Membership, Room, Team } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import { type Name, personId, startServer, type TestServer } from '../support/server.ts';
import { generalRoomId, membershipId, teamMembershipId, teamOf, teamRoom } from '../support/teams.ts';

/** Rooms of teams: spec 3.2, 3.3, TEAM-1…3, VIS-2. */

const noRoom = { status: 404, body: { message: 'Could not find a room with provided ID.' } };
const noTeam = { status: 404, body: { message: 'Could not find a team with provided ID.' } };
const refused = (message: string) => ({ status: 400, body: { message } });

async function listed(server: TestServer, who: Name, team: Team, query = ''): Promise<string[]> {
  const path = `/v1/rooms?teamId=${team.id}${query}`;
  return (await server.as(who).ok<{ items: Room[] }>('GET', path)).items.map(({ id }) => id);
}

function join(server: TestServer, who: Name, room: { id: string }, settings: object = {}) {
  const body = { roomId: room.id, personId: personId(who), ...settings };
  return server.as(who).post<Membership>('/v1/memberships', body);
}

describe('a room of a team', () => {
  test('is made by a member of the team; every member of the room is shown which team (TEAM-1)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    let room: Room | undefined;
    const events = await logged(server, async () => (room = await teamRoom(server, team, 'bob')));
    expect(events).toEqual(['rooms/created group', 'memberships/created bob']);
    expect(room).toMatchObject({ teamId: team.id, type: 'group', isLocked: false });
    if (!room) return;
    const general = generalRoomId(team);
    expect((await server.as('bob').ok<{ items: Room[] }>('GET', '/v1/rooms')).items.map(({ id }) => id)).toEqual([
      room.id,
      general,
    ]);
    await server.as('bob').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('alice') });
    expect(await server.as('alice').ok('GET', `/v1/rooms/${room.id}`)).toEqual(room);
  });

  test('notices name the team (4.5.1)', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const team = await teamOf(server, 'alice');
    await server.webhook('alice', receiver, { resource: 'rooms', event: 'all' });
    const room = await teamRoom(server, team, 'alice');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Other' });
    await server.as('alice').ok('PUT', `/v1/teams/${team.id}`, { name: 'Other team' });
    await server.settled();
    const told = receiver.received.map(({ notice }) => notice.data as Room);
    expect(told.map(({ id, teamId }) => [id, teamId])).toEqual([
      [room.id, team.id],
      [room.id, team.id],
      [generalRoomId(team), team.id],
    ]);
    expect(Object.keys(told[0] ?? {}).slice(0, 5)).toEqual(['id', 'type', 'isLocked', 'teamId', 'lastActivity']);
    expect(told.flatMap((room) => Object.keys(room))).not.toContain('title');
  });

  test('is not made for a team that the caller is not in', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const unknown = publicId('TEAM', derivedUuid('no such team'));
    const events = await logged(server, async () => {
      for (const [who, teamId] of [
        ['bob', team.id],
        ['alice', unknown],
      ] as const) {
        expect(await server.as(who).post('/v1/rooms', { title: 'x', teamId })).toMatchObject(noTeam);
      }
      const body = { title: 'x', teamId: generalRoomId(team) };
      expect(await server.as('alice').post('/v1/rooms', body)).toMatchObject(refused('Expect base64 ID or UUID.'));
    });
    expect(events).toEqual([]);
  });

  test('takes in members of the team only; whoever brings them need not be one who may join the team', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice');
    const add = (name: Name) => ({ roomId: room.id, personId: personId(name) });
    expect(await server.as('alice').post('/v1/memberships', add('dave'))).toMatchObject(
      refused('Only members of the team can be added to its rooms.'),
    );
    await server.as('alice').ok('POST', '/v1/memberships', add('bob'));
    expect(await server.as('alice').post('/v1/memberships', add('bob'))).toMatchObject({ status: 409 });
  });
});

describe('open rooms of the team (VIS-2)', () => {
  test('are listed for its members, joined or not; the locked ones are not', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const elsewhere = await teamOf(server, 'bob');
    const open = await teamRoom(server, team, 'alice');
    server.clock.advance(1_000);
    const locked = await teamRoom(server, team, 'alice', { isLocked: true });
    const general = generalRoomId(team);
    await server.room('Of no team', 'alice');

    expect(await listed(server, 'alice', team)).toEqual([locked.id, open.id, general]);
    expect(await listed(server, 'bob', team)).toEqual([open.id, general]);
    expect(await listed(server, 'bob', team, '&sortBy=created&type=group')).toEqual([open.id, general]);
    expect(await listed(server, 'bob', team, '&type=direct')).toEqual([]);
    expect(await listed(server, 'bob', elsewhere)).toEqual([generalRoomId(elsewhere)]);
    expect(await listed(server, 'dave', team)).toEqual([]);
    // The others' own lists hold what they are in, as ever.
    expect(await server.as('bob').ok('GET', '/v1/rooms')).toMatchObject({ items: [{}, {}] });
    // What is listed is no more visible than before: members only (VIS-1).
    expect(await server.as('bob').get(`/v1/rooms/${open.id}`)).toMatchObject(noRoom);
    expect(await server.as('bob').get(`/v1/messages?roomId=${open.id}`)).toMatchObject(noRoom);
  });

  test.each(['lastactivity', 'created', 'id'])('by %s, page by page: each once, while others are made', async (by) => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const before = [generalRoomId(team)];
    for (const who of ['alice', 'bob', 'alice'] as const) {
      server.clock.advance(1_000);
      before.push((await teamRoom(server, team, who)).id);
    }
    const path = `/v1/rooms?teamId=${team.id}&sortBy=${by}&max=1`;
    const whole = await listed(server, 'bob', team, `&sortBy=${by}`);
    let more = 0;
    const pages = await walk<Room>(server.as('bob'), path, async () => {
      server.clock.advance(1_000);
      if (more++ < 2) await teamRoom(server, team, 'alice');
    });
    const seen = pages.flat().map(({ id }) => id);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(whole);
  });

  test('are joined without an invitation, and heard of from then on', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const team = await teamOf(server, 'alice', 'bob', 'robot');
    const room = await teamRoom(server, team, 'alice');
    await server.webhook('bob', receiver, { resource: 'messages', event: 'created' });
    await server.as('alice').say(room, 'before');
    await server.settled();
    expect(receiver.received).toHaveLength(0);

    const events = await logged(server, async () => {
      expect(await join(server, 'bob', room)).toMatchObject({ status: 200, body: { isModerator: false } });
    });
    expect(events).toEqual(['memberships/created bob']);
    const message = await server.as('alice').say(room, 'after');
    await server.settled();
    expect(receiver.received.map(({ notice }) => (notice.data as { id: string }).id)).toEqual([message.id]);
    expect(await server.as('bob').ok('GET', `/v1/messages?roomId=${room.id}`)).toMatchObject({ items: [{}, {}] });
    expect(await join(server, 'bob', room)).toMatchObject({ status: 409 });
    expect(await join(server, 'robot', room)).toMatchObject({ status: 200 });
  });

  test('are left like any room, without leaving the team', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice');
    await join(server, 'bob', room);
    await server.webhook('bob', receiver, { resource: 'messages', event: 'created' });
    await server.as('bob').ok('DELETE', `/v1/memberships/${membershipId(room, 'bob')}`);
    expect(await server.as('bob').get(`/v1/rooms/${room.id}`)).toMatchObject(noRoom);
    await server.as('alice').say(room, 'gone');
    await server.settled();
    expect(receiver.received).toEqual([]);
    expect(await server.as('bob').get(`/v1/teams/${team.id}`)).toMatchObject({ status: 200 });
  });

  test('whoever joins as a moderator locks the room (MOD-3)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice');
    const events = await logged(server, async () => {
      expect(await join(server, 'bob', room, { isModerator: true })).toMatchObject({ body: { isModerator: true } });
    });
    expect(events).toEqual([
      'memberships/created bob',
      'memberships/updated bob moderator',
      'rooms/updated group locked',
    ]);
  });

  test('nobody else joins, or brings others in from outside', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob', 'robot');
    const open = await teamRoom(server, team, 'alice');
    const locked = await teamRoom(server, team, 'alice', { isLocked: true });
    const events = await logged(server, async () => {
      for (const room of [open, locked, { id: generalRoomId(team) }]) {
        expect(await join(server, 'dave', room)).toMatchObject(noRoom);
      }
      expect(await join(server, 'bob', locked)).toMatchObject(noRoom);
      const robot = { roomId: open.id, personId: personId('robot') };
      expect(await server.as('bob').post('/v1/memberships', robot)).toMatchObject(noRoom);
    });
    expect(events).toEqual([]);
  });

  test('their members are shown to the team; of the locked ones the moderators alone', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob', 'robot');
    const open = await teamRoom(server, team, 'alice');
    const locked = await teamRoom(server, team, 'alice', { isLocked: true });
    for (const room of [open, locked]) {
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('robot') });
    }
    const members = async (who: Name, room: Room) => {
      const path = `/v1/memberships?roomId=${room.id}`;
      const { items } = await server.as(who).ok<{ items: Membership[] }>('GET', path);
      return items.map((member) => member.personId);
    };
    const all = [personId('alice'), personId('robot')];
    expect(await members('bob', open)).toEqual(all);
    expect(await members('bob', locked)).toEqual([personId('alice')]);
    expect(await members('robot', locked)).toEqual(all);
    const named = `/v1/memberships?roomId=${locked.id}&personId=${personId('robot')}`;
    expect(await server.as('bob').ok('GET', named)).toEqual({ items: [] });
    expect(await server.as('dave').get(`/v1/memberships?roomId=${open.id}`)).toMatchObject(noRoom);
    expect(await server.as('bob').get(`/v1/memberships/${membershipId(open, 'alice')}`)).toMatchObject({ status: 404 });
  });
});

describe('a room that joins a team', () => {
  test('shows its team from then on, keeps its members, and is told as updated', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await server.room('Older than its team', 'alice', 'dave');
    let moved: Room | undefined;
    const events = await logged(server, async () => {
      moved = await server.as('alice').ok<Room>('PUT', `/v1/rooms/${room.id}`, { teamId: team.id });
    });
    expect(events).toEqual(['rooms/updated group']);
    const { lastActivity: _, ...before } = room;
    expect(moved).toMatchObject({ ...before, teamId: team.id });
    expect(await server.as('dave').ok('GET', `/v1/rooms/${room.id}`)).toEqual(moved);
    expect(await listed(server, 'bob', team)).toContain(room.id);
    // Whoever is in the room and not in the team finds it by the team as well.
    expect(await listed(server, 'dave', team)).toEqual([room.id]);
    expect(await server.as('dave').get(`/v1/teams/${team.id}`)).toMatchObject(noTeam);
  });

  test('cannot leave it, or move to another (TEAM-2)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const other = await teamOf(server, 'alice');
    const room = await teamRoom(server, team, 'alice');
    const hasTeam = refused('The room belongs to another team, and cannot be moved.');
    for (const id of [room.id, generalRoomId(team)]) {
      expect(await server.as('alice').put(`/v1/rooms/${id}`, { teamId: other.id })).toMatchObject(hasTeam);
    }
    const events = await logged(server, async () => {
      for (const teamId of [team.id, null]) {
        expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { teamId })).toEqual(room);
      }
    });
    expect(events).toEqual([]);
  });

  test('has moderators who are in the team; whoever moves it is in the team and may change the room', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const alice = server.as('alice');
    const room = await server.room('With a stranger', 'alice', 'dave', 'bob');
    const path = `/v1/rooms/${room.id}`;
    expect(await server.as('dave').put(path, { teamId: team.id })).toMatchObject(noTeam);

    await alice.ok('PUT', `/v1/memberships/${membershipId(room, 'dave')}`, { isModerator: true });
    expect(await alice.put(path, { teamId: team.id })).toMatchObject(
      refused('Every moderator of the room must be a member of the team.'),
    );
    expect(await server.as('bob').put(path, { teamId: team.id })).toMatchObject({ status: 403 });
    expect((await alice.ok<Room>('GET', path)).teamId).toBeUndefined();

    await alice.ok('PUT', `/v1/memberships/${membershipId(room, 'dave')}`, { isModerator: false });
    expect(await alice.ok('PUT', path, { teamId: team.id })).toMatchObject({ teamId: team.id });
  });

  test('is locked and moved at once: the lock comes first, and one event tells of both', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const room = await server.room('Both', 'alice');
    const change = { isLocked: true, teamId: team.id, title: 'Moved' };
    expect(await logged(server, () => server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, change))).toEqual([
      'memberships/updated alice moderator',
      'rooms/updated group locked',
    ]);
  });

  test('is no 1:1 room (MOD-8)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice');
    const body = { toPersonId: personId('bob'), text: 'hi' };
    const { roomId } = await server.as('alice').ok<{ roomId: string }>('POST', '/v1/messages', body);
    expect(await server.as('alice').put(`/v1/rooms/${roomId}`, { teamId: team.id })).toMatchObject({ status: 400 });
  });
});

describe('deleting a room of a team', () => {
  test('archives it: it is gone, its messages are kept, the team stays', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice');
    await join(server, 'bob', room);
    const message = await server.as('bob').say(room, 'last words');
    expect(await logged(server, () => server.as('bob').ok('DELETE', `/v1/rooms/${room.id}`))).toEqual([
      'memberships/deleted alice by bob',
      'memberships/deleted bob',
    ]);
    for (const path of [`/v1/rooms/${room.id}`, `/v1/messages/${message.id}`, `/v1/memberships?roomId=${room.id}`]) {
      expect(await server.as('alice').get(path), path).toMatchObject({ status: 404 });
    }
    expect(await listed(server, 'alice', team)).toEqual([generalRoomId(team)]);
    expect(await join(server, 'alice', room)).toMatchObject(noRoom);
    const { query } = server.app.db.reader;
    expect(await query.selectFrom('messages').select('uuid').execute()).toHaveLength(1);
    await server.as('alice').ok('DELETE', `/v1/teams/${team.id}`);
  });

  test('whoever may not delete a locked one leaves it instead (MOD-7)', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice', { isLocked: true });
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('bob') });
    expect(await logged(server, () => server.as('bob').ok('DELETE', `/v1/rooms/${room.id}`))).toEqual([
      'memberships/deleted bob',
    ]);
    expect(await server.as('bob').get(`/v1/teams/${team.id}`)).toMatchObject({ status: 200 });
    await server.as('alice').ok('DELETE', `/v1/team/memberships/${teamMembershipId(team, 'bob')}`);
  });
});
