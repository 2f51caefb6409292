import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { isGeneralRoom, type MemberView, type RoomInReach } from '../rooms/index.ts';
import { memberships, type MembershipRow } from './store.ts';

/** MOD-2, MOD-8: inviting and removing others. */
export function mayChangeMembers(room: RoomInReach, action: string): void {
  if (room.type === 'direct') throw new ApiError('directRoomFixed', { action });
  if (room.isLocked === 1 && room.isModerator === 0 && !room.isOfficer) throw new ApiError('moderatorsOnly');
}

/** MOD-2, MOD-8: in an open room anybody may make the first moderator. */
export function mayChangeModerators(room: RoomInReach): void {
  mayChangeMembers(room, 'moderation');
}

/** Only one's own view of a 1:1 room can be hidden. */
export function mayHide(caller: Caller, room: MemberView, member: MembershipRow): void {
  if (room.type !== 'direct' || member.personId !== caller.personId) throw new ApiError('hideGroupRoom');
}

/** Whoever may join a room uninvited does not become its moderator by it, unless the room has none. */
export function mayJoinAs(room: MemberView, isModerator: boolean): void {
  if (isModerator && room.isLocked === 1) throw new ApiError('moderatorsOnly');
}

/** Spec 3.3: to the rooms of a team its members can be added; who is added to the General room becomes one (ID-7). */
export async function mustBeInTeam(reader: Reader, room: MemberView, person: { uuid: string }): Promise<void> {
  if (room.teamUuid === null || isGeneralRoom(room)) return;
  if (!(await memberships.find(reader, room.teamUuid, person.uuid))) throw new ApiError('notInTeam');
}

/** Spec 3.8: a team keeps a moderator. To be asked before the role ends. */
export async function mustKeepModerator(reader: Reader, room: MemberView, member: MembershipRow): Promise<void> {
  if (await isLastModerator(reader, room, member)) throw new ApiError('lastTeamModerator');
}

/** Before the membership ends. Whoever is alone may go: there is nobody to be made a moderator (spec 13: clients do it). */
export async function mustLeaveModerator(reader: Reader, room: MemberView, member: MembershipRow): Promise<void> {
  if (!(await isLastModerator(reader, room, member))) return;
  if ((await memberships.ofRoom(reader, room.id)).length > 1) throw new ApiError('lastTeamModerator');
}

async function isLastModerator(reader: Reader, room: MemberView, { isModerator }: MembershipRow): Promise<boolean> {
  if (!isGeneralRoom(room) || isModerator === 0) return false;
  return (await memberships.moderatorsOf(reader, room.id)).length === 1;
}
