import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.8. */
export const TeamMembership = z
  .object({
    id: publicIdText,
    teamId: publicIdText,
    personId: publicIdText,
    personEmail: z.string(),
    personDisplayName: z.string(),
    personOrgId: publicIdText,
    isModerator: z.boolean(),
    created: timestamp,
  })
  .meta({ id: 'TeamMembership' });
export type TeamMembership = z.output<typeof TeamMembership>;

export const TeamMembershipList = listOf(TeamMembership);

const teamId = z.string({ error: 'teamId cannot be null' });

export const TeamMembershipCreate = z.object({
  teamId,
  personId: idInput.optional(),
  personEmail: z.string().optional(),
  isModerator: z.boolean().optional(),
});
export type TeamMembershipCreate = z.output<typeof TeamMembershipCreate>;

export const TeamMembershipUpdate = z.object({ isModerator: z.boolean() });
export type TeamMembershipUpdate = z.output<typeof TeamMembershipUpdate>;

export const TeamMembershipsQuery = z.object({
  teamId: z.string({ error: "Required String parameter 'teamId' is not present" }),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type TeamMembershipsQuery = z.output<typeof TeamMembershipsQuery>;
