import { decodeJwt, errors as jwtErrors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { GuestToken } from '../../contract/index.ts';
import { ApiError } from '../../core/errors.ts';
import { derivedUuid, parseId } from '../../core/ids.ts';
import type { Writer } from '../../db/index.ts';
import { createPerson, createToken, findPersonByUuid } from '../../people/index.ts';
import { secondsLeft, type OAuthParts } from '../parts.ts';
import { sealContext } from './issuers.ts';
import { findGuestIssuer, renamePerson, type GuestIssuerRow } from './store.ts';

/** Whom the issuer vouches for. `exp` is looked at by the verification. */
const Claims = z.object({
  sub: z.string().min(1).max(255),
  exp: z.number(),
  name: z
    .string()
    .max(128)
    .optional()
    .transform((name) => name?.trim() || undefined),
});
type Claims = z.output<typeof Claims>;

/** Lets guests in whom an issuer vouches for (spec 1.4): HS256 over `sub`, `name`, `iss` and `exp`. */
export class GuestLogin {
  readonly #parts: OAuthParts;

  constructor(parts: OAuthParts) {
    this.#parts = parts;
  }

  /** `authorization`: the header; the bare token, as Webex wants it, or after `Bearer`. */
  async login(authorization: string | undefined): Promise<GuestToken> {
    const { db, clock, lifetimes } = this.#parts;
    const jwt = authorization?.replace(/^bearer +/i, '').trim();
    if (!jwt) throw new ApiError('unauthorized');
    const issuer = await this.#issuerOf(jwt);
    const claims = await this.#verified(jwt, issuer);
    const now = clock.now();
    const expiresAt = now + lifetimes.guestTokenMs;
    const token = await db.write(async (tx) => {
      // It may have ended meanwhile.
      if (!(await findGuestIssuer(tx, issuer.orgUuid))) throw notRegistered();
      const personId = await guestOf(tx, issuer, claims, now);
      return createToken(tx, { personId, expiresAt, now });
    });
    return { token, expiresIn: secondsLeft(expiresAt, now) };
  }

  async #issuerOf(jwt: string): Promise<GuestIssuerRow> {
    const { iss } = unverified(jwt);
    const id = typeof iss === 'string' ? parseId('ORGANIZATION', iss) : undefined;
    const issuer = id?.kind === 'key' ? await findGuestIssuer(this.#parts.db.reader, id.key) : undefined;
    if (!issuer) throw notRegistered();
    return issuer;
  }

  async #verified(jwt: string, { secret, orgUuid }: GuestIssuerRow): Promise<Claims> {
    const { vault, clock } = this.#parts;
    const key = Buffer.from(vault.openAlone(sealContext(orgUuid), secret), 'base64');
    try {
      const { payload } = await jwtVerify(jwt, key, { algorithms: ['HS256'], currentDate: new Date(clock.now()) });
      const claims = Claims.safeParse(payload);
      if (claims.success) return claims.data;
    } catch (error) {
      if (error instanceof jwtErrors.JWTExpired) throw notAccepted('it has expired.');
      if (error instanceof jwtErrors.JOSEError) throw notAccepted('its signature or its form is wrong.');
      throw error;
    }
    throw new ApiError('invalidRequest', {
      reason: 'A guest token needs sub (at most 255 characters) and exp, and may have name (at most 128).',
    });
  }
}

function unverified(jwt: string): { iss?: unknown } {
  try {
    return decodeJwt(jwt);
  } catch {
    throw notAccepted('it is no JSON Web Token.');
  }
}

function notRegistered(): ApiError {
  return notAccepted('nobody is registered as its iss.');
}

function notAccepted(reason: string): ApiError {
  return new ApiError('guestTokenInvalid', { reason });
}

/** The person behind an issuer's `sub`, made when it comes for the first time. Answers the internal key. */
async function guestOf(tx: Writer, issuer: GuestIssuerRow, { sub, name }: Claims, now: number): Promise<number> {
  const uuid = derivedUuid('guest', issuer.orgUuid, sub);
  const known = await findPersonByUuid(tx, uuid);
  if (!known) {
    return createPerson(tx, {
      uuid,
      orgId: issuer.orgId,
      type: 'appuser',
      // Nobody reads mail there; Webex's guests have such addresses.
      email: `${uuid}@appid.ciscospark.com`,
      displayName: name ?? sub,
      now,
    });
  }
  if (name !== undefined && name !== known.displayName) await renamePerson(tx, known.id, name, now);
  return known.id;
}
