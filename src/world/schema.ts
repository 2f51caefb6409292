import { z } from 'zod';
import { faultContradictions, FaultFields, FaultPresetFields } from '../contract/index.ts';
import { typeOfAddress } from '../people/index.ts';

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

export const World = Lists.superRefine((world, context) => {
  for (const { path, message } of contradictions(world)) context.addIssue({ code: 'custom', path, message });
});

export type World = z.output<typeof World>;

type MemberLists = Pick<z.output<typeof Room>, 'members' | 'moderators'>;

interface Contradiction {
  path: (string | number)[];
  message: string;
}

/** What no field can know by itself: names that are used twice, or that nothing bears. */
function* contradictions(world: z.output<typeof Lists>): Generator<Contradiction> {
  yield* repeated('organizations', 'key', world.organizations, ({ key }) => key);
  yield* repeated('people', 'email', world.people, (person) => person.email);
  yield* repeated('people', 'token', world.people, ({ token }) => token);
  yield* repeated('teams', 'name', world.teams, ({ name }) => name);
  yield* repeated('rooms', 'title', world.rooms, ({ title }) => title);

  const orgs = new Set(world.organizations.map(({ key }) => key));
  const people = new Set(world.people.map((person) => person.email));
  const teams = new Map(world.teams.map((team) => [team.name, team]));
  const rooms = new Map<string, { members: readonly string[] }>([
    ...teams,
    ...world.rooms.map((room) => [room.title, room] as const),
  ]);
  const unknownPerson = (path: Contradiction['path'], address: string): Contradiction[] =>
    people.has(address) ? [] : [{ path, message: `"${address}" is not one of the people.` }];

  for (const [at, { org }] of world.people.entries()) {
    if (org !== undefined && !orgs.has(org)) {
      yield { path: ['people', at, 'org'], message: `"${org}" is not the key of an organization.` };
    }
  }
  const unknownMembers = function* (path: Contradiction['path'], { members, moderators }: MemberLists) {
    const isModerator = new Set(moderators);
    const others = members.filter((member) => !isModerator.has(member));
    for (const member of others) yield* unknownPerson([...path, 'members'], member);
    for (const moderator of moderators) yield* unknownPerson([...path, 'moderators'], moderator);
    if (members.length === 0) yield { path: [...path, 'members'], message: 'must name at least one person.' };
  };
  for (const [at, team] of world.teams.entries()) yield* unknownMembers(['teams', at], team);
  for (const [at, room] of world.rooms.entries()) {
    const path = ['rooms', at];
    yield* unknownMembers(path, room);
    if (teams.has(room.title)) {
      yield { path: [...path, 'title'], message: 'is the name of a team, whose General room bears it.' };
    }
    const team = room.team === undefined ? undefined : teams.get(room.team);
    if (room.team !== undefined && !team) {
      yield { path: [...path, 'team'], message: `"${room.team}" is not the name of a team.` };
    }
    for (const member of team ? room.members.filter((address) => !team.members.includes(address)) : []) {
      yield { path: [...path, 'members'], message: `"${member}" is not a member of the team "${room.team}".` };
    }
    if (room.isPublic && room.description === undefined) {
      yield { path: [...path, 'isPublic'], message: 'needs a description.' };
    }
    if (room.isAnnouncementOnly && room.moderators.length === 0) {
      yield { path: [...path, 'isAnnouncementOnly'], message: 'needs a moderator.' };
    }
  }
  for (const [at, { room: title, to, from, ...content }] of world.messages.entries()) {
    const path = ['messages', at];
    yield* unknownPerson([...path, 'from'], from);
    if (to !== undefined) yield* unknownPerson([...path, 'to'], to);
    if (to === from) yield { path: [...path, 'to'], message: 'is the author: nobody writes to themselves.' };
    if ((title === undefined) === (to === undefined)) yield { path, message: 'must have either room or to.' };
    if (Object.values(content).every((part) => part === undefined)) {
      yield { path, message: 'must have text, markdown or html.' };
    }
    const room = title === undefined ? undefined : rooms.get(title);
    if (title !== undefined && !room)
      yield { path: [...path, 'room'], message: `"${title}" is not the title of a room.` };
    if (room && people.has(from) && !room.members.includes(from)) {
      yield { path: [...path, 'from'], message: `"${from}" is not a member of "${title}".` };
    }
  }
  for (const [at, { owner }] of world.webhooks.entries()) yield* unknownPerson(['webhooks', at, 'owner'], owner);

  for (const [at, fault] of world.faults.entries())
    for (const message of faultContradictions(fault)) yield { path: ['faults', at], message };
  for (const list of ['faults', 'faultPresets'] as const) {
    for (const [at, { personEmail }] of world[list].entries())
      if (personEmail !== undefined) yield* unknownPerson([list, at, 'personEmail'], personEmail.toLowerCase());
  }
  yield* ofClients(world, unknownPerson);
}

function* ofClients(
  { people, integrations, tokens }: z.output<typeof Lists>,
  unknownPerson: (path: Contradiction['path'], address: string) => Contradiction[],
): Generator<Contradiction> {
  yield* repeated('integrations', 'name', integrations, ({ name }) => name);
  yield* repeated('integrations', 'clientId', integrations, ({ clientId }) => clientId);
  yield* repeated('tokens', 'token', tokens, ({ token }) => token);
  const names = new Set(integrations.map(({ name }) => name));
  const ofPeople = new Set(people.map(({ token }) => token));
  for (const [at, { owner }] of integrations.entries()) yield* unknownPerson(['integrations', at, 'owner'], owner);
  for (const [at, { person, token, integration, refreshToken }] of tokens.entries()) {
    const path = ['tokens', at];
    yield* unknownPerson([...path, 'person'], person);
    if (ofPeople.has(token)) yield { path: [...path, 'token'], message: 'is the token of one of the people already.' };
    if (integration !== undefined && !names.has(integration)) {
      yield { path: [...path, 'integration'], message: `"${integration}" is not the name of an integration.` };
    }
    if (refreshToken !== undefined && integration === undefined) {
      yield { path: [...path, 'refreshToken'], message: 'needs an integration.' };
    }
  }
}

function* repeated<T>(
  list: string,
  field: string,
  items: readonly T[],
  nameOf: (item: T) => string | undefined,
): Generator<Contradiction> {
  const first = new Map<string, number>();
  for (const [at, item] of items.entries()) {
    const name = nameOf(item);
    if (name === undefined) continue;
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, at);
    // A token is a secret, so the sentence does not repeat what is repeated.
    else yield { path: [list, at, field], message: `is the same as ${list}[${earlier}].${field}.` };
  }
}
