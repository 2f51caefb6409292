import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { MemberView, RoomInReach } from '../rooms/index.ts';
import type { MembershipRow } from './store.ts';

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
