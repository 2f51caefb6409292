import type { Selectable } from 'kysely';
import { statement, type Reader, type Schema, type Writer } from '../../db/index.ts';

export type GrantRow = Selectable<Schema['grants']>;

/** Of the same client and person, and of access tokens under one grant: the oldest go when there are more. */
const MOST_GRANTS = 100;
const MOST_ACCESS_TOKENS = 100;

export async function insertGrant(tx: Writer, grant: Omit<GrantRow, 'id'>): Promise<{ id: number }> {
  const row = await tx.query.insertInto('grants').values(grant).returning('id').executeTakeFirstOrThrow();
  const { integrationId, personId } = grant;
  await tx.query
    .deleteFrom('grants')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('grants')
        .select('id')
        .where('personId', '=', personId)
        .where('integrationId', '=', integrationId)
        .orderBy('id', 'desc')
        // Every engine wants a limit with an offset.
        .limit(1_000)
        .offset(MOST_GRANTS),
    )
    .execute();
  return row;
}

/** Makes room for one more. */
export async function dropOldestAccessTokens(tx: Writer, grantId: number): Promise<void> {
  await tx.query
    .deleteFrom('tokens')
    .where('id', 'in', (eb) =>
      eb
        .selectFrom('tokens')
        .select('id')
        .where('grantId', '=', grantId)
        .orderBy('id', 'desc')
        .limit(1_000)
        .offset(MOST_ACCESS_TOKENS - 1),
    )
    .execute();
}

/** Every token under it goes with it. */
export async function deleteGrant(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('grants').where('id', '=', id).execute();
}

export async function grantByRefreshToken(reader: Reader, refreshHash: Uint8Array): Promise<GrantRow | undefined> {
  return reader.first(byRefreshHash, { refreshHash });
}

export async function renewGrant(tx: Writer, id: number, refreshExpiresAt: number): Promise<void> {
  await tx.query.updateTable('grants').set({ refreshExpiresAt }).where('id', '=', id).execute();
}

export type CodeRow = Selectable<Schema['authorizationCodes']>;

export async function findCode(reader: Reader, hash: Uint8Array): Promise<CodeRow | undefined> {
  return reader.first(codeByHash, { hash });
}

export async function markCodeUsed(tx: Writer, id: number, grantId: number): Promise<void> {
  await tx.query.updateTable('authorizationCodes').set({ grantId }).where('id', '=', id).execute();
}

/** Of an access token. */
export async function findAccessToken(reader: Reader, hash: Uint8Array) {
  return reader.query.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
}

export async function deleteAccessToken(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('tokens').where('id', '=', id).execute();
}

const byRefreshHash = statement<{ refreshHash: Uint8Array }>()((db, param) =>
  db.selectFrom('grants').selectAll().where('refreshHash', '=', param('refreshHash')),
);

const codeByHash = statement<{ hash: Uint8Array }>()((db, param) =>
  db.selectFrom('authorizationCodes').selectAll().where('hash', '=', param('hash')),
);
