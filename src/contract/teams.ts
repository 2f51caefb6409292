import { z } from 'zod';
import { cursorParameter, descriptionText, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.7. */
export const Team = z
  .object({
    id: publicIdText,
    name: z.string(),
    description: z.string().optional(),
    created: timestamp,
    creatorId: publicIdText,
  })
  .meta({ id: 'Team' });
export type Team = z.output<typeof Team>;

export const TeamList = listOf(Team);

const name = z
  .string({ error: 'name cannot be empty' })
  .max(1024, 'name is longer than 1024 characters.')
  .refine((text) => text.trim() !== '', 'name cannot be empty');

export const TeamCreate = z.object({ name, description: descriptionText.optional() });
export type TeamCreate = z.output<typeof TeamCreate>;

/** Every field is optional (spec 10, row 5). */
export const TeamUpdate = TeamCreate.partial();
export type TeamUpdate = z.output<typeof TeamUpdate>;

export const TeamsQuery = z.object({ max: maxParameter(100, 1000), cursor: cursorParameter });
export type TeamsQuery = z.output<typeof TeamsQuery>;
