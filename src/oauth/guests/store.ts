import { sql } from 'kysely';
import { statement, type Reader, type Writer } from '../../db/index.ts';

export interface GuestIssuerRow {
  id: number;
  ownerId: number;
  /** Sealed. */
  secret: Uint8Array;
  createdAt: number;
  /** Of the organization that its guests belong to. */
  orgId: number;
  orgUuid: string;
  name: string;
}

function select(query: Reader['query']) {
  return query
    .selectFrom('guestIssuers')
    .innerJoin('organizations', 'organizations.id', 'guestIssuers.orgId')
    .selectAll('guestIssuers')
    .select(['organizations.uuid as orgUuid', 'organizations.displayName as name']);
}

export async function findGuestIssuer(reader: Reader, orgUuid: string): Promise<GuestIssuerRow | undefined> {
  return reader.first(byOrganization, { orgUuid });
}

/** Oldest first. */
export async function guestIssuersOf(
  reader: Reader,
  ownerId: number,
  { after, limit }: { after: number; limit: number },
): Promise<GuestIssuerRow[]> {
  return select(reader.query)
    .where('guestIssuers.ownerId', '=', ownerId)
    .where('guestIssuers.id', '>', after)
    .orderBy('guestIssuers.id')
    .limit(limit)
    .execute();
}

export async function countGuestIssuers(reader: Reader, ownerId: number): Promise<number> {
  const row = await reader.query
    .selectFrom('guestIssuers')
    .select(sql<number>`count(*)`.as('count'))
    .where('ownerId', '=', ownerId)
    .executeTakeFirstOrThrow();
  return row.count;
}

export async function insertGuestIssuer(
  tx: Writer,
  row: Pick<GuestIssuerRow, 'orgId' | 'ownerId' | 'secret' | 'createdAt'>,
): Promise<void> {
  await tx.query.insertInto('guestIssuers').values(row).execute();
}

/** Its guests stay, with what they wrote; their tokens end. */
export async function deleteGuestIssuer(tx: Writer, { id, orgId }: GuestIssuerRow): Promise<void> {
  await tx.query
    .deleteFrom('tokens')
    .where('personId', 'in', (eb) => eb.selectFrom('people').select('id').where('orgId', '=', orgId))
    .execute();
  await tx.query.deleteFrom('guestIssuers').where('id', '=', id).execute();
}

export async function renamePerson(tx: Writer, id: number, displayName: string, now: number): Promise<void> {
  await tx.query.updateTable('people').set({ displayName, modifiedAt: now }).where('id', '=', id).execute();
}

const byOrganization = statement<{ orgUuid: string }>()((db, param) =>
  select(db).where('organizations.uuid', '=', param('orgUuid')),
);
