import { hash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import { hasScope, isOfficer, type Caller, type RoomWork, type Scope } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set on every authenticated route before its handler runs. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** The scope that the token must carry; none: any valid token. */
    scope?: Scope;
    /** What a compliance officer may do here by the scope of compliance alone (VIS-5). */
    officers?: RoomWork;
  }
}

/** Who a token belongs to; undefined for one that is unknown or has expired. */
export type FindCaller = (tokenHash: Uint8Array) => Promise<Caller | undefined>;

export interface Authentication {
  /** AUTH-1…3: bearer tokens of any alphabet (AUTH-5), then the route's scope. */
  (request: FastifyRequest): Promise<void>;
  /** What is known of the person's tokens is asked for anew: something about the person or the tokens has changed. */
  forget(personId: number): void;
}

/** A token that was found good is taken for good so long, in ms, unless it is forgotten before. */
const TRUST_MS = 1_000;
const MOST_TRUSTED = 10_000;

/** `onCaller` hears of everybody who was let in. */
export function authenticate(
  findCaller: FindCaller,
  clock: Clock,
  onCaller: (caller: Caller) => void = () => {},
): Authentication {
  const trusted = new Map<string, { caller: Caller; until: number }>();
  /** Counts what was forgotten, so that a reading it overtook is not kept. */
  let changes = 0;

  async function callerOf(token: string): Promise<Caller | undefined> {
    const known = trusted.get(token);
    if (known && clock.now() < known.until) return known.caller;
    trusted.delete(token);
    const before = changes;
    const caller = await findCaller(hashToken(token));
    if (!caller || before !== changes) return caller;
    if (trusted.size >= MOST_TRUSTED) trusted.clear();
    trusted.set(token, { caller, until: Math.min(clock.now() + TRUST_MS, caller.tokenExpiresAt ?? Infinity) });
    return caller;
  }

  async function check(request: FastifyRequest): Promise<void> {
    const token = bearerToken(request);
    const caller = token === undefined ? undefined : await callerOf(token);
    if (!caller) throw new ApiError('unauthorized');
    const { scope, officers } = request.routeOptions.config;
    if (scope && !hasScope(caller, scope) && !(officers && isOfficer(caller, officers))) {
      throw new ApiError('forbidden');
    }
    onCaller(caller);
    request.caller = request.trace ? { ...caller, trace: request.trace } : caller;
  }

  return Object.assign(check, {
    forget(personId: number): void {
      changes += 1;
      for (const [token, { caller }] of trusted) if (caller.personId === personId) trusted.delete(token);
    },
  });
}

/** What the request shows in its `Authorization` header. */
export function bearerToken({ headers }: FastifyRequest): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
}

/** Tokens are random, so a plain hash is enough to make the stored form useless to a thief. */
export function hashToken(token: string): Uint8Array {
  return hash('sha256', token, 'buffer');
}
