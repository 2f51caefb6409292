import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';
import { StoreUnavailableError } from '../db/index.ts';

/** ERR-1…3: one shape for every refusal, whoever refuses. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asApiError(error, request);
  if (refusal.status >= 500) request.log.error({ err: error }, refusal.message);
  else request.log.debug({ code: refusal.code, path: request.url }, refusal.message);
  if (refusal.status === 503) reply.header('Retry-After', '1');
  return reply.code(refusal.status).send({
    message: refusal.message,
    errors: refusal.descriptions.map((description) => ({ description })),
    trackingId: request.id,
  });
}

function asApiError(error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailableError) return new ApiError('unavailable');
  if (isFastifyError(error)) return fromFastify(error, request);
  return new ApiError('internal');
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'statusCode' in error;
}

function fromFastify(error: FastifyError, request: FastifyRequest): ApiError {
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      // HTTP-13: a body without a type is taken for plain text.
      return new ApiError('mediaTypeUnsupported', { type: request.headers['content-type'] ?? 'text/plain' });
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('bodyTooLarge', { limit: request.routeOptions.bodyLimit ?? 0 });
    default:
      if (error.statusCode === undefined || error.statusCode >= 500) return new ApiError('internal');
      return new ApiError('invalidRequest', { reason: error.message });
  }
}
