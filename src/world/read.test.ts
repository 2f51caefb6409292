import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseWorld, readWorld } from './read.ts';
import { standardWorld } from './standard.ts';

const team = `
organizations: [{ key: acme, name: Acme }, { key: elsewhere, name: Elsewhere }]
people:
  - { email: User1@Acme.example, displayName: User One, org: acme, token: User1TokenAAAA01, roles: [admin] }
  - { email: helper@webex.bot, displayName: Helper, type: bot, org: acme, token: BotTokenAAAA20 }
rooms: [{ title: Demo, members: [user1@acme.example, helper@webex.bot], moderators: [user1@acme.example] }]
messages: [{ room: Demo, from: user1@acme.example, markdown: "**hi**" }]
webhooks: [{ owner: helper@webex.bot, name: all, targetUrl: "http://127.0.0.1:3978/", resource: all, event: all }]
`;

describe('a world file', () => {
  test('in YAML', () => {
    const world = parseWorld(team, 'team.yaml');
    expect(world.people.map(({ email, type, roles }) => ({ email, type, roles }))).toEqual([
      { email: 'user1@acme.example', type: 'person', roles: ['admin'] },
      { email: 'helper@webex.bot', type: 'bot', roles: [] },
    ]);
    expect(world.rooms).toMatchObject([{ title: 'Demo', members: ['user1@acme.example', 'helper@webex.bot'] }]);
  });

  test('in JSON, indented by tabs', () => {
    const json = JSON.stringify({ people: [{ email: 'a@b.example', displayName: 'A' }] }, undefined, '\t');
    expect(parseWorld(json, 'team.json').people).toMatchObject([
      { email: 'a@b.example', displayName: 'A', type: 'person' },
    ]);
  });

  test('may say little: bots are known by their addresses, moderators are members', () => {
    const world = parseWorld(
      `people: [{ email: b@webex.bot, displayName: B }]\nrooms: [{ title: R, moderators: [b@webex.bot] }]`,
      'w',
    );
    expect(world.people[0]?.type).toBe('bot');
    expect(world.rooms[0]?.members).toEqual(['b@webex.bot']);
    expect(world.organizations).toHaveLength(1);
  });

  test('has teams, whose moderators are members', () => {
    const people = 'people: [{ email: a@b.c, displayName: A }, { email: c@b.c, displayName: C }]';
    const moderated = parseWorld(`${people}\nteams: [{ name: T, members: [a@b.c], moderators: [c@b.c] }]`, 'w');
    expect(moderated.teams).toMatchObject([{ members: ['c@b.c', 'a@b.c'], moderators: ['c@b.c'] }]);
  });

  test.each([
    ['teams: [{ name: T }]', 'teams[0].members: must name at least one person.'],
    ['teams: [{ name: T, members: [x@b.c] }]', 'teams[0].members: "x@b.c" is not one of the people.'],
    ['teams: [{ name: T, rooms: [] }]', 'teams[0].rooms: is not a field that the world file knows.'],
    [
      'teams: [{ name: T, members: [a@b.c] }, { name: T, members: [a@b.c] }]',
      'teams[1].name: is the same as teams[0].name.',
    ],
    ['rooms: [{ title: R, team: T, members: [a@b.c] }]', 'rooms[0].team: "T" is not the name of a team.'],
    [
      'teams: [{ name: T, members: [a@b.c] }]\nrooms: [{ title: T, members: [a@b.c] }]',
      'rooms[0].title: is the name of a team, whose General room bears it.',
    ],
    [
      'teams: [{ name: T, members: [a@b.c] }]\nrooms: [{ title: R, team: T, members: [a@b.c, c@b.c] }]',
      'rooms[0].members: "c@b.c" is not a member of the team "T".',
    ],
    [
      'teams: [{ name: T, members: [a@b.c] }]\nmessages: [{ room: T, from: c@b.c, text: x }]',
      'messages[0].from: "c@b.c" is not a member of "T".',
    ],
  ])('team: %s', (text, complaint) => {
    const people = 'people: [{ email: a@b.c, displayName: A }, { email: c@b.c, displayName: C }]';
    expect(() => parseWorld(`${people}\n${text}`, 'w')).toThrow(complaint);
  });

  test('may say what fails from the beginning', () => {
    const world = parseWorld(
      `people: [{ email: b@webex.bot, displayName: B }]
faults: [{ path: "/v1/rooms/*", personEmail: B@webex.bot, status: 503, nth: 2 }]
faultPresets: [{ preset: 429-storm, times: 5 }]`,
      'w',
    );
    expect(world.faults).toMatchObject([{ path: '/v1/rooms/*', status: 503, nth: 2, per: 'rule', when: 'before' }]);
    expect(world.faultPresets).toEqual([{ preset: '429-storm', times: 5 }]);
  });

  test('that is missing', async () => {
    await expect(readWorld('/nowhere/team.yaml')).rejects.toThrow('/nowhere/team.yaml: there is no such file.');
  });

  test.each([
    ['', 'w: must be a set of fields.'],
    ['people: 3', 'w:1: people: must be a list.'],
    ['people:\n  - email: a@b.example', 'w:2: people[0].displayName: is missing.'],
    ['people:\n  - { email: nobody, displayName: N }', 'w:2: people[0].email: must be an e-mail address.'],
    [
      'people:\n  - { email: a@b.c, displayName: N, token: 12 }',
      'w:2: people[0].token: must be text (in YAML, put quotes',
    ],
    ['people:\n  - { email: a@b.c, displayName: N, token: "a b" }', 'people[0].token: must not contain white space.'],
    [
      'people:\n  - { email: a@b.c, displayName: N, roles: [king] }',
      'people[0].roles[0]: must be admin or compliance.',
    ],
    ['people:\n  - email: a@b.c\n    displayName: N\n    rolse: [admin]', 'w:4: people[0].rolse: is not a field'],
    ['people: []\nrooom: []', 'w:2: rooom: is not a field that the world file knows.'],
    [
      'people:\n  - { email: a@b.c, displayName: N, org: x }',
      'w:2: people[0].org: "x" is not the key of an organization.',
    ],
    [
      'people:\n  - { email: a@b.c, displayName: N }\n  - { email: A@B.C, displayName: M }',
      'w:3: people[1].email: is the same as people[0].email.',
    ],
    [
      'people:\n  - { email: a@b.c, displayName: N, token: T }\n  - { email: b@b.c, displayName: M, token: T }',
      'w:3: people[1].token: is the same as people[0].token.',
    ],
    ['rooms:\n  - { title: R, members: [a@b.c] }', 'w:2: rooms[0].members: "a@b.c" is not one of the people.'],
    ['rooms:\n  - { title: R }', 'w:2: rooms[0].members: must name at least one person.'],
    [
      'webhooks:\n  - { owner: a@b.c, name: n, targetUrl: u, resource: all, event: all }',
      'webhooks[0].owner: "a@b.c" is not',
    ],
    ['faults:\n  - { path: /v1/rooms }', 'w:2: faults[0]: Say what goes wrong'],
    ['faults:\n  - { status: 1 }', 'w:2: faults[0].status: status must be a whole number from 200 to 599.'],
    ['faults:\n  - { status: 500, personEmail: a@b.c }', 'faults[0].personEmail: "a@b.c" is not one of the people.'],
    ['faults:\n  - { status: 500, personId: x }', 'faults[0].personId: is not a field'],
    ['faultPresets:\n  - { preset: rain }', 'w:2: faultPresets[0].preset'],
    ['people: [\n', 'w:'],
  ])('%j: %s', (text, complaint) => {
    expect(() => parseWorld(text, 'w')).toThrow(complaint);
  });

  test.each([
    ['{ from: a@b.c, room: Nowhere, text: x }', 'messages[0].room: "Nowhere" is not the title of a room.'],
    ['{ from: c@b.c, room: R, text: x }', 'messages[0].from: "c@b.c" is not a member of "R".'],
    ['{ from: a@b.c, room: R }', 'messages[0]: must have text, markdown or html.'],
    ['{ from: a@b.c, text: x }', 'messages[0]: must have either room or to.'],
    ['{ from: a@b.c, room: R, to: c@b.c, text: x }', 'messages[0]: must have either room or to.'],
    ['{ from: a@b.c, to: A@b.c, text: x }', 'messages[0].to: is the author'],
  ])('message %s', (message, complaint) => {
    const people = 'people: [{ email: a@b.c, displayName: A }, { email: c@b.c, displayName: C }]';
    expect(() => parseWorld(`${people}\nrooms: [{ title: R, members: [a@b.c] }]\nmessages: [${message}]`, 'w')).toThrow(
      complaint,
    );
  });

  test('every complaint is told, each on a line of its own', () => {
    const text = 'people:\n  - { email: nobody, displayName: N }\n  - { email: a@b.c, displayName: "" }';
    expect(() => parseWorld(text, 'w')).toThrow(
      'w:2: people[0].email: must be an e-mail address.\nw:3: people[1].displayName: must not be empty.',
    );
  });
});

test('the built-in world has somebody for every part', () => {
  const { people, organizations, rooms } = standardWorld;
  expect(organizations).toHaveLength(2);
  expect(people.filter(({ type }) => type === 'bot')).toHaveLength(2);
  expect(people.flatMap(({ roles }) => roles).toSorted()).toEqual(['admin', 'compliance']);
  expect(rooms.map(({ title }) => title)).toEqual(['Demo']);
});

test('the example of the reference can be read', async () => {
  const page = await readFile(path.join(import.meta.dirname, '../../docs/reference/world.md'), 'utf8');
  const example = /```yaml\n([^`]+)```/.exec(page)?.[1] ?? '';
  expect(parseWorld(example, 'example').people.length).toBeGreaterThan(0);
});
