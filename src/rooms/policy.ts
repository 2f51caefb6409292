import type { RoomsQuery } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { RoomChange } from './changes.ts';
import type { RoomInReach } from './reach.ts';
import { isGeneralRoom, type MemberView } from './store.ts';

/** What a compliance officer may set of a room they are not a moderator of (spec 3.2). */
const officersFields: readonly RoomChange[] = ['isAnnouncementOnly', 'description', 'isPublic'];

/** MOD-2, MOD-6, MOD-8: who may change what of a room's title and settings. */
export function mayChangeRoom(room: RoomInReach, changes: readonly RoomChange[]): void {
  if (room.type === 'direct') {
    if (changes.some((field) => field !== 'isReadOnly')) {
      throw new ApiError('directRoomFixed', { action: 'changing its settings' });
    }
    return;
  }
  if (changes.includes('isReadOnly')) throw new ApiError('groupRoomReadOnly');
  if (room.isOfficer && changes.every((field) => officersFields.includes(field))) return;
  if (!room.isMember) throw new ApiError('officerOutside', { fields: officersFields.join(', ') });
  const onlyWithdraws = changes.length === 1 && changes[0] === 'isPublic' && room.isPublic === 1;
  // Any member makes a public room private again (spec 3.2).
  if (room.isLocked === 1 && room.isModerator === 0 && !onlyWithdraws) throw new ApiError('moderatorsOnly');
  const publishes = changes.includes('isPublic') && room.isPublic === 0;
  if (publishes && !room.isOfficer) throw new ApiError('publicByOfficersOnly');
  // A team has a moderator, and its General room follows the team (TEAM-4).
  if (isGeneralRoom(room) && changes.includes('isLocked') && room.isLocked === 1) {
    throw new ApiError('generalRoomFixed', { action: 'opening it' });
  }
}

/** MOD-7: in a locked room, whoever may not delete it leaves instead. */
export function deletingMeansLeaving(room: MemberView): boolean {
  if (room.type === 'direct') throw new ApiError('deleteRoomFailed');
  if (isGeneralRoom(room)) throw new ApiError('generalRoomFixed', { action: 'deleting it without the team' });
  return room.isLocked === 1 && room.isModerator === 0;
}

/** Spec 3.2: an announcement room is locked, a public room is described. */
export function settingsMustFit(settings: {
  isLocked: boolean;
  isAnnouncementOnly: boolean;
  isPublic: boolean;
  description: string | null;
}): void {
  if (settings.isAnnouncementOnly && !settings.isLocked) throw new ApiError('roomNotLocked');
  if (settings.isPublic && !settings.description) throw new ApiError('descriptionMissing');
}

/** Spec 3.2: what goes with `orgPublicSpaces`, and what does not. */
export function publicRoomsStandAlone(query: RoomsQuery): void {
  const isPublicList = query.orgPublicSpaces === 'true';
  const misplaced = (isPublicList ? notOfPublicRooms : ofPublicRooms).find((field) => query[field] !== undefined);
  if (misplaced) throw new ApiError(isPublicList ? 'publicRoomsAlone' : 'publicRoomsOnly', { field: misplaced });
}

const notOfPublicRooms = ['teamId', 'type', 'sortBy'] as const;
const ofPublicRooms = ['from', 'to'] as const;
