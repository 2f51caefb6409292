import type { TeamMembership } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import { membershipKey, publicId } from '../core/ids.ts';
import type { MembershipRow } from '../memberships/index.ts';

/** Spec 3.8, from the membership of the General room. */
export function presentTeamMembership(row: MembershipRow): TeamMembership {
  return {
    id: publicId('TEAM_MEMBERSHIP', membershipKey(row.personUuid, row.roomUuid)),
    teamId: publicId('TEAM', row.roomUuid),
    personId: publicId('PEOPLE', row.personUuid),
    personEmail: row.personEmail,
    personDisplayName: row.personDisplayName,
    personOrgId: publicId('ORGANIZATION', row.personOrgUuid),
    isModerator: row.isModerator === 1,
    created: isoTime(row.createdAt),
  };
}
