import { createHmac, randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { newToken, TOKEN_BYTES } from '../people/index.ts';

/** What the tokens of a development world are made from, so that a restart shows the same ones although only hashes are stored. */
export type TokenSeed = Uint8Array;

export function newTokenSeed(): TokenSeed {
  return randomBytes(32);
}

/** Reads the seed, or makes it at the first start. For its owner only, like the tokens that follow from it. */
export async function openTokenSeed(file: string): Promise<TokenSeed> {
  const seed = newTokenSeed();
  try {
    await writeFile(file, Buffer.from(seed).toString('base64'), { mode: 0o600, flag: 'wx' });
    return seed;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    return Buffer.from(await readFile(file, 'utf8'), 'base64');
  }
}

export function tokenFor(seed: TokenSeed, email: string, orgUuid: string): string {
  return newToken(orgUuid, createHmac('sha512', seed).update(email).digest().subarray(0, TOKEN_BYTES));
}
