import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { derivedUuid } from '../core/ids.ts';
import { newMasterKey, Vault } from '../core/vault.ts';
import { openSqlite, type Database } from '../db/index.ts';
import { hashToken } from '../http/index.ts';
import { createPerson, findCaller, findPersonByEmail } from '../people/index.ts';
import { parseWorld } from './read.ts';
import { hasWorld, seedWorld } from './seed.ts';
import { standardWorld } from './standard.ts';
import { newTokenSeed, openTokenSeed } from './token-seed.ts';

const declared = `
organizations: [{ key: acme, name: Acme }]
people:
  - { email: user1@acme.example, displayName: User One, token: User1TokenAAAA01, roles: [admin] }
  - { email: user2@acme.example, displayName: User Two }
  - { email: helper@webex.bot, displayName: Helper, token: BotTokenAAAA20 }
rooms:
  - { title: Demo, members: [user2@acme.example, helper@webex.bot], moderators: [user1@acme.example] }
messages:
  - { room: Demo, from: user1@acme.example, markdown: "**visible nowhere** <@personEmail:helper@webex.bot>" }
  - { from: user1@acme.example, to: user2@acme.example, text: just us }
webhooks:
  - { owner: helper@webex.bot, name: all, targetUrl: "http://127.0.0.1:3978/", resource: all, event: all, secret: hush hush }
`;
const now = Date.parse('2016-07-19T12:00:00.000Z');

let folder: string;
let db: Database;
let vault: Vault;
const seed = newTokenSeed();

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-world-'));
  db = await openSqlite({ file: path.join(folder, 'hearth.db'), durability: 'off' });
  vault = new Vault([newMasterKey()]);
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const bring = (text: string, at = now) =>
  seedWorld(parseWorld(text, 'team.yaml'), { db, vault, seed, now: at, worldName: 'team.yaml' });

const tables = [
  'organizations',
  'people',
  'tokens',
  'rooms',
  'memberships',
  'messages',
  'messageMentions',
  'webhooks',
  'events',
  'worldEntries',
] as const;

async function dump(): Promise<Record<string, unknown[]>> {
  const contents = await Promise.all(
    tables.map(async (table) => [table, await db.reader.query.selectFrom(table).selectAll().execute()] as const),
  );
  return Object.fromEntries(contents);
}

