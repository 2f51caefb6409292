import type { RoomUpdate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { RoomInReach } from './reach.ts';
import type { MemberView } from './store.ts';

/** What a compliance officer may set of a room they are not a moderator of (spec 3.2). */
const officersFields: ReadonlySet<string> = new Set(['isAnnouncementOnly', 'description', 'isPublic']);

/** MOD-2, MOD-6, MOD-8: who may change what of a room's title and settings. `changes`: what is not as it was. */
export function mayChangeRoom(room: RoomInReach, changes: ReadonlySet<keyof RoomUpdate>): void {
  if (room.type === 'direct') {
    const readOnlyAlone = changes.size === 1 && changes.has('isReadOnly');
    if (!readOnlyAlone) throw new ApiError('directRoomFixed', { action: 'changing its settings' });
    if (!room.isOfficer) throw new ApiError('officersOnly');
    return;
  }
  if (changes.has('isReadOnly')) throw new ApiError('groupRoomReadOnly');
  if (room.isOfficer && [...changes].every((field) => officersFields.has(field))) return;
  if (!room.isMember) throw new ApiError('officerOutside', { fields: [...officersFields].join(', ') });
  if (room.isLocked === 1 && room.isModerator === 0) throw new ApiError('moderatorsOnly');
}

/** MOD-7: in a locked room, whoever may not delete it leaves instead. */
export function deletingMeansLeaving(room: MemberView): boolean {
  if (room.type === 'direct') throw new ApiError('deleteRoomFailed');
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
