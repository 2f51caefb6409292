import { randomBytes } from 'node:crypto';
import type { GuestIssuerCreate, OwnQuery } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import { ApiError } from '../../core/errors.ts';
import { newUuid } from '../../core/ids.ts';
import type { Reader } from '../../db/index.ts';
import { keyset, pathKey, type Page } from '../../http/index.ts';
import { createOrganization, mustBeThere } from '../../people/index.ts';
import type { OAuthParts } from '../parts.ts';
import { mayRegisterClients } from '../policy.ts';
import {
  countGuestIssuers,
  deleteGuestIssuer,
  findGuestIssuer,
  guestIssuersOf,
  insertGuestIssuer,
  type GuestIssuerRow,
} from './store.ts';

const MOST_PER_PERSON = 20;
const KEY_BYTES = 32;

const oldestFirst = keyset('guest issuers', 'number');

/** A sealed key opens only for the issuer it belongs to. */
export function sealContext(orgUuid: string): string {
  return `guest issuer:${orgUuid}`;
}

/** Registers who may vouch for guests; each is its owner's, and nobody else sees it. */
export class GuestIssuerService {
  readonly #parts: OAuthParts;

  constructor(parts: OAuthParts) {
    this.#parts = parts;
  }

  async list(caller: Caller, { max, cursor }: OwnQuery): Promise<Page<GuestIssuerRow>> {
    mayRegisterClients(caller);
    const [after = 0] = oldestFirst.after(cursor) ?? [];
    const rows = await guestIssuersOf(this.#parts.db.reader, caller.personId, { after, limit: max + 1 });
    return oldestFirst.page(rows, max, ({ id }) => [id]);
  }

  async get(caller: Caller, id: string): Promise<GuestIssuerRow> {
    return own(this.#parts.db.reader, caller, id);
  }

  /** `secret`: base64, as it is shown this once. */
  async create(caller: Caller, { name }: GuestIssuerCreate): Promise<{ issuer: GuestIssuerRow; secret: string }> {
    mayRegisterClients(caller);
    const { db, clock, vault } = this.#parts;
    const secret = randomBytes(KEY_BYTES).toString('base64');
    const uuid = newUuid();
    return db.write(async (tx) => {
      await mustBeThere(tx, caller);
      if ((await countGuestIssuers(tx, caller.personId)) >= MOST_PER_PERSON) {
        throw new ApiError('tooManyGuestIssuers', { limit: MOST_PER_PERSON });
      }
      const now = clock.now();
      // Guests belong to nobody's organization, so that none of its directory is theirs to see.
      const orgId = await createOrganization(tx, { uuid, displayName: name, now });
      const sealed = vault.sealAlone(sealContext(uuid), secret);
      await insertGuestIssuer(tx, { orgId, ownerId: caller.personId, secret: sealed, createdAt: now });
      const issuer = await findGuestIssuer(tx, uuid);
      if (!issuer) throw new Error('A guest issuer that was just inserted is not there.');
      return { issuer, secret };
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.write(async (tx) => deleteGuestIssuer(tx, await own(tx, caller, id)));
  }
}

async function own(reader: Reader, caller: Caller, id: string): Promise<GuestIssuerRow> {
  mayRegisterClients(caller);
  const issuer = await findGuestIssuer(reader, pathKey('ORGANIZATION', id, 'guestIssuerNotFound'));
  if (issuer?.ownerId !== caller.personId) throw new ApiError('guestIssuerNotFound');
  return issuer;
}
