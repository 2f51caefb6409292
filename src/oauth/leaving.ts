import type { Writer } from '../db/index.ts';

/**
 * Somebody is deleted: what they allowed ends, and so do their own integrations and guest issuers, with all tokens that those
 * were given.
 */
export async function endCredentialsOf({ query }: Writer, personId: number): Promise<void> {
  for (const table of ['grants', 'authorizationCodes', 'deviceCodes'] as const) {
    await query.deleteFrom(table).where('personId', '=', personId).execute();
  }
  for (const table of ['integrations', 'guestIssuers'] as const) {
    await query.deleteFrom(table).where('ownerId', '=', personId).execute();
  }
}
