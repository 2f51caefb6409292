import { ApiError } from '../core/errors.ts';
import type { MemberView } from '../rooms/index.ts';

/** MOD-2: tabs are a setting of the room, which its lock keeps for moderators. Both people of a 1:1 room have them. */
export function mayChangeTabs(room: MemberView): void {
  if (room.isLocked === 1 && room.isModerator === 0) throw new ApiError('moderatorsOnly');
}

/** Spec 3.11: clients open it in the room, so it has to be https. */
export function urlMustBeSafe(contentUrl: string): void {
  // URL.canParse forgives blanks and line breaks, and a missing `//`.
  if (!/^https:\/\/\S+$/i.test(contentUrl) || !URL.canParse(contentUrl)) throw new ApiError('tabUrlInvalid');
}
