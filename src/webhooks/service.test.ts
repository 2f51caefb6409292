import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WebhookCreate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { systemClock } from '../core/clock.ts';
import { newUuid, publicId } from '../core/ids.ts';
import { newMasterKey, Vault } from '../core/vault.ts';
import { openSqlite, type Database } from '../db/index.ts';
import { SqliteEventLog, type EventLog } from '../eventlog/index.ts';
import { createOrganization, createPerson } from '../people/index.ts';
import { WebhookRegistry, type WebhookChange } from './registry.ts';
import { WebhookService, type WebhookParts } from './service.ts';
import type { ActiveWebhook } from './store.ts';

let folder: string;
let db: Database;
let log: EventLog;
let alice: Caller;
let bob: Caller;
let registry: WebhookRegistry;
let changes: WebhookChange[];
const vault = new Vault([newMasterKey()]);
const secret = 'a secret nobody else may read';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-webhooks-'));
  db = await openSqlite({ file: path.join(folder, 'hearth.db'), durability: 'off' });
  log = await SqliteEventLog.open(db, systemClock);
  const orgUuid = newUuid();
  const orgId = await db.write((tx) => createOrganization(tx, { uuid: orgUuid, displayName: 'Acme', now: 0 }));
  alice = await person('alice', orgId, orgUuid);
  bob = await person('bob', orgId, orgUuid);
  registry = new WebhookRegistry(vault);
  changes = [];
  registry.onChange((change) => changes.push(change));
});
afterEach(async () => {
  await db.close();
  await rm(folder, { recursive: true });
});

async function person(name: string, orgId: number, orgUuid: string): Promise<Caller> {
  const uuid = newUuid();
  const details = { orgId, type: 'person', email: `${name}@acme.example`, displayName: name } as const;
  const personId = await db.write((tx) => createPerson(tx, { ...details, uuid, now: 0 }));
  const rights = {
    roles: new Set(['admin', 'compliance']),
    scopes: new Set(['spark:all', 'spark-compliance:events_read']),
  };
  return { ...details, ...rights, personId, uuid, orgUuid, appKey: 'C0', tokenExpiresAt: null };
}

function service(parts: Partial<WebhookParts> = {}): WebhookService {
  const standard = { db, log, clock: systemClock, vault, registry, mostPerPerson: 100, allowMessagesUpdated: false };
  return new WebhookService({ ...standard, checkTarget: () => undefined, ...parts });
}

function body(settings: Partial<WebhookCreate> = {}): WebhookCreate {
  const standard = { name: 'test', targetUrl: 'http://bot.example.com/', resource: 'messages', event: 'created' };
  return WebhookCreate.parse({ ...standard, ...settings });
}

const idOf = ({ uuid }: ActiveWebhook) => publicId('WEBHOOK', uuid);
const outcomes = async (attempts: Promise<unknown>[]) =>
  (await Promise.allSettled(attempts)).map((attempt) =>
    attempt.status === 'fulfilled' ? 'done' : attempt.reason.code,
  );

test('the registry follows each committed change, and a start finds what it held', async () => {
  const webhooks = service();
  const filter = `personId=${bob.uuid}`;
  const created = await webhooks.create(alice, body({ filter, secret }));
  const kept = await webhooks.create(bob, body({ resource: 'all', event: 'all' }));
  const changed = await webhooks.update(alice, idOf(created), { name: 'new name' });
  expect(changed).toEqual({ ...created, name: 'new name', revision: 2 });
  expect(changed).toMatchObject({ secret, filterText: filter, filter: [{ key: 'personId', uuid: bob.uuid }] });
  expect(registry.get(created.id)).toBe(changed);

  const afterRestart = new WebhookRegistry(vault);
  await afterRestart.load(db.reader);
  expect([...afterRestart.all()]).toEqual([...registry.all()]);

  await webhooks.remove(alice, idOf(created));
  expect(registry.get(created.id)).toBeUndefined();
  expect(changes).toEqual([
    { kind: 'put', webhook: created },
    { kind: 'put', webhook: kept },
    { kind: 'put', webhook: changed },
    { kind: 'removed', id: created.id },
  ]);
});

test('what is refused leaves no trace', async () => {
  const webhooks = service({ checkTarget: (url) => (url.includes('10.0.0.1') ? 'Not there.' : undefined) });
  const created = await webhooks.create(alice, body());
  changes = [];
  const refused = [
    webhooks.create(alice, body({ filter: `roomId=${newUuid()}` })),
    webhooks.create(alice, body({ targetUrl: 'http://10.0.0.1/' })),
    webhooks.update(alice, idOf(created), { name: 'other', targetUrl: 'http://10.0.0.1/' }),
    webhooks.update(bob, idOf(created), { name: 'other' }),
    webhooks.remove(bob, idOf(created)),
  ];
  expect(await outcomes(refused)).toEqual([
    'filterInvalid',
    'webhookTargetInvalid',
    'webhookTargetInvalid',
    'webhookNotFound',
    'webhookNotFound',
  ]);
  expect(changes).toEqual([]);
  expect((await webhooks.list(alice, { max: 10 })).items).toEqual([created]);
});

test('the guard gives the reason, and is not asked again about a target that stays', async () => {
  const before = service();
  const created = await before.create(alice, body({ targetUrl: 'http://10.0.0.1/' }));
  const stricter = service({ checkTarget: (url) => `${url} is not for this server to call.` });
  await expect(stricter.create(alice, body({ targetUrl: 'http://10.0.0.1/' }))).rejects.toMatchObject({
    status: 400,
    message: 'http://10.0.0.1/ is not for this server to call.',
  });
  const renamed = await stricter.update(alice, idOf(created), { name: 'renamed', targetUrl: 'http://10.0.0.1/' });
  expect(renamed.name).toBe('renamed');
});

test('a secret is nowhere in the files', async () => {
  const webhooks = service();
  const created = await webhooks.create(alice, body({ name: 'a name that is', secret }));
  await webhooks.update(alice, idOf(created), { secret: `${secret}, changed` });
  const bytes = await Promise.all(['hearth.db', 'hearth.db-wal'].map((file) => readFile(path.join(folder, file))));
  const written = Buffer.concat(bytes);
  expect(written.includes('a name that is')).toBe(true);
  expect(written.includes(secret)).toBe(false);
  expect((await webhooks.get(alice, idOf(created))).secret).toBe(`${secret}, changed`);
});

test('WH-10: the limit holds for registrations that arrive together, each person has their own', async () => {
  const webhooks = service({ mostPerPerson: 3 });
  const attempts = [alice, alice, alice, alice, alice, bob].map((caller) => webhooks.create(caller, body()));
  expect(await outcomes(attempts)).toEqual(['done', 'done', 'done', 'tooManyWebhooks', 'tooManyWebhooks', 'done']);
});

test('WH-9: of two equal organization webhooks that arrive together one is registered', async () => {
  const webhooks = service();
  const both = [alice, bob].map((caller) => webhooks.create(caller, body({ ownedBy: 'org' })));
  expect(await outcomes(both)).toEqual(['done', 'duplicateOrgWebhook']);
});
