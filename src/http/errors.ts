import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';
import { StoreUnavailableError } from '../db/index.ts';
import { loggedPath } from './logged-path.ts';

/** ERR-1…3: one shape for every refusal, whoever refuses. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = asApiError(error, request);
  // An outage of the store is told once, by the store.
  if (refusal.status >= 500 && refusal.code !== 'unavailable') request.log.error({ err: error }, refusal.message);
  // Not its words: they may quote the body, which may be a message.
  else request.log.debug({ code: refusal.code, path: loggedPath(request.url) }, 'refused');
  if (refusal.status === 503) reply.header('Retry-After', '1');
  // What was about to be sent instead may have been no JSON.
  reply.removeHeader('content-length').type('application/json; charset=utf-8');
  return reply.code(refusal.status).send(errorBody(refusal.descriptions, request.id, refusal.oauthError));
}

/** What is no HTTP that can be read becomes no request; it is answered in the same shape all the same. */
export function sendUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const status = unreadable.get(error.code ?? '') ?? 400;
  const trackingId = newTrackingId();
  const body = JSON.stringify(errorBody([`The request cannot be read: ${STATUS_CODES[status]}.`], trackingId));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `TrackingID: ${trackingId}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

const unreadable = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', 408],
  ['HPE_HEADER_OVERFLOW', 431],
]);

export function newTrackingId(): string {
  return `HEARTH_${randomUUID()}`;
}

export function errorBody(descriptions: readonly string[], trackingId: string, oauthError?: string) {
  return {
    message: descriptions[0],
    errors: descriptions.map((description) => ({ description })),
    trackingId,
    ...(oauthError !== undefined && { error: oauthError, error_description: descriptions[0] }),
  };
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
      return new ApiError('mediaTypeUnsupported', { type: request.headers['content-type'] ?? '' });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('resourceNotFound');
    case 'FST_ERR_BAD_URL':
      return new ApiError('invalidRequest', {
        reason: 'The path cannot be read: a % starts an encoded character of UTF-8.',
      });
    default:
      if (error.statusCode === undefined || error.statusCode >= 500) return new ApiError('internal');
      if (error.statusCode === 413) return new ApiError('bodyTooLarge', { limit: request.routeOptions.bodyLimit });
      return new ApiError('invalidRequest', { reason: error.message });
  }
}
