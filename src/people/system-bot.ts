import type { Caller } from '../core/caller.ts';
import { derivedUuid } from '../core/ids.ts';
import type { Database, Writer } from '../db/index.ts';
import { createOrganization, createPerson } from './accounts.ts';
import { findPersonByUuid, type PersonRef } from './store.ts';
import { appKeys } from './tokens.ts';

/** The bot in whose name the server itself acts and speaks. */
export const SYSTEM_BOT_UUID = derivedUuid('system bot');

const EMAIL = 'hearth@webex.bot';
const NAME = 'Hearth';

/** The system bot as it acts; made when it is first needed, in an organization of its own. */
export async function systemBot(db: Database, now: number): Promise<Caller> {
  const known = await findPersonByUuid(db.reader, SYSTEM_BOT_UUID);
  const { id: personId, ...bot } = known ?? (await db.write((tx) => makeSystemBot(tx, now)));
  return {
    ...bot,
    personId,
    roles: new Set(),
    scopes: new Set(['spark:all']),
    appKey: appKeys.bot,
    tokenExpiresAt: null,
  };
}

async function makeSystemBot(tx: Writer, now: number): Promise<PersonRef> {
  // Two may find at the same time that it is missing.
  const known = await findPersonByUuid(tx, SYSTEM_BOT_UUID);
  if (known) return known;
  const orgUuid = derivedUuid('system organization');
  const orgId = await createOrganization(tx, { uuid: orgUuid, displayName: NAME, now });
  const account = { uuid: SYSTEM_BOT_UUID, orgId, type: 'bot', email: EMAIL, displayName: NAME } as const;
  const id = await createPerson(tx, { ...account, now });
  return { ...account, id, orgUuid };
}
