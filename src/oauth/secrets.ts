import { randomBytes, timingSafeEqual } from 'node:crypto';
import { hashToken } from '../http/index.ts';

const SECRET_BYTES = 32;

/** Of codes, refresh tokens and client secrets: 256 random bits. Only hashes of them are stored. */
export function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64url');
}

/** Spec 2.1: the form of Webex's keys of applications. */
export function newClientId(): string {
  return `C${randomBytes(32).toString('hex')}`;
}

export function isSecret(text: string, storedHash: Uint8Array): boolean {
  return timingSafeEqual(hashToken(text), storedHash);
}
