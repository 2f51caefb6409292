import type { Authorization, PersonalToken } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import { splitScopes } from '../scopes.ts';
import type { AuthorizationRow, TokenRow } from './store.ts';

/** A part of the hash: it names the token, and helps nobody to find it. */
export function tokenId(hash: Uint8Array): string {
  return Buffer.from(hash.subarray(0, 20)).toString('hex');
}

export function presentToken({ hash, name, scopes, createdAt, expiresAt }: TokenRow): PersonalToken {
  return {
    id: tokenId(hash),
    ...(name !== null && { name }),
    scopes: splitScopes(scopes),
    created: isoTime(createdAt),
    ...(expiresAt !== null && { expires: isoTime(expiresAt) }),
  };
}

export function presentAuthorization(row: AuthorizationRow): Authorization {
  const { clientId, name, ownerEmail } = row;
  return {
    id: row.uuid,
    integration: { id: publicId('APPLICATION', clientId), name, ownerEmail },
    scopes: splitScopes(row.scopes),
    created: isoTime(row.createdAt),
    expires: isoTime(row.refreshExpiresAt),
  };
}
