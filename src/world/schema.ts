import { z } from 'zod';
import { FaultFields, FaultPresetFields } from '../contract/index.ts';
import { typeOfAddress } from '../people/index.ts';
import { contradictions } from './contradictions.ts';

/** Who and what a development server begins with. docs/reference/world.md explains the fields. */

const text = z
  .string({
    error: ({ input }) => (input === undefined ? 'is missing.' : 'must be text (in YAML, put quotes around it).'),
  })
  .min(1, 'must not be empty.');
const email = text.toLowerCase().regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address.');
const role = z.enum(['admin', 'compliance'], 'must be admin or compliance.');

const Organization = z.strictObject({ key: text, name: text });

const Person = z
  .strictObject({
    email,
    displayName: text,
    type: z.enum(['person', 'bot'], 'must be person or bot.').optional(),
    /** Key of an organization; absent: the first one. */
    org: text.optional(),
    /** Absent: one is made. */
    token: text.regex(/^\S+$/, 'must not contain white space.').optional(),
    roles: z.array(role).default([]),
    /** Of the token; absent: all that the person may do. */
    scopes: z.array(text).optional(),
    firstName: text.optional(),
    lastName: text.optional(),
    nickName: text.optional(),
    avatar: z.url('must be a URL.').optional(),
  })
  .transform(({ type, ...person }) => ({ ...person, type: type ?? typeOfAddress(person.email) }));

/** What both rooms and teams say of who is in them. */
const memberLists = {
  members: z.array(email).default([]),
  /** Members too. */
  moderators: z.array(email).default([]),
};

const Team = z
  .strictObject({ name: text, ...memberLists, description: text.optional() })
  .transform(({ members, ...team }) => ({ ...team, members: [...new Set([...team.moderators, ...members])] }));

const Room = z
  .strictObject({
    title: text,
    /** Name of a team; it is a room of that team. */
    team: text.optional(),
    /** One moderator locks the room (MOD-1). */
    ...memberLists,
    description: text.optional(),
    isPublic: z.boolean().default(false),
    isAnnouncementOnly: z.boolean().default(false),
  })
  .transform(({ members, ...room }) => ({ ...room, members: [...new Set([...room.moderators, ...members])] }));

const Message = z.strictObject({
  /** Title of a room, or the name of a team for its General room. */
  room: text.optional(),
  /** In place of a room: to whom, in the 1:1 room of the two. */
  to: email.optional(),
  from: email,
  text: text.optional(),
  markdown: text.optional(),
  html: text.optional(),
});

const Webhook = z.strictObject({
  owner: email,
  name: text,
  targetUrl: text,
  resource: text,
  event: text,
  filter: text.optional(),
  secret: text.optional(),
});

/** As the API takes them; people go by their addresses here. */
const Fault = FaultFields.omit({ personId: true }).strict();
const FaultPreset = FaultPresetFields.omit({ personId: true }).strict();
const secret = text.regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without blanks.');

const Integration = z.strictObject({
  /** What tokens refer to. */
  name: text,
  owner: email,
  description: text.optional(),
  /** Absent: it follows from the name. */
  clientId: text.regex(/^C[0-9a-f]{64}$/, 'must be C and 64 hexadecimal digits.').optional(),
  clientSecret: secret,
  redirectUris: z.array(text).min(1, 'must name at least one.'),
  scopes: z.array(text).min(1, 'must name at least one.'),
});

/** A further token of somebody. */
const Token = z.strictObject({
  person: email,
  token: text.regex(/^\S+$/, 'must not contain white space.'),
  /** Absent: all that the person may do, or all that the integration is registered with. */
  scopes: z.array(text).optional(),
  /** Name of an integration that it was given to, as if the person had allowed it. */
  integration: text.optional(),
  refreshToken: secret.optional(),
});

const Lists = z.strictObject({
  organizations: z
    .array(Organization)
    .min(1, 'must name at least one.')
    .default([{ key: 'hearth', name: 'Hearth' }]),
  people: z.array(Person).default([]),
  teams: z.array(Team).default([]),
  rooms: z.array(Room).default([]),
  messages: z.array(Message).default([]),
  webhooks: z.array(Webhook).default([]),
  faults: z.array(Fault).default([]),
  faultPresets: z.array(FaultPreset).default([]),
  integrations: z.array(Integration).default([]),
  tokens: z.array(Token).default([]),
});

export type Lists = z.output<typeof Lists>;

export const World = Lists.superRefine((world, context) => {
  for (const { path, message } of contradictions(world)) context.addIssue({ code: 'custom', path, message });
});

export type World = z.output<typeof World>;
