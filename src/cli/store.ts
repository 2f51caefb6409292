import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openKeyFile, parseMasterKeys, type KeyFile, type StoreConfig } from '../config/index.ts';
import { keyOf, SealBrokenError, Vault } from '../core/vault.ts';
import { lockStore, openSqlite, StoreLockedError, type Database, type Reader, type StoreLock } from '../db/index.ts';
import { UsageError } from './command.ts';

/** Where things are in a data folder. */
export interface DataFolder {
  folder: string;
  databaseFile: string;
  filesFolder: string;
  keyFile: string;
  tokenSeedFile: string;
}

export function dataFolder(config: StoreConfig): DataFolder {
  const folder = path.resolve(config.data);
  return {
    folder,
    databaseFile: path.join(folder, 'hearth.db'),
    filesFolder: path.join(folder, 'files'),
    keyFile: path.resolve(config.masterKeyFile ?? path.join(folder, 'master.key')),
    tokenSeedFile: path.join(folder, 'dev-token-seed'),
  };
}

/** Makes the folder when it is missing, for its owner only. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new UsageError(
      `The data folder ${folder} cannot be made: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** Keeps other processes out until it is released. */
export function lockFolder(folder: string): StoreLock {
  try {
    return lockStore(path.join(folder, 'lock'));
  } catch (error) {
    if (!(error instanceof StoreLockedError)) throw error;
    throw new UsageError(`Another Hearth is working in ${folder}: stop it, or choose another folder with --data.`);
  }
}

/** Opens the store for a piece of work and closes it whatever comes of that. */
export async function withDatabase<T>(file: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openSqlite({ file, durability: 'full' });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

/** The keys that the settings name; made at the first start. Throws when they do not open what is stored. */
export async function masterKeysFor(reader: Reader, config: StoreConfig): Promise<KeyFile> {
  const { keyFile } = dataFolder(config);
  const sealed = await sealedKeys(reader);
  const found: KeyFile = config.masterKey
    ? { keys: parseMasterKeys(config.masterKey, 'HEARTH_MASTER_KEY'), warnings: [] }
    : await openKeyFile(keyFile, { mustExist: sealed.length > 0 });
  const vault = new Vault(found.keys);
  if (!sealed.every((key) => opens(vault, key))) {
    const source = config.masterKey ? 'HEARTH_MASTER_KEY' : keyFile;
    throw new UsageError(
      `The master key of ${source} does not open what is stored in ${dataFolder(config).folder}: bring back the key it was sealed with.`,
    );
  }
  return found;
}

/** A key of each kind of thing that is sealed: there may be one kind and no other. */
async function sealedKeys({ query }: Reader): Promise<Uint8Array[]> {
  const newest = await Promise.all([
    query.selectFrom('rooms').select('wrappedKey as key').orderBy('id', 'desc').limit(1).execute(),
    query.selectFrom('webhooks').select('secret as key').where('secret', 'is not', null).limit(1).execute(),
    query.selectFrom('incomingWebhooks').select('token as key').orderBy('id', 'desc').limit(1).execute(),
    query.selectFrom('guestIssuers').select('secret as key').orderBy('id', 'desc').limit(1).execute(),
  ]);
  return newest.flat().flatMap(({ key }) => (key ? [keyOf(key)] : []));
}

function opens(vault: Vault, wrappedKey: Uint8Array): boolean {
  try {
    vault.rewrap(wrappedKey);
    return true;
  } catch (error) {
    if (error instanceof SealBrokenError) return false;
    throw error;
  }
}
