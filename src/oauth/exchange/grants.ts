import type { AccessToken } from '../../contract/index.ts';
import { newUuid } from '../../core/ids.ts';
import type { Writer } from '../../db/index.ts';
import { hashToken } from '../../http/index.ts';
import { createToken } from '../../people/index.ts';
import type { IntegrationRow } from '../integrations/store.ts';
import { secondsLeft, type Lifetimes } from '../parts.ts';
import { newSecret } from '../secrets.ts';
import { dropOldestAccessTokens, insertGrant, renewGrant, type GrantRow } from './store.ts';

interface Granted {
  integration: Pick<IntegrationRow, 'id' | 'clientId'>;
  /** Internal key. */
  personId: number;
  /** Space separated. */
  scopes: string;
}

/** A new grant, with the first tokens under it. */
export async function beginGrant(
  tx: Writer,
  { integration, personId, scopes }: Granted,
  { lifetimes, now }: { lifetimes: Lifetimes; now: number },
): Promise<{ grantId: number; answer: AccessToken }> {
  const refreshToken = newSecret();
  const grant = {
    uuid: newUuid(),
    integrationId: integration.id,
    personId,
    scopes,
    refreshHash: hashToken(refreshToken),
    refreshExpiresAt: now + lifetimes.refreshTokenMs,
    createdAt: now,
  };
  const { id } = await insertGrant(tx, grant);
  const accessToken = { integration, scopes, expiresAt: now + lifetimes.accessTokenMs, now };
  const answer = await newAccessToken(tx, { id, personId }, accessToken);
  return { grantId: id, answer: withRefreshToken(answer, refreshToken, grant.refreshExpiresAt, now) };
}

/** A further access token; the refresh token stays what it is, and lasts as long as a new one would (spec 1.4). */
export async function goOn(
  tx: Writer,
  grant: GrantRow,
  { integration, scopes, refreshToken }: { integration: IntegrationRow; scopes: string; refreshToken: string },
  { lifetimes, now }: { lifetimes: Lifetimes; now: number },
): Promise<AccessToken> {
  const refreshExpiresAt = now + lifetimes.refreshTokenMs;
  await renewGrant(tx, grant.id, refreshExpiresAt);
  const accessToken = { integration, scopes, expiresAt: now + lifetimes.accessTokenMs, now };
  return withRefreshToken(await newAccessToken(tx, grant, accessToken), refreshToken, refreshExpiresAt, now);
}

interface NewAccessToken {
  integration: Pick<IntegrationRow, 'clientId'>;
  scopes: string;
  expiresAt: number;
  now: number;
}

export async function newAccessToken(
  tx: Writer,
  grant: Pick<GrantRow, 'id' | 'personId'>,
  { integration, scopes, expiresAt, now }: NewAccessToken,
): Promise<AccessToken> {
  await dropOldestAccessTokens(tx, grant.id);
  const token = await createToken(tx, {
    personId: grant.personId,
    grantId: grant.id,
    appKey: integration.clientId,
    scopes: scopes.split(' '),
    expiresAt,
    now,
  });
  return { access_token: token, expires_in: secondsLeft(expiresAt, now), token_type: 'Bearer', scope: scopes };
}

function withRefreshToken(answer: AccessToken, refreshToken: string, expiresAt: number, now: number): AccessToken {
  const { access_token, expires_in, ...rest } = answer;
  return {
    access_token,
    expires_in,
    refresh_token: refreshToken,
    refresh_token_expires_in: secondsLeft(expiresAt, now),
    ...rest,
  };
}
