import type { AccessToken } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import { hashToken } from '../../http/index.ts';
import { beginGrant } from '../exchange/grants.ts';
import type { IntegrationRow } from '../integrations/store.ts';
import type { OAuthParts } from '../parts.ts';
import { deleteDeviceCode, findDeviceCode, updateDeviceCode } from './store.ts';

export const DEVICE_CODE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

/** RFC 8628, 3.5: who asks too often has to ask that much less often from then on (ms). */
const SLOWER_MS = 5_000;

/** One poll of a device: its tokens once the person has approved, or why there are none. */
export async function exchangeDeviceCode(
  { db, clock, lifetimes }: OAuthParts,
  client: IntegrationRow,
  deviceCode: string,
): Promise<AccessToken> {
  const outcome = await db.write(async (tx): Promise<AccessToken | ApiError> => {
    const now = clock.now();
    const code = await findDeviceCode(tx, hashToken(deviceCode));
    if (code?.integrationId !== client.id)
      return new ApiError('grantInvalid', { reason: 'The device code is unknown.' });
    if (code.expiresAt <= now) return new ApiError('deviceCodeExpired');
    if (code.state === 'denied') return new ApiError('deviceDenied');
    if (code.state === 'pending' || code.personId === null) {
      const tooSoon = code.polledAt !== null && now < code.polledAt + code.intervalMs;
      const intervalMs = code.intervalMs + (tooSoon ? SLOWER_MS : 0);
      await updateDeviceCode(tx, code.id, { polledAt: now, intervalMs });
      return tooSoon
        ? new ApiError('devicePolledTooOften', { seconds: intervalMs / 1_000 })
        : new ApiError('authorizationPending');
    }
    await deleteDeviceCode(tx, code.id);
    const granted = { integration: client, personId: code.personId, scopes: code.scopes };
    return (await beginGrant(tx, granted, { lifetimes, now })).answer;
  });
  // What a refusal has changed stays changed, so it is thrown after the commit.
  if (outcome instanceof ApiError) throw outcome;
  return outcome;
}
