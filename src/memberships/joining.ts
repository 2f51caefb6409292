import type { NewEvent } from '../core/events.ts';
import type { Writer } from '../db/index.ts';
import { isGeneralRoom, ownRoomsOfTeam, touchRoom, type MemberView } from '../rooms/index.ts';
import { changeRole, followModerators } from './moderation.ts';
import { membershipEvent } from './present.ts';
import { memberships, type MembershipRow } from './store.ts';

type Room = Pick<MemberView, 'id' | 'uuid' | 'type' | 'ownerOrgUuid'>;

/** Someone who is about to join. */
export interface Joiner {
  id: number;
  uuid: string;
  email: string;
  displayName: string;
  orgUuid: string;
}

export interface Joined {
  membership: MembershipRow;
  events: NewEvent[];
}

export async function join(
  tx: Writer,
  room: Room,
  person: Joiner,
  actorUuid: string,
  now: number,
  isModerator: 0 | 1 = 0,
): Promise<Joined> {
  await memberships.insert(tx, { roomId: room.id, personId: person.id, isModerator, createdAt: now });
  const membership = await memberships.find(tx, room.uuid, person.uuid);
  if (!membership) throw new Error('A membership that was just inserted is not there.');
  return { membership, events: [membershipEvent('created', membership, actorUuid, room.ownerOrgUuid)] };
}

/** Brings somebody into a room that is there already; as a moderator in a second step, which is seen too (MOD-4). */
export async function admit(
  tx: Writer,
  found: MemberView,
  person: Joiner,
  { isModerator, actorUuid, now }: { isModerator: boolean; actorUuid: string; now: number },
): Promise<Joined> {
  const room = await touched(tx, found, now);
  const { membership, events } = await join(tx, room, person, actorUuid, now);
  if (!isModerator) return { membership, events };
  const promoted = await changeRole(tx, room, membership, 1, actorUuid);
  return { membership: { ...membership, isModerator: 1 }, events: [...events, ...promoted] };
}

/** A change of members is activity: the room as the events of the change show it. */
export async function touched(tx: Writer, room: MemberView, now: number): Promise<MemberView> {
  await touchRoom(tx, room.id, now);
  return { ...room, lastActivityAt: now };
}

/**
 * Ends a membership of a room that was just touched. The last moderator's going opens the room (spec 3.3); whoever leaves a
 * team's General room leaves all rooms of the team (TEAM-3).
 */
export async function leave(
  tx: Writer,
  room: MemberView,
  member: MembershipRow,
  actorUuid: string,
): Promise<NewEvent[]> {
  await memberships.remove(tx, member.id);
  const left = membershipEvent('deleted', member, actorUuid, room.ownerOrgUuid);
  const events = [left, ...(member.isModerator === 1 ? await followModerators(tx, room, actorUuid) : [])];
  if (isGeneralRoom(room)) events.push(...(await leaveTeamRooms(tx, room, member, actorUuid)));
  return events;
}

async function leaveTeamRooms(
  tx: Writer,
  general: MemberView,
  { personId, personUuid }: MembershipRow,
  actorUuid: string,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const room of await ownRoomsOfTeam(tx, general.id, personId)) {
    const member = await memberships.find(tx, room.uuid, personUuid);
    if (member) events.push(...(await leave(tx, await touched(tx, room, general.lastActivityAt), member, actorUuid)));
  }
  return events;
}

/** Ends every membership of a room that is about to go; the room stays as it is. */
export async function disband(
  tx: Writer,
  { id, ownerOrgUuid }: Pick<MemberView, 'id' | 'ownerOrgUuid'>,
  actorUuid: string,
): Promise<NewEvent[]> {
  const members = await memberships.ofRoom(tx, id);
  await memberships.removeAll(tx, id);
  return members.map((member) => membershipEvent('deleted', member, actorUuid, ownerOrgUuid));
}
