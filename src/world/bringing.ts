import { createHash } from 'node:crypto';
import { ApiError } from '../core/errors.ts';
import { derivedUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Reader, Writer } from '../db/index.ts';
import { findPersonByEmail, type PersonRef } from '../people/index.ts';
import { WorldError } from './read.ts';

/** One go at bringing a world into the store. */
export interface Context {
  tx: Writer;
  vault: Vault;
  now: number;
  worldName: string;
  /** Declarations of earlier starts, by key. */
  brought: ReadonlyMap<string, string>;
}

export async function entries(reader: Reader): Promise<Map<string, string>> {
  const rows = await reader.query.selectFrom('worldEntries').selectAll().execute();
  return new Map(rows.map(({ key, declaration }) => [key, declaration]));
}

/** Runs `bring` unless the thing of this name was brought in by exactly this declaration before. */
export async function whenNew(
  context: Context,
  kind: string,
  name: string,
  declared: unknown,
  bring: () => Promise<void>,
): Promise<void> {
  const key = `${kind}: ${name}`;
  const declaration = createHash('sha256').update(JSON.stringify(declared)).digest('hex');
  if (context.brought.get(key) === declaration) return;
  await bring();
  await context.tx.query
    .insertInto('worldEntries')
    .values({ key, declaration })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ declaration }))
    .execute();
}

/** What the API would refuse, the world file may not say either. */
export async function inPlace(worldName: string, place: string, bring: () => Promise<void>): Promise<void> {
  try {
    await bring();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    throw new WorldError(worldName, [{ place, reason: error.descriptions.join(' ') }]);
  }
}

/** The key of a person of the world, whatever their address is by now. */
export function worldPersonUuid(email: string): string {
  return derivedUuid('world person', email);
}

/** Who was declared under this address: they are who they were, be they deleted since or under another address. */
export async function known(reader: Reader, email: string): Promise<PersonRef & { gone: boolean }> {
  const person = await findPersonByEmail(reader, email);
  if (person) return { ...person, gone: false };
  const former = await reader.query
    .selectFrom('people')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select(['people.id', 'people.uuid', 'people.type', 'people.displayName', 'people.orgId', 'people.deletedAt'])
    .select('organizations.uuid as orgUuid')
    .where('people.uuid', '=', worldPersonUuid(email))
    .executeTakeFirst();
  if (!former) throw new Error(`${email} is declared and not there.`);
  const { deletedAt, ...rest } = former;
  return { ...rest, email, gone: deletedAt !== null };
}
