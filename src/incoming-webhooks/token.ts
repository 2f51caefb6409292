import { randomUUID } from 'node:crypto';
import { parseId, publicId } from '../core/ids.ts';
import { hashToken } from '../http/index.ts';

/**
 * The secret of an incoming webhook, in the form of Webex's: a WEBHOOK id of 80 characters. All 122 random bits of the
 * UUID in it are the secret, so it must be no key of anything that is shown, nor ordered by time. Senders check for
 * letters and digits only: the id of a UUID never has another character.
 */
export function newToken(): { token: string; hash: Uint8Array } {
  const secret = randomUUID();
  return { token: publicId('WEBHOOK', secret), hash: hashToken(secret) };
}

/** What a token is looked up by; undefined for what no token can be. However an id is written, it is the same token (ID-2). */
export function tokenHash(token: string): Uint8Array | undefined {
  const parsed = parseId('WEBHOOK', token);
  return parsed.kind === 'key' ? hashToken(parsed.key) : undefined;
}
