import { faultContradictions } from '../contract/index.ts';
import type { Lists } from './schema.ts';

interface Contradiction {
  path: (string | number)[];
  message: string;
}

/** What no field can know by itself: names that are used twice, or that nothing bears. */
export function* contradictions(world: Lists): Generator<Contradiction> {
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
  const unknownMembers = function* (
    path: Contradiction['path'],
    { members, moderators }: Pick<Lists['rooms'][number], 'members' | 'moderators'>,
  ) {
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
  { people, integrations, tokens }: Lists,
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
