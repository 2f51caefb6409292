import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { KEY_BYTES, newMasterKey } from '../core/vault.ts';
import { ConfigError } from './config.ts';

/** The first one seals, all of them open. */
export type MasterKeys = readonly [Uint8Array, ...Uint8Array[]];

export interface KeyFile {
  keys: MasterKeys;
  /** What the operator should know, as sentences. */
  warnings: string[];
}

const HEADER = `# Master keys of Hearth: the first one seals, all of them open.
# Whoever has this file and the data can read every message. Without it nobody can: keep a copy apart from the data.
`;

/** Keys as text: base64 or hexadecimal, separated by commas or lines; `#` begins a comment. `source` is named in errors. */
export function parseMasterKeys(text: string, source: string): MasterKeys {
  const items = text
    .split('\n')
    .map((line) => line.replace(/#.*/, ''))
    .join(',')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  const [first, ...others] = items.map((item, at) =>
    parseKey(item, items.length > 1 ? `key ${at + 1} of ${source}` : source),
  );
  if (!first)
    throw new ConfigError(`${source} holds no key: it needs ${KEY_BYTES} bytes as base64 or hexadecimal digits.`);
  return [first, ...others];
}

/**
 * Reads the key file, or makes it with a new key when there is none. `mustExist`: there is content that only an existing
 * key opens, so a new one would hide the loss.
 */
export async function openKeyFile(file: string, { mustExist }: { mustExist: boolean }): Promise<KeyFile> {
  const existing = await readKeyFile(file);
  if (existing) return existing;
  if (mustExist) {
    throw new ConfigError(
      `There is stored content, but no master key at ${file}. Bring the file back, or say where it is (HEARTH_MASTER_KEY_FILE, or the key itself in HEARTH_MASTER_KEY).`,
    );
  }
  const keys: MasterKeys = [newMasterKey()];
  await writeKeyFile(file, keys);
  return {
    keys,
    warnings: [
      `Made a new master key: ${file}. Keep a copy apart from the data; without it the content cannot be read.`,
    ],
  };
}

/** Undefined when there is no such file. */
export async function readKeyFile(file: string): Promise<KeyFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new ConfigError(`The master key at ${file} cannot be read: ${String(error)}.`, { cause: error });
  }
  const mode = (await stat(file)).mode & 0o777;
  const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0;
  return {
    keys: parseMasterKeys(text, file),
    warnings: isOpen ? [`Other users of this machine may read the master key: chmod 600 ${file}`] : [],
  };
}

/** Durable when the promise settles. The file changes as a whole: a crash leaves the old one or the new one. */
export async function writeKeyFile(file: string, keys: MasterKeys): Promise<void> {
  const folder = path.dirname(file);
  const draft = `${file}.new`;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await rm(draft, { force: true });
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(HEADER + keys.map((key) => `${Buffer.from(key).toString('base64')}\n`).join(''));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  await syncFolder(folder);
}

function parseKey(text: string, source: string): Uint8Array {
  // 32 bytes are 64 hexadecimal digits, or 43 of base64 and a padding that may be missing.
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[\w+/-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  throw new ConfigError(`${source} is not a master key: it needs ${KEY_BYTES} bytes as base64 or hexadecimal digits.`);
}

/** A new name in a folder survives a power loss only once the folder is synced; not every platform can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
