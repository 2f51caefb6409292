import type { Room, Team, TeamMembership } from '../../src/contract/index.ts';
import { publicId } from '../../src/core/ids.ts';
import { type Name, personId, personUuid, type TestServer } from './server.ts';

/** A team that `creator` moderates; the others are plain members. */
export async function teamOf(server: TestServer, creator: Name, ...others: Name[]): Promise<Team> {
  const team = await server.as(creator).ok<Team>('POST', '/v1/teams', { name: 'Build Squad' });
  for (const name of others) await addToTeam(server, team, creator, name);
  return team;
}

export function addToTeam(server: TestServer, team: Team, by: Name, who: Name): Promise<TeamMembership> {
  const body = { teamId: team.id, personId: personId(who) };
  return server.as(by).ok<TeamMembership>('POST', '/v1/team/memberships', body);
}

export function teamRoom(server: TestServer, team: Team, by: Name, settings: object = {}): Promise<Room> {
  return server.as(by).ok<Room>('POST', '/v1/rooms', { title: 'Of the team', teamId: team.id, ...settings });
}

/** ID-7: the same UUID. */
export function generalRoomId(team: Team): string {
  return publicId('ROOM', uuidOf(team));
}

export function teamMembershipId(team: Team, who: Name): string {
  return publicId('TEAM_MEMBERSHIP', `${personUuid(who)}:${uuidOf(team)}`);
}

export function membershipId(room: { id: string }, who: Name): string {
  return publicId('MEMBERSHIP', `${personUuid(who)}:${uuidOf(room)}`);
}

function uuidOf({ id }: { id: string }): string {
  return Buffer.from(id, 'base64url').toString('latin1').split('/').at(-1) ?? '';
}
