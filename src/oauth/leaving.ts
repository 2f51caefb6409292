import type { Writer } from '../db/index.ts';
import { deleteGuestIssuer, guestIssuersOf } from './guests/store.ts';

/**
 * Somebody is deleted: what they allowed ends, and so do their own integrations and guest issuers, with all tokens that those
 * were given.
 */
export async function endCredentialsOf(tx: Writer, personId: number): Promise<void> {
  const { query } = tx;
  for (const table of ['grants', 'authorizationCodes', 'deviceCodes'] as const) {
    await query.deleteFrom(table).where('personId', '=', personId).execute();
  }
  await query.deleteFrom('integrations').where('ownerId', '=', personId).execute();
  for (const issuer of await guestIssuersOf(tx, personId, { after: 0, limit: Number.MAX_SAFE_INTEGER })) {
    await deleteGuestIssuer(tx, issuer);
  }
}
