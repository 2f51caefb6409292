import { sql } from 'kysely';
import type { Selectable } from 'kysely';
import type { Reader, Schema, Writer } from '../../db/index.ts';

export type IntegrationRow = Selectable<Schema['integrations']> & { ownerName: string; ownerEmail: string };

function select({ query }: Reader) {
  return query
    .selectFrom('integrations')
    .innerJoin('people as owner', 'owner.id', 'integrations.ownerId')
    .selectAll('integrations')
    .select(['owner.displayName as ownerName', 'owner.email as ownerEmail']);
}

export async function findIntegration(reader: Reader, clientId: string): Promise<IntegrationRow | undefined> {
  return select(reader).where('integrations.clientId', '=', clientId).executeTakeFirst();
}

export async function integrationById(reader: Reader, id: number): Promise<IntegrationRow> {
  return select(reader).where('integrations.id', '=', id).executeTakeFirstOrThrow();
}

/** Oldest first. */
export async function integrationsOf(
  reader: Reader,
  ownerId: number,
  { after, limit }: { after: number; limit: number },
): Promise<IntegrationRow[]> {
  return select(reader)
    .where('integrations.ownerId', '=', ownerId)
    .where('integrations.id', '>', after)
    .orderBy('integrations.id')
    .limit(limit)
    .execute();
}

export async function countIntegrations(reader: Reader, ownerId: number): Promise<number> {
  const row = await reader.query
    .selectFrom('integrations')
    .select(sql<number>`count(*)`.as('count'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return row.count;
}

export interface NewIntegration {
  clientId: string;
  ownerId: number;
  name: string;
  description: string | null;
  redirectUris: readonly string[];
  scopes: readonly string[];
  secretHash: Uint8Array;
  /** ms */
  now: number;
}

export async function insertIntegration(
  tx: Writer,
  { redirectUris, scopes, now, ...integration }: NewIntegration,
): Promise<void> {
  await tx.query
    .insertInto('integrations')
    .values({
      ...integration,
      redirectUris: JSON.stringify(redirectUris),
      scopes: scopes.join(' '),
      createdAt: now,
      modifiedAt: now,
    })
    .execute();
}

export async function updateIntegration(
  tx: Writer,
  id: number,
  {
    redirectUris,
    scopes,
    now,
    ...changed
  }: Partial<Pick<NewIntegration, 'name' | 'description' | 'redirectUris' | 'scopes' | 'secretHash'>> & { now: number },
): Promise<void> {
  await tx.query
    .updateTable('integrations')
    .set({
      ...changed,
      ...(redirectUris && { redirectUris: JSON.stringify(redirectUris) }),
      ...(scopes && { scopes: scopes.join(' ') }),
      modifiedAt: now,
    })
    .where('id', '=', id)
    .execute();
}

/** What people have granted it goes with it, and so do all tokens. */
export async function deleteIntegration(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('integrations').where('id', '=', id).execute();
}

export function redirectUrisOf({ redirectUris }: Pick<IntegrationRow, 'redirectUris'>): string[] {
  return JSON.parse(redirectUris) as string[];
}
