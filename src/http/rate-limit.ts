import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';

/** How much is allowed: `perSecond` in the long run, `burst` at once. */
export interface Rate {
  perSecond: number;
  burst: number;
}

interface Bucket {
  tokens: number;
  /** When there were so many (ms). */
  at: number;
}

/** Buckets that are kept at most; beyond it the one that was used longest ago is taken for full. */
const MOST_BUCKETS = 10_000;

/** So little is missing only because fractions are rounded: who has waited as long as was said gets through. */
const ROUNDING = 1e-9;

/** A token bucket for each key. Only those that are not full are kept, so memory follows from who is active. */
export class RateLimiter {
  readonly #rate: Rate;
  readonly #clock: Pick<Clock, 'now'>;
  /** The one that was used longest ago first. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: Pick<Clock, 'now'>) {
    this.#rate = rate;
    this.#clock = clock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token out of the bucket and answers 0; or, when there is none, the milliseconds until there is. */
  take(key: string): number {
    const now = this.#clock.now();
    this.#forgetFull(now);
    const bucket = this.#buckets.get(key);
    const tokens = bucket ? this.#tokensOf(bucket, now) : this.#rate.burst;
    if (tokens < 1 - ROUNDING) return ((1 - tokens) * 1_000) / this.#rate.perSecond;
    this.#buckets.delete(key);
    this.#buckets.set(key, { tokens: tokens - 1, at: now });
    return 0;
  }

  #tokensOf({ tokens, at }: Bucket, now: number): number {
    return Math.min(this.#rate.burst, tokens + ((now - at) * this.#rate.perSecond) / 1_000);
  }

  #forgetFull(now: number): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#buckets.size < MOST_BUCKETS && this.#tokensOf(bucket, now) < this.#rate.burst) return;
      this.#buckets.delete(key);
    }
  }
}

/** RATE-1, RATE-4: refuses what is beyond the rate. No limiter: there is no limit. */
export function mustBeWithinRate(limiter: RateLimiter | undefined, key: string, reply: FastifyReply): void {
  const waitMs = limiter?.take(key) ?? 0;
  if (waitMs === 0) return;
  reply.header('Retry-After', Math.ceil(waitMs / 1_000));
  throw new ApiError('tooManyRequests');
}

/** All tokens of a person share one bucket (RATE-2). For routes that are authenticated. */
export function limitPerPerson(limiter: RateLimiter): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => mustBeWithinRate(limiter, request.caller.uuid, reply);
}
