import type { Team } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import type { MemberView } from '../rooms/index.ts';

/** Spec 3.7, from the General room that stands for the team. */
export function presentTeam(general: MemberView): Team {
  return {
    id: publicId('TEAM', general.uuid),
    name: general.title,
    ...(general.description !== null && { description: general.description }),
    created: isoTime(general.createdAt),
    creatorId: publicId('PEOPLE', general.creatorUuid),
  };
}
