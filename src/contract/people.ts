import { z } from 'zod';
import { cursorParameter, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.6. */
export const Person = z
  .object({
    id: publicIdText,
    emails: z.array(z.string()),
    displayName: z.string(),
    nickName: z.string().optional(),
    firstName: z.string().optional(),
    lastName: z.string().optional(),
    userName: z.string().optional(),
    avatar: z.string().optional(),
    orgId: publicIdText,
    roles: z.array(z.string()).optional(),
    licenses: z.array(z.string()).optional(),
    created: timestamp,
    lastModified: timestamp,
    status: z.enum(['active', 'inactive', 'unknown']).optional(),
    invitePending: z.boolean().optional(),
    loginEnabled: z.boolean().optional(),
    type: z.enum(['person', 'bot', 'appuser']),
  })
  .meta({ id: 'Person' });
export type Person = z.output<typeof Person>;

export const PersonList = listOf(Person).extend({ notFoundIds: z.array(z.string()).optional() });

export const PeopleQuery = z.object({
  email: z.string().optional(),
  displayName: z.string().optional(),
  id: z.string().optional().meta({ description: 'Up to 85 ids, separated by commas.' }),
  orgId: z.string().optional(),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type PeopleQuery = z.output<typeof PeopleQuery>;
