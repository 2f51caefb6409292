import { z } from 'zod';
import { cursorParameter, flagParameter, idInput, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 3.6 */
const PhoneNumber = z.object({
  type: z.enum(['work', 'work_extension', 'mobile', 'fax']),
  value: z.string().max(256, 'A phone number is longer than 256 characters.'),
  primary: z.boolean().optional(),
});

const text = (field: string) => z.string().max(1024, `${field} is longer than 1024 characters.`);
const few = <T extends z.ZodType>(field: string, item: T) =>
  z.array(item).max(50, `${field} has more than 50 entries.`);

const Address = z.object({
  type: text('type').optional(),
  country: text('country').optional(),
  locality: text('locality').optional(),
  region: text('region').optional(),
  streetAddress: text('streetAddress').optional(),
  postalCode: text('postalCode').optional(),
});

/** What an administrator says of a person and nothing on this server asks for. */
export const Profile = z.object({
  phoneNumbers: few('phoneNumbers', PhoneNumber).optional(),
  extension: text('extension').optional(),
  department: text('department').optional(),
  manager: text('manager').optional(),
  managerId: idInput.optional(),
  title: text('title').optional(),
  addresses: few('addresses', Address).optional(),
  siteUrls: few('siteUrls', text('siteUrls')).optional(),
  timezone: text('timezone').optional(),
});
export type Profile = z.output<typeof Profile>;

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
    ...Profile.shape,
    locationId: z.string().optional(),
    created: timestamp,
    lastModified: timestamp,
    lastActivity: timestamp.optional(),
    status: z.enum(['active', 'inactive', 'pending', 'unknown']).optional(),
    invitePending: z.boolean().optional(),
    loginEnabled: z.boolean().optional(),
    type: z.enum(['person', 'bot', 'appuser']),
  })
  .meta({ id: 'Person' });
export type Person = z.output<typeof Person>;

export const PersonList = listOf(Person).extend({ notFoundIds: z.array(z.string()).optional() });

/** `minResponse=true` */
const PersonReference = z.object({ id: publicIdText });

export const PersonOrReference = z.union([Person, PersonReference]);

const emails = z
  .array(
    z
      .string()
      .max(320, 'An e-mail address is longer than 320 characters.')
      .regex(/^[^\s@]+@[^\s@]+$/, 'emails has something in it that is no e-mail address.'),
    { error: 'emails must be a list with one address.' },
  )
  .length(1, 'emails must be a list with one address.');

export const PersonCreate = Profile.extend({
  emails,
  displayName: text('displayName').optional(),
  firstName: text('firstName').optional(),
  lastName: text('lastName').optional(),
  nickName: text('nickName').optional(),
  avatar: text('avatar')
    .regex(/^https?:\/\/\S+$/i, 'avatar must be an http or https URL.')
    .optional(),
  locationId: text('locationId').optional(),
  orgId: idInput.optional(),
  roles: few('roles', z.string()).optional(),
  licenses: few('licenses', z.string()).optional(),
  loginEnabled: z.boolean().optional(),
});
export type PersonCreate = z.output<typeof PersonCreate>;

/** The whole person: what is left out is taken away, but for the address and what the person may do. */
export const PersonUpdate = PersonCreate.extend({
  emails: emails.optional(),
  displayName: text('displayName').refine((name) => name.trim() !== '', 'displayName is empty.'),
});
export type PersonUpdate = z.output<typeof PersonUpdate>;

export const PersonWriteQuery = z.object({ minResponse: flagParameter });
export type PersonWriteQuery = z.output<typeof PersonWriteQuery>;

export const PeopleQuery = z.object({
  email: z.string().optional(),
  displayName: z.string().optional(),
  id: z.string().optional().meta({ description: 'Up to 85 ids, separated by commas.' }),
  orgId: z.string().optional(),
  roles: z.string().optional().meta({ description: 'Ids of roles, separated by commas; for administrators.' }),
  locationId: z.string().optional(),
  callingData: flagParameter,
  excludeStatus: flagParameter,
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type PeopleQuery = z.output<typeof PeopleQuery>;
