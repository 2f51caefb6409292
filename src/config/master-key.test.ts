import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newMasterKey, Vault } from '../core/vault.ts';
import { openKeyFile, parseMasterKeys, readKeyFile, writeKeyFile } from './master-key.ts';

const one = Buffer.alloc(32, 1);
const two = Buffer.alloc(32, 2);

describe('parseMasterKeys', () => {
  test.each([
    ['base64', one.toString('base64'), [one]],
    ['base64url', Buffer.alloc(32, 255).toString('base64url'), [Buffer.alloc(32, 255)]],
    ['hexadecimal digits', two.toString('hex').toUpperCase(), [two]],
    ['several, separated by a comma', `${one.toString('hex')}, ${two.toString('base64')}`, [one, two]],
    ['lines and comments', `# of 2026\n${one.toString('hex')}  # current\n\n${two.toString('hex')}\n`, [one, two]],
  ])('reads %s', (_, text, keys) => {
    expect(parseMasterKeys(text, 'HEARTH_MASTER_KEY')).toEqual(keys);
  });

  test.each([
    ['', 'HEARTH_MASTER_KEY holds no key'],
    ['# nothing', 'HEARTH_MASTER_KEY holds no key'],
    ['secret', 'HEARTH_MASTER_KEY is not a master key: it needs 32 bytes'],
    [`${one.toString('hex')},abc`, 'key 2 of HEARTH_MASTER_KEY is not a master key'],
  ])('refuses "%s"', (text, sentence) => {
    expect(() => parseMasterKeys(text, 'HEARTH_MASTER_KEY')).toThrow(sentence);
  });

  test('does not repeat a bad key in its complaint', () => {
    expect(() => parseMasterKeys('hunter2', 'X')).not.toThrow('hunter2');
  });
});

describe('the key file', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hearth-key-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test('is made at the first start, for its owner only, with a warning; the second start finds it', async () => {
    const file = path.join(folder, 'new', 'master.key');
    const made = await openKeyFile(file, { mustExist: false });
    expect(made.warnings).toEqual([expect.stringContaining('Keep a copy')]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect(await openKeyFile(file, { mustExist: true })).toEqual({ keys: made.keys, warnings: [] });
  });

  test('is not made when there is content that it could not open', async () => {
    const file = path.join(folder, 'master.key');
    await expect(openKeyFile(file, { mustExist: true })).rejects.toThrow(`no master key at ${file}`);
    expect(await readKeyFile(file)).toBeUndefined();
  });

  test('that others may read is told', async () => {
    const file = path.join(folder, 'master.key');
    await writeFile(file, one.toString('hex'));
    await chmod(file, 0o644);
    expect(await readKeyFile(file)).toEqual({
      keys: [one],
      warnings: [`Other users of this machine may read the master key: chmod 600 ${file}`],
    });
  });

  test('holds several keys while they are rotated, and stays private when it is replaced', async () => {
    const file = path.join(folder, 'master.key');
    await writeKeyFile(file, [one]);
    await writeKeyFile(file, [two, one]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readKeyFile(file)).toEqual({ keys: [two, one], warnings: [] });
    expect(await readFile(file, 'utf8')).toMatch(/^# Master keys of Hearth/);
  });

  test('gives a vault keys that open what earlier ones sealed', async () => {
    const earlier = newMasterKey();
    const sealed = new Vault([earlier]).sealAlone('context', 'text');
    const file = path.join(folder, 'master.key');
    await writeKeyFile(file, [newMasterKey(), earlier]);
    const { keys } = await openKeyFile(file, { mustExist: true });
    expect(new Vault(keys).openAlone('context', sealed)).toBe('text');
  });
});