describe('seeding', () => {
  test('somebody who was deleted stays away until they are declared anew, and comes back under the same id', async () => {
    await bring(declared);
    const uuid = derivedUuid('world person', 'user2@acme.example');
    const user2 = () => findPersonByEmail(db.reader, 'user2@acme.example');
    await db.write(({ query }) =>
      query
        .updateTable('people')
        .set({ deletedAt: now, email: uuid, formerEmail: 'user2@acme.example' })
        .where('uuid', '=', uuid)
        .execute(),
    );
    await bring(declared);
    expect(await user2()).toBeUndefined();
    await bring(declared.replace('User Two', 'User Two again'));
    expect(await user2()).toMatchObject({ uuid, displayName: 'User Two again' });
  });

  test('an address that has gone to somebody else stays theirs', async () => {
    await bring(declared);
    await db.write(async (tx) => {
      const uuid = derivedUuid('world person', 'user2@acme.example');
      const known = await findPersonByEmail(tx, 'user2@acme.example');
      const { orgId = 0 } = known ?? {};
      await tx.query.updateTable('people').set({ deletedAt: now, email: uuid }).where('uuid', '=', uuid).execute();
      await createPerson(tx, {
        uuid: 'other',
        orgId,
        type: 'person',
        email: 'user2@acme.example',
        displayName: 'X',
        now,
      });
    });
    await bring(declared.replace('User Two', 'User Two again'));
    expect(await findPersonByEmail(db.reader, 'user2@acme.example')).toMatchObject({
      uuid: 'other',
      displayName: 'User Two again',
    });
  });

  test('brings in everything that is declared, and no event', async () => {
    await bring(declared);
    const { organizations, people, tokens, rooms, memberships, messages, messageMentions, webhooks, events } =
      await dump();
    expect(organizations).toMatchObject([{ displayName: 'Acme' }]);
    expect(people).toMatchObject([
      { email: 'user1@acme.example', displayName: 'User One', type: 'person', roles: 'admin' },
      { email: 'user2@acme.example', type: 'person' },
      { email: 'helper@webex.bot', type: 'bot' },
    ]);
    expect(tokens).toHaveLength(3);
    expect(rooms).toMatchObject([
      { title: 'Demo', type: 'group', isLocked: 1 },
      { title: '', type: 'direct', isLocked: 0 },
    ]);
    expect(memberships).toHaveLength(5);
    expect(memberships?.filter((row) => (row as { isModerator: number }).isModerator === 1)).toHaveLength(1);
    expect(messages).toMatchObject([{ createdAt: now - 1 }, { createdAt: now }]);
    expect(messageMentions).toHaveLength(1);
    expect(webhooks).toMatchObject([{ name: 'all', status: 'active', filter: null }]);
    expect(events).toEqual([]);
  });

  test('of the built-in world works', async () => {
    const accounts = await seedWorld(standardWorld, { db, vault, seed, now, worldName: 'standard' });
    expect(accounts.map(({ email }) => email)).toContain('helper@webex.bot');
  });

  const withTeam = declared
    .replace(
      'rooms:',
      'teams: [{ name: Squad, description: The A team, members: [user2@acme.example, helper@webex.bot] }]\nrooms:',
    )
    .replace('messages:', '  - { title: Sprint, team: Squad, members: [user2@acme.example] }\nmessages:')
    .replace('messages:', 'messages:\n  - { room: Squad, from: user2@acme.example, text: hello team }');

  test('brings in teams with their General rooms, and rooms that belong to them', async () => {
    await bring(withTeam);
    const { rooms, memberships, events } = await dump();
    const [squad] = rooms as { id: number }[];
    expect(rooms).toMatchObject([
      { title: 'Squad', description: 'The A team', isLocked: 1, teamId: squad?.id },
      { title: 'Demo', teamId: null },
      { title: 'Sprint', isLocked: 0, teamId: squad?.id },
      { type: 'direct', teamId: null },
    ]);
    const ofSquad = (memberships as { roomId: number; isModerator: number }[]).filter(
      ({ roomId }) => roomId === squad?.id,
    );
    expect(ofSquad.map(({ isModerator }) => isModerator)).toEqual([1, 0]);
    expect(events).toEqual([]);
    const before = await dump();
    await bring(withTeam, now + 60_000);
    expect(await dump()).toEqual(before);
  });

  test('leaves a team archived that was deleted since, until it is declared anew', async () => {
    await bring(withTeam);
    const archive = async () => {
      await db.write(async ({ query }) => {
        await query.updateTable('rooms').set({ archivedAt: now }).where('teamId', 'is not', null).execute();
        await query.deleteFrom('memberships').execute();
      });
    };
    await archive();
    const before = await dump();
    await bring(withTeam.replace('text: hello team', 'text: hello again'), now + 60_000);
    const { worldEntries: _, ...after } = await dump();
    expect(before).toMatchObject(after);

    await bring(withTeam.replace('The A team', 'The B team'), now + 60_000);
    expect((await dump())['rooms']).toMatchObject([
      { title: 'Squad', description: 'The B team', archivedAt: null },
      { title: 'Demo' },
      { title: 'Sprint', archivedAt: now },
      {},
    ]);
  });

  test('a room that is made public by a new declaration is among the public ones', async () => {
    await bring(declared);
    await bring(declared.replace('title: Demo,', 'title: Demo, isPublic: true, description: All,'), now + 60_000);
    expect((await dump())['rooms']).toMatchObject([{ isPublic: 1, madePublicAt: now + 60_000 }, {}]);
  });

  test('a second start with the same file changes nothing', async () => {
    const accounts = await bring(declared);
    const before = await dump();
    expect(await bring(declared, now + 60_000)).toEqual(accounts);
    expect(await dump()).toEqual(before);
  });

  test('what was changed or deleted since stays changed or deleted', async () => {
    await bring(declared);
    await db.write(async ({ query }) => {
      await query.deleteFrom('messages').execute();
      await query.deleteFrom('webhooks').execute();
      await query.deleteFrom('memberships').where('isModerator', '=', 0).execute();
      await query.updateTable('rooms').set({ title: 'Renamed' }).where('type', '=', 'group').execute();
    });
    const before = await dump();
    await bring(declared, now + 60_000);
    expect(await dump()).toEqual(before);
  });

  test('what is declared anew comes in, the rest is left alone', async () => {
    await bring(declared);
    const before = await dump();
    const changed = declared
      .replace('displayName: User Two', 'displayName: Second User, roles: [compliance]')
      .replace('messages:', 'messages:\n  - { room: Demo, from: user2@acme.example, text: first }')
      .replace('rooms:', 'rooms:\n  - { title: Another, members: [user2@acme.example] }');
    await bring(changed, now + 60_000);
    const after = await dump();
    expect(after['people']).toMatchObject([{}, { displayName: 'Second User', roles: 'compliance' }, {}]);
    expect(after['people']?.[0]).toEqual(before['people']?.[0]);
    expect(after['tokens']).toHaveLength(3);
    expect(after['rooms']).toHaveLength(3);
    expect(after['messages']).toHaveLength(3);
    expect(after['webhooks']).toEqual(before['webhooks']);
    expect(after['events']).toEqual([]);
  });

  test('roles that are declared anew reach the token, given or made', async () => {
    const before = await bring(declared);
    const after = await bring(declared.replace('displayName: User Two', 'displayName: User Two, roles: [admin]'));
    expect(after.map(({ token }) => token)).toEqual(before.map(({ token }) => token));
    const caller = await findCaller(db.reader, hashToken(after[1]?.token ?? ''), now);
    expect(caller?.scopes.has('spark-admin:people_read')).toBe(true);
  });

  test('ids follow from names, so they are the same on every machine', async () => {
    await bring(declared);
    const { people, rooms } = await dump();
    expect(people?.[0]).toMatchObject({ uuid: derivedUuid('world person', 'user1@acme.example') });
    expect(rooms?.[0]).toMatchObject({ uuid: derivedUuid('world room', 'Demo') });
  });

  test('content and secrets are not in clear in the file', async () => {
    await bring(declared);
    await db.close();
    const bytes = await readFile(path.join(folder, 'hearth.db'), 'latin1');
    db = await openSqlite({ file: path.join(folder, 'hearth.db'), durability: 'off' });
    expect(bytes).toContain('user1@acme.example');
    for (const secret of ['visible nowhere', 'just us', 'hush hush', 'User1TokenAAAA01', 'BotTokenAAAA20']) {
      expect(bytes).not.toContain(secret);
    }
  });

  test.each([
    ['resource: all', 'resource: everything', "webhooks[0]: resource 'everything' is not available"],
    ['event: all', 'event: sometimes', "webhooks[0]: event 'sometimes' is not available for resource 'all'"],
    ['event: all', 'event: all, filter: color=red', 'webhooks[0]: invalid value for filter: color'],
    ['"http://127.0.0.1:3978/"', 'nowhere', 'webhooks[0]: targetUrl must be an absolute http or https URL.'],
    ['text: just us', `text: ${'x'.repeat(7440)}`, 'messages[1]: text is 7440 bytes long'],
  ])('what the API would refuse is refused as a whole: %s → %s', async (part, bad, complaint) => {
    await expect(bring(declared.replace(part, bad))).rejects.toThrow(complaint);
    expect(await hasWorld(db.reader)).toBe(false);
    expect((await dump())['people']).toEqual([]);
  });
});

describe('tokens', () => {
  test('that are given work whatever their shape; those that are made have the shape of AUTH-4', async () => {
    const accounts = await bring(declared);
    expect(accounts.map(({ token }) => token)).toEqual([
      'User1TokenAAAA01',
      expect.stringMatching(/^hearth[A-Za-z0-9-]{44}_HRTH_[0-9a-f-]{36}$/),
      'BotTokenAAAA20',
    ]);
    for (const { token, email } of accounts) {
      expect(await findCaller(db.reader, hashToken(token), now)).toMatchObject({ email });
    }
  });

  test('move to whom the world gives them', async () => {
    await bring(declared);
    await bring(
      declared.replace(', token: User1TokenAAAA01', '').replace('User Two }', 'User Two, token: User1TokenAAAA01 }'),
    );
    expect(await findCaller(db.reader, hashToken('User1TokenAAAA01'), now)).toMatchObject({
      email: 'user2@acme.example',
    });
  });

  test('follow from a seed that is kept for its owner only', async () => {
    const file = path.join(folder, 'dev-token-seed');
    const kept = await openTokenSeed(file);
    expect(kept).toHaveLength(32);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await openTokenSeed(file)).toEqual(kept);
  });
});
