import { z } from 'zod';
import { idInput, listOf, publicIdText, timestamp } from './common.ts';

/** Spec 3.12 */
export const Organization = z
  .object({ id: publicIdText, displayName: z.string(), created: timestamp })
  .meta({ id: 'Organization' });
export type Organization = z.output<typeof Organization>;

export const OrganizationList = listOf(Organization);

export const License = z
  .object({
    id: publicIdText,
    name: z.string(),
    totalUnits: z.number().int().meta({ description: '-1: as many as are wanted.' }),
    consumedUnits: z.number().int().meta({ description: 'People who hold it.' }),
  })
  .meta({ id: 'License' });
export type License = z.output<typeof License>;

export const LicenseList = listOf(License);

export const LicensesQuery = z.object({
  orgId: idInput.optional().meta({ description: 'Your own: there is none of another.' }),
});
export type LicensesQuery = z.output<typeof LicensesQuery>;

export const RoleEntry = z.object({ id: publicIdText, name: z.string() }).meta({ id: 'Role' });
export type RoleEntry = z.output<typeof RoleEntry>;

export const RoleList = listOf(RoleEntry);
