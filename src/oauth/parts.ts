import type { Clock } from '../core/clock.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from '../db/index.ts';

/** In ms. */
export interface Lifetimes {
  accessTokenMs: number;
  refreshTokenMs: number;
  authorizationCodeMs: number;
  deviceCodeMs: number;
  guestTokenMs: number;
}

export interface OAuthOptions {
  lifetimes: Lifetimes;
  integrationsPerPerson: number;
  /** How people show who they are: by their access token, or, where nothing is at stake, by picking anybody. */
  signIn: 'token' | 'anybody';
}

export interface OAuthParts extends OAuthOptions {
  db: Database;
  clock: Clock;
  vault: Vault;
  /** What is known of the person's tokens is asked for anew. */
  forget: (personId: number) => void;
}

/**
 * Seconds, as they are told: what is left when the answer arrives, so one less than the whole (1209599 for 14 days, as with
 * Webex).
 */
export function secondsLeft(expiresAt: number, now: number): number {
  return Math.max(0, Math.ceil((expiresAt - now) / 1_000) - 1);
}
