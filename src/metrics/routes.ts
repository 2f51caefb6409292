import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';
import { bearerToken, hashToken } from '../http/index.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics`. With a `token` only for those who show it: a scraper is no person and has no token of the API. */
export function metricsRoute(app: FastifyInstance, metrics: Metrics, token: string | undefined): void {
  app.get('/metrics', { schema: { hide: true } }, async (request, reply) => {
    if (token !== undefined) mustShow(token, request);
    return reply.type(metrics.contentType).send(await metrics.scrape());
  });
}

function mustShow(token: string, request: FastifyRequest): void {
  const shown = bearerToken(request);
  // Hashes have one length, and take one time to compare.
  if (shown === undefined || !timingSafeEqual(hashToken(shown), hashToken(token))) throw new ApiError('unauthorized');
}
