import { ApiError } from '../core/errors.ts';
import type { MemberView } from './store.ts';

/** MOD-2, MOD-8: who may change a room's title and settings. */
export function mayChangeRoom(room: MemberView): void {
  if (room.type === 'direct') throw new ApiError('directRoomFixed', { action: 'changing its settings' });
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
