import { createHash, timingSafeEqual } from 'node:crypto';
import type { AccessToken, RevocationRequest, TokenRequest } from '../../contract/index.ts';
import { covers } from '../../core/caller.ts';
import { ApiError } from '../../core/errors.ts';
import type { Writer } from '../../db/index.ts';
import { hashToken } from '../../http/index.ts';
import { DEVICE_CODE_GRANT, exchangeDeviceCode } from '../device/exchange.ts';
import { findIntegration, type IntegrationRow } from '../integrations/store.ts';
import type { OAuthParts } from '../parts.ts';
import { splitScopes } from '../scopes.ts';
import { clientOf } from './client.ts';
import { beginGrant, goOn, newAccessToken } from './grants.ts';
import {
  deleteAccessToken,
  deleteGrant,
  findAccessToken,
  findCode,
  grantByRefreshToken,
  markCodeUsed,
  type CodeRow,
} from './store.ts';

/** A request at one of the doors where tokens are handed out. */
export interface Asked<Body> {
  authorization: string | undefined;
  body: Body;
}

/** How the JavaScript SDK of Webex asks for a token that may do less. */
const SCOPE_REDUCTION_GRANT = 'urn:cisco:oauth:grant-type:scope-reduction';

const GRANT_TYPES = ['authorization_code', 'refresh_token', DEVICE_CODE_GRANT, SCOPE_REDUCTION_GRANT] as const;

/** Hands out access tokens for what proves that somebody has allowed it, and takes them back. */
export class ExchangeService {
  readonly #parts: OAuthParts;

  constructor(parts: OAuthParts) {
    this.#parts = parts;
  }

  async exchange(asked: Asked<TokenRequest>, allowed: readonly string[] = GRANT_TYPES): Promise<AccessToken> {
    const type = needed(asked.body, 'grant_type');
    if (!allowed.includes(type)) {
      throw new ApiError('grantTypeUnsupported', { type, allowed: allowed.join(', ') });
    }
    switch (type) {
      case 'authorization_code':
        return this.#fromCode(asked);
      case 'refresh_token':
        return this.#fromRefreshToken(asked);
      case DEVICE_CODE_GRANT:
        return exchangeDeviceCode(this.#parts, await this.#client(asked), needed(asked.body, 'device_code'));
      default:
        return this.#reduced(asked.body);
    }
  }

  /** RFC 7009: ends an access token, or a refresh token with all that was made of it. What is not there has ended already. */
  async revoke(asked: Asked<RevocationRequest>): Promise<void> {
    const client = await this.#client(asked);
    const hash = hashToken(needed(asked.body, 'token'));
    const { db, forget } = this.#parts;
    await db.write(async (tx) => {
      const token = await findAccessToken(tx, hash);
      if (token?.grantId && token.appKey === client.clientId) {
        await deleteAccessToken(tx, token.id);
        tx.afterCommit(() => forget(token.personId));
      }
      const grant = await grantByRefreshToken(tx, hash);
      if (grant?.integrationId === client.id) {
        await deleteGrant(tx, grant.id);
        tx.afterCommit(() => forget(grant.personId));
      }
    });
  }

  #client({ authorization, body }: Asked<Pick<TokenRequest, 'client_id' | 'client_secret'>>): Promise<IntegrationRow> {
    return clientOf(this.#parts.db.reader, { ...body, authorization });
  }

  async #fromCode(asked: Asked<TokenRequest>): Promise<AccessToken> {
    const { db, clock, lifetimes } = this.#parts;
    const client = await this.#client(asked);
    const hash = hashToken(needed(asked.body, 'code'));
    const answer = await db.write(async (tx) => {
      const code = await findCode(tx, hash);
      const now = clock.now();
      if (!code || code.integrationId !== client.id || code.expiresAt <= now)
        throw badCode('is unknown or has expired');
      // Somebody else may have got hold of it: what it was exchanged for ends. That has to be committed, so it throws later.
      if (code.grantId !== null) return deleteGrant(tx, code.grantId);
      mustBeFor(code, asked.body);
      const granted = { integration: client, personId: code.personId, scopes: code.scopes };
      const begun = await beginGrant(tx, granted, { lifetimes, now });
      await markCodeUsed(tx, code.id, begun.grantId);
      return begun.answer;
    });
    if (!answer) throw badCode('was used before: everything that came of it has ended');
    return answer;
  }

