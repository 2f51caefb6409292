import { authenticate, limitPerPerson, RateLimiter, type Api, type Rate } from '../http/index.ts';
import { findCaller } from '../people/index.ts';
import { Presence } from '../people/presence.ts';
import type { Foundation } from './foundation.ts';
import type { AppOptions } from './options.ts';

export type Access = ReturnType<typeof composeAccess>;

/** Who is let in, and how often. */
export function composeAccess({ rateLimits }: AppOptions, foundation: Foundation) {
  const { db, clock } = foundation;
  const presence = new Presence(foundation);
  const callerOf = (hash: Uint8Array) => findCaller(db.reader, hash, clock.now());
  const authenticated = authenticate(callerOf, clock, (caller) => presence.seen(caller));
  const limiterOf = (rate: Rate | undefined) => rate && new RateLimiter(rate, clock);
  const perPerson = limiterOf(rateLimits.perPerson);
  return {
    presence,
    callerOf,
    /** What is known of the person's tokens is asked for anew. */
    forget: (personId: number) => authenticated.forget(personId),
    /** From here on these routes are for callers alone. */
    forCallers: (routes: Api): void => {
      routes.addHook('onRequest', authenticated);
      if (perPerson) routes.addHook('onRequest', limitPerPerson(perPerson));
    },
    perIncomingWebhook: limiterOf(rateLimits.perIncomingWebhook),
  };
}
