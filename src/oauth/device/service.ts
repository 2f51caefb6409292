import type { Consent, DeviceAuthorization, DeviceAuthorizationRequest } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import type { Reader, Writer } from '../../db/index.ts';
import { hashToken } from '../../http/index.ts';
import { mustBeThere } from '../../people/index.ts';
import { consented } from '../consent/service.ts';
import type { SignIn } from '../consent/sign-in.ts';
import { clientNamed } from '../exchange/client.ts';
import type { Asked } from '../exchange/service.ts';
import { integrationById, type IntegrationRow } from '../integrations/store.ts';
import { secondsLeft, type OAuthParts } from '../parts.ts';
import { askedScopes, splitScopes } from '../scopes.ts';
import { newSecret } from '../secrets.ts';
import { Guesses } from './guesses.ts';
import { findUserCode, insertDeviceCode, updateDeviceCode, type DeviceCodeRow } from './store.ts';
import { hashUserCode, newUserCode } from './user-code.ts';

/** Between two polls (ms). */
const INTERVAL_MS = 5_000;

/** What a device asks a person for. */
export interface DeviceRequest {
  code: DeviceCodeRow;
  integration: IntegrationRow;
}

/** Lets a person decide, on whatever has a browser, what a device may do that has none (RFC 8628). */
export class DeviceService {
  readonly #parts: OAuthParts;
  readonly #signIn: SignIn;
  readonly #guesses: Guesses;

  constructor(parts: OAuthParts, signIn: SignIn) {
    this.#parts = parts;
    this.#signIn = signIn;
    this.#guesses = new Guesses(parts.clock);
  }

  /** `verificationUri`: the page on which the person types the code. */
  async begin(
    { authorization, body }: Asked<DeviceAuthorizationRequest>,
    verificationUri: string,
  ): Promise<DeviceAuthorization> {
    const { db, clock, lifetimes } = this.#parts;
    const [deviceCode, userCode] = [newSecret(), newUserCode()];
    const userCodeHash = hashUserCode(userCode);
    if (!userCodeHash) throw new Error('A user code is not what it should be.');
    const now = clock.now();
    const expiresAt = now + lifetimes.deviceCodeMs;
    await db.write(async (tx) => {
      const integration = await clientNamed(tx, { ...body, authorization });
      const scopes = askedScopes(body.scope, splitScopes(integration.scopes));
      await insertDeviceCode(tx, {
        hash: hashToken(deviceCode),
        userCodeHash,
        integrationId: integration.id,
        scopes: scopes.join(' '),
        intervalMs: INTERVAL_MS,
        expiresAt,
      });
    });
    return {
      device_code: deviceCode,
      user_code: userCode,
      verification_uri: verificationUri,
      verification_uri_complete: `${verificationUri}?user_code=${userCode}`,
      expires_in: secondsLeft(expiresAt, now),
      interval: INTERVAL_MS / 1_000,
    };
  }

  /** What a code asks for; undefined: it is wrong, or too late. Throws when `address` was wrong too often. */
  async find(userCode: string, address: string): Promise<DeviceRequest | undefined> {
    this.#guesses.check(address);
    const request = await this.#pending(this.#parts.db.reader, userCode);
    if (!request) this.#guesses.wrong(address);
    return request;
  }

  /** Answers whether the device was let in. Throws `AskAgain`. */
  async decide({ code }: DeviceRequest, consent: Consent): Promise<boolean> {
    const { db } = this.#parts;
    if (consent.decision !== 'allow') {
      await db.write((tx) => this.#settle(tx, code, { state: 'denied' }));
      return false;
    }
    const granted = await consented(this.#signIn, consent, splitScopes(code.scopes));
    await db.write(async (tx) => {
      await mustBeThere(tx, granted);
      await this.#settle(tx, code, { state: 'approved', ...granted });
    });
    return true;
  }

  async #settle(tx: Writer, code: DeviceCodeRow, changed: Parameters<typeof updateDeviceCode>[2]): Promise<void> {
    // Two pages may be open, and time goes on.
    const pending = await findUserCode(tx, code.userCodeHash, this.#parts.clock.now());
    if (!pending) throw new ApiError('formExpired');
    await updateDeviceCode(tx, pending.id, changed);
  }

  async #pending(reader: Reader, userCode: string): Promise<DeviceRequest | undefined> {
    const hash = hashUserCode(userCode);
    const code = hash && (await findUserCode(reader, hash, this.#parts.clock.now()));
    return code && { code, integration: await integrationById(reader, code.integrationId) };
  }
}
