import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import { hasScope, type Caller, type Scope } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every authenticated route before its handler runs. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** The scope that the token must carry; none: any valid token. */
    scope?: Scope;
  }
}

/** Who a token belongs to; undefined for one that is unknown or has expired. */
export type FindCaller = (tokenHash: Uint8Array) => Promise<Caller | undefined>;

/** A token that was found good is taken for good so long, in ms: revoking it takes effect within that time. */
const TRUST_MS = 1_000;
const MOST_TRUSTED = 10_000;

/** AUTH-1…3: bearer tokens of any alphabet (AUTH-5), then the route's scope. */
export function authenticate(findCaller: FindCaller, clock: Clock): (request: FastifyRequest) => Promise<void> {
  const trusted = new Map<string, { caller: Caller; until: number }>();

  async function callerOf(token: string): Promise<Caller | undefined> {
    const known = trusted.get(token);
    if (known && clock.now() < known.until) return known.caller;
    trusted.delete(token);
    const caller = await findCaller(hashToken(token));
    if (!caller) return undefined;
    if (trusted.size >= MOST_TRUSTED) trusted.clear();
    trusted.set(token, { caller, until: Math.min(clock.now() + TRUST_MS, caller.tokenExpiresAt ?? Infinity) });
    return caller;
  }

  return async (request) => {
    const token = bearerToken(request);
    const caller = token === undefined ? undefined : await callerOf(token);
    if (!caller) throw new ApiError('unauthorized');
    const { scope } = request.routeOptions.config;
    if (scope && !hasScope(caller, scope)) throw new ApiError('forbidden');
    request.caller = request.trace ? { ...caller, trace: request.trace } : caller;
  };
}

/** What the request shows in its `Authorization` header. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** Tokens are random, so a plain hash is enough to make the stored form useless to a thief. */
export function hashToken(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}
