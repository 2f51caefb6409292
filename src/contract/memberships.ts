import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.3; also the `data` of every memberships webhook. */
export const Membership = z
  .object({
    id: publicIdText,
    roomId: publicIdText,
    roomType: z.enum(['direct', 'group']),
    personId: publicIdText,
    personEmail: z.string(),
    personDisplayName: z.string(),
    personOrgId: publicIdText,
    isModerator: z.boolean(),
    isMonitor: z.boolean(),
    isRoomHidden: z.boolean(),
    created: timestamp,
  })
  .meta({ id: 'Membership' });
export type Membership = z.output<typeof Membership>;

export const MembershipList = listOf(Membership);

export const MembershipCreate = z.object({
  roomId: z.string({ error: 'roomId cannot be null' }),
  personId: idInput.optional(),
  personEmail: z.string().optional(),
  isModerator: z.boolean().optional(),
});
export type MembershipCreate = z.output<typeof MembershipCreate>;

export const MembershipUpdate = z.object({
  isModerator: z.boolean().optional(),
  isRoomHidden: z.boolean().optional(),
});
export type MembershipUpdate = z.output<typeof MembershipUpdate>;

export const MembershipsQuery = z.object({
  roomId: idInput.optional(),
  personId: idInput.optional(),
  personEmail: z.string().optional(),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type MembershipsQuery = z.output<typeof MembershipsQuery>;
