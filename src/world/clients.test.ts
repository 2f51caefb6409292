import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newMasterKey, Vault } from '../core/vault.ts';
import { openSqlite, type Database } from '../db/index.ts';
import { hashToken } from '../http/index.ts';
import { findCaller } from '../people/index.ts';
import { parseWorld } from './read.ts';
import { seedWorld } from './seed.ts';
import { newTokenSeed } from './token-seed.ts';

const declared = `
people:
  - { email: a@acme.example, displayName: A, token: TokenOfA }
integrations:
  - { name: Bot, owner: a@acme.example, clientId: C${'1'.repeat(64)}, clientSecret: hush, redirectUris: ["http://localhost/"], scopes: ["spark:all"] }
tokens:
  - { person: a@acme.example, token: Narrow, scopes: ["spark:rooms_read"] }
  - { person: a@acme.example, token: Through, integration: Bot, refreshToken: Again }
`;

let folder: string;
let db: Database;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-world-'));
  db = await openSqlite({ file: path.join(folder, 'hearth.db'), durability: 'off' });
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

const seeding = { vault: new Vault([newMasterKey()]), seed: newTokenSeed(), now: 1_000, worldName: 'w' };
const bring = (text: string) => seedWorld(parseWorld(text, 'w'), { ...seeding, db });

test('integrations and further tokens are there, also after a second start', async () => {
  for (let times = 0; times < 2; times += 1) {
    await bring(declared);
    const caller = (token: string) => findCaller(db.reader, hashToken(token), 1_000);
    const clientId = `C${'1'.repeat(64)}`;
    expect((await caller('Narrow'))?.scopes).toEqual(new Set(['spark:rooms_read']));
    expect(await caller('Narrow')).not.toHaveProperty('grantId');
    expect(await caller('Through')).toMatchObject({ appKey: clientId, scopes: new Set(['spark:all']) });
    expect(await caller('Through')).toHaveProperty('grantId');
    const { query } = db.reader;
    expect(await query.selectFrom('integrations').select(['clientId', 'secretHash']).execute()).toEqual([
      { clientId, secretHash: new Uint8Array(hashToken('hush')) },
    ]);
    const grants = await query.selectFrom('grants').select('refreshHash').execute();
    expect(grants).toEqual([{ refreshHash: new Uint8Array(hashToken('Again')) }]);
  }
});

test('what is declared anew takes the place of what was', async () => {
  await bring(declared);
  await bring(declared.replace('hush', 'other').replace('http://localhost/', 'https://other.example/'));
  const rows = await db.reader.query.selectFrom('integrations').select(['redirectUris', 'secretHash']).execute();
  expect(rows).toEqual([
    { redirectUris: '["https://other.example/"]', secretHash: new Uint8Array(hashToken('other')) },
  ]);
});

test.each([
  [declared.replace('owner: a@', 'owner: b@'), 'integrations[0].owner: "b@acme.example" is not one of the people.'],
  [declared.replace('integration: Bot', 'integration: Cot'), 'tokens[1].integration: "Cot" is not the name of'],
  [declared.replace('token: Narrow', 'token: TokenOfA'), 'tokens[0].token: is the token of one of the people already.'],
  [declared.replace('integration: Bot, ', ''), 'tokens[1].refreshToken: needs an integration.'],
  [declared.replace('C11', 'D11'), 'integrations[0].clientId: must be C and 64 hexadecimal digits.'],
  [
    declared.replace('http://localhost/', 'nowhere'),
    "integrations[0]: redirectUris: 'nowhere' is not an absolute URL.",
  ],
  [declared.replace('"spark:rooms_read"', '"spark:x"'), "tokens[0]: There is no scope 'spark:x' on this server."],
])('what cannot be is told: %#', async (text, complaint) => {
  await expect((async () => bring(text))()).rejects.toThrow(complaint);
});