  async #fromRefreshToken(asked: Asked<TokenRequest>): Promise<AccessToken> {
    const { db, clock, lifetimes } = this.#parts;
    const integration = await this.#client(asked);
    const refreshToken = needed(asked.body, 'refresh_token');
    return db.write(async (tx) => {
      const grant = await grantByRefreshToken(tx, hashToken(refreshToken));
      const now = clock.now();
      if (!grant || grant.integrationId !== integration.id || grant.refreshExpiresAt <= now) {
        throw new ApiError('grantInvalid', { reason: 'The refresh token is unknown, has expired or was revoked.' });
      }
      const scopes = part(asked.body.scope ?? grant.scopes, grant.scopes);
      return goOn(tx, grant, { integration, scopes, refreshToken }, { lifetimes, now });
    });
  }

  /** The token proves what it may; the client only has to be the one that it was made for. */
  async #reduced(body: TokenRequest): Promise<AccessToken> {
    const { db, clock } = this.#parts;
    const [clientId, token, scope] = [needed(body, 'client_id'), needed(body, 'token'), needed(body, 'scope')];
    return db.write(async (tx) => {
      const now = clock.now();
      const integration = await findIntegration(tx, clientId);
      const whole = await this.#live(tx, token, now);
      if (!integration || !whole || whole.appKey !== integration.clientId) {
        throw new ApiError('grantInvalid', {
          reason: 'The token is unknown, has expired, or belongs to another client.',
        });
      }
      const { scopes, expiresAt, grantId: id, personId } = whole;
      return newAccessToken(tx, { id, personId }, { integration, scopes: part(scope, scopes), expiresAt, now });
    });
  }

  async #live(tx: Writer, token: string, now: number) {
    const row = await findAccessToken(tx, hashToken(token));
    if (!row || row.grantId === null || row.expiresAt === null || row.expiresAt <= now) return undefined;
    return { ...row, grantId: row.grantId, expiresAt: row.expiresAt };
  }
}

/** RFC 6749, 4.1.3; RFC 7636, 4.6. A verifier without a challenge means that somebody took the challenge away. */
function mustBeFor({ redirectUri, challenge }: CodeRow, body: TokenRequest): void {
  if (needed(body, 'redirect_uri') !== redirectUri) throw badCode('was asked for with another redirect_uri');
  const { code_verifier: verifier } = body;
  if (challenge === null && verifier === undefined) return;
  if (challenge === null || verifier === undefined || !isVerifierOf(verifier, challenge)) {
    throw badCode('was asked for with another code_verifier');
  }
}

function isVerifierOf(verifier: string, challenge: string): boolean {
  const [expected, given] = [
    Buffer.from(challenge),
    Buffer.from(createHash('sha256').update(verifier).digest('base64url')),
  ];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function badCode(what: string): ApiError {
  return new ApiError('grantInvalid', { reason: `The code ${what}.` });
}

/** The scopes asked for, if all of them are among the others. Both are space separated. */
function part(asked: string, whole: string): string {
  const [scopes, held] = [splitScopes(asked), new Set(splitScopes(whole))];
  const beyond = scopes.find((scope) => !covers(held, scope));
  if (beyond !== undefined || scopes.length === 0) {
    throw new ApiError('scopeInvalid', { reason: `The scope '${beyond ?? ''}' was not granted.` });
  }
  return scopes.join(' ');
}

function needed<Name extends string>(body: { [K in Name]?: string | undefined }, name: Name): string {
  const value = body[name];
  if (value === undefined || value === '') {
    throw new ApiError('oauthRequestInvalid', { reason: `${name} is missing, or was given more than once.` });
  }
  return value;
}
