import { sql, type Selectable } from 'kysely';
import type { Reader, Schema, Writer } from '../../db/index.ts';

export type TokenRow = Selectable<Schema['tokens']>;

interface Slice {
  /** Internal key. */
  before: number;
  limit: number;
}

/** Given to the person directly; newest first. */
export async function tokensOf(reader: Reader, personId: number, { before, limit }: Slice): Promise<TokenRow[]> {
  return reader.query
    .selectFrom('tokens')
    .selectAll()
    .where('personId', '=', personId)
    .where('grantId', 'is', null)
    .where('id', '<', before)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute();
}

export async function countTokens(reader: Reader, personId: number): Promise<number> {
  const row = await reader.query
    .selectFrom('tokens')
    .select(sql<number>`count(*)`.as('count'))
    .where('personId', '=', personId)
    .where('grantId', 'is', null)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function deleteToken(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('tokens').where('id', '=', id).execute();
}

export interface AuthorizationRow {
  id: number;
  uuid: string;
  scopes: string;
  createdAt: number;
  refreshExpiresAt: number;
  clientId: string;
  name: string;
  ownerEmail: string;
}

/** What integrations may do for the person; newest first. */
export async function authorizationsOf(
  reader: Reader,
  personId: number,
  { before, limit }: Slice,
): Promise<AuthorizationRow[]> {
  return reader.query
    .selectFrom('grants')
    .innerJoin('integrations', 'integrations.id', 'grants.integrationId')
    .innerJoin('people as owner', 'owner.id', 'integrations.ownerId')
    .select(['grants.id', 'grants.uuid', 'grants.scopes', 'grants.createdAt', 'grants.refreshExpiresAt'])
    .select(['integrations.clientId', 'integrations.name', 'owner.email as ownerEmail'])
    .where('grants.personId', '=', personId)
    .where('grants.id', '<', before)
    .orderBy('grants.id', 'desc')
    .limit(limit)
    .execute();
}

/** Answers whether there was one. */
export async function deleteAuthorization(tx: Writer, personId: number, uuid: string): Promise<boolean> {
  const gone = await tx.query
    .deleteFrom('grants')
    .where('uuid', '=', uuid)
    .where('personId', '=', personId)
    .returning('id')
    .execute();
  return gone.length > 0;
}
