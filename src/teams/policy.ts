import { ApiError } from '../core/errors.ts';
import type { MemberView } from '../rooms/index.ts';

/** TEAM-4: moderators of the General room are those of the team. One that has lost all of them is everybody's (MOD-1). */
export function mayChangeTeam(general: MemberView): void {
  if (general.isLocked === 1 && general.isModerator === 0) throw new ApiError('teamModeratorsOnly');
}
