import { existsSync } from 'node:fs';
import { appendFile, chmod } from 'node:fs/promises';
import { readStoreConfig, storeSettings, writeKeyFile, type MasterKeys, type StoreConfig } from '../config/index.ts';
import { newMasterKey, Vault } from '../core/vault.ts';
import type { Database } from '../db/index.ts';
import { UsageError, type Call, type Command } from './command.ts';
import { dataFolder, lockFolder, masterKeysFor, withDatabase } from './store.ts';

export const keysRotate: Command = {
  name: 'keys rotate',
  summary: 'Seal everything under a new master key. The server must be stopped.',
  settings: Object.values(storeSettings),
  run,
};

/** Rows in one transaction. */
const BATCH = 500;

async function run({ given, io }: Call): Promise<void> {
  const config = readStoreConfig(given);
  const { folder, databaseFile } = dataFolder(config);
  if (!existsSync(databaseFile)) throw new UsageError(`There is no store in ${folder}: say where it is with --data.`);
  const lock = lockFolder(folder);
  try {
    const { keys, counts } = await withDatabase(databaseFile, async (db) => {
      const { keys: present } = await masterKeysFor(db.reader, config);
      const next = await withNewFirst(present, config);
      return { keys: next, counts: await rewrapAll(db, new Vault(next)) };
    });
    io.out.write(
      `Sealed anew: the keys of ${counts.rooms} rooms, the secrets of ${counts.secrets} webhooks, the tokens of ${counts.tokens} incoming webhooks, the keys of ${counts.issuers} guest issuers.\n`,
    );
    io.out.write(
      config.masterKey ? 'HEARTH_MASTER_KEY needs only its first key from now on.\n' : await retireOthers(config, keys),
    );
  } finally {
    lock.release();
  }
}

/**
 * The key file has the new key in front and keeps the earlier ones until everything is sealed anew: stopped half way,
 * the server still opens all of it, and the next rotation finishes this one before anything else.
 */
async function withNewFirst(present: MasterKeys, config: StoreConfig): Promise<MasterKeys> {
  if (present.length > 1) return present;
  if (config.masterKey) {
    throw new UsageError(
      'HEARTH_MASTER_KEY holds one key: put a new one and a comma in front of it (`openssl rand -base64 32` makes one), then run this again.',
    );
  }
  const keys: MasterKeys = [newMasterKey(), ...present];
  await writeKeyFile(dataFolder(config).keyFile, keys);
  return keys;
}

/** A backup from before the rotation opens with the earlier keys only, so they are put aside and not thrown away. */
async function retireOthers(config: StoreConfig, [current, ...earlier]: MasterKeys): Promise<string> {
  const { keyFile } = dataFolder(config);
  const retired = `${keyFile}.retired`;
  const lines = earlier.map((key) => `${Buffer.from(key).toString('base64')} # until ${new Date().toISOString()}\n`);
  await appendFile(retired, lines.join(''), { mode: 0o600 });
  await chmod(retired, 0o600);
  await writeKeyFile(keyFile, [current]);
  return `${keyFile} holds the new key. Backups made before open with the earlier one, which is now in ${retired}: delete that when you need them no more.\n`;
}

type Counts = Record<'rooms' | 'secrets' | 'tokens' | 'issuers', number>;

async function rewrapAll(db: Database, vault: Vault): Promise<Counts> {
  const rooms = await inBatches(async (after) =>
    db.write(async ({ query }) => {
      const rows = await query
        .selectFrom('rooms')
        .select(['id', 'wrappedKey'])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute();
      for (const { id, wrappedKey } of rows) {
        if (vault.isCurrent(wrappedKey)) continue;
        await query
          .updateTable('rooms')
          .set({ wrappedKey: vault.rewrap(wrappedKey) })
          .where('id', '=', id)
          .execute();
      }
      return rows;
    }),
  );
  const secrets = await inBatches(async (after) =>
    db.write(async ({ query }) => {
      const rows = await query
        .selectFrom('webhooks')
        .select(['id', 'secret', 'previousSecret'])
        .where('id', '>', after)
        .where((eb) => eb.or([eb('secret', 'is not', null), eb('previousSecret', 'is not', null)]))
        .orderBy('id')
        .limit(BATCH)
        .execute();
      const rewrapped = (sealed: Uint8Array | null) =>
        sealed === null || vault.isCurrent(sealed) ? sealed : vault.rewrapAlone(sealed);
      for (const { id, secret, previousSecret } of rows) {
        await query
          .updateTable('webhooks')
          .set({ secret: rewrapped(secret), previousSecret: rewrapped(previousSecret) })
          .where('id', '=', id)
          .execute();
      }
      return rows;
    }),
  );
  const tokens = await rewrapValues(db, vault, 'incomingWebhooks', 'token');
  const issuers = await rewrapValues(db, vault, 'guestIssuers', 'secret');
  return { rooms, secrets, tokens, issuers };
}

/** Of a table whose rows have one value each that is sealed alone. Answers how many rows there were. */
function rewrapValues(
  db: Database,
  vault: Vault,
  table: 'incomingWebhooks' | 'guestIssuers',
  column: 'token' | 'secret',
): Promise<number> {
  // The tables agree in what is asked of them; their columns differ in name alone.
  const from = table as 'guestIssuers';
  const sealed = column as 'secret';
  return inBatches(async (after) =>
    db.write(async ({ query }) => {
      const rows = await query
        .selectFrom(from)
        .select((eb) => ['id', eb.ref(sealed).as('value')])
        .where('id', '>', after)
        .orderBy('id')
        .limit(BATCH)
        .execute();
      for (const { id, value } of rows) {
        if (vault.isCurrent(value)) continue;
        await query
          .updateTable(from)
          .set({ [sealed]: vault.rewrapAlone(value) })
          .where('id', '=', id)
          .execute();
      }
      return rows;
    }),
  );
}

/** Answers how many rows there were. */
async function inBatches(next: (afterId: number) => Promise<{ id: number }[]>): Promise<number> {
  let count = 0;
  let last = 0;
  for (;;) {
    const rows = await next(last);
    const end = rows.at(-1);
    if (!end) return count;
    count += rows.length;
    last = end.id;
  }
}
