import { parse } from 'node:querystring';
import type { FastifyInstance } from 'fastify';
import { ApiError } from '../core/errors.ts';
import { coerceForm } from './validation.ts';

/** JSON (HTTP-10) and forms (HTTP-11) are read on every write; anything else is refused with 415 (HTTP-14). */
export function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text.trim() === '') return done(null, undefined);
    try {
      done(null, JSON.parse(text));
    } catch (error) {
      done(new ApiError('malformedJson', { reason: error instanceof Error ? error.message : 'unreadable' }));
    }
  });
  app.addContentTypeParser<string>(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (request, text, done) => {
      done(null, coerceForm(request.routeOptions.schema?.body, { ...parse(text) }));
    },
  );
  app.addContentTypeParser('*', (request, _payload, done) => {
    const { 'content-length': length = '0', 'transfer-encoding': encoding, 'content-type': type } = request.headers;
    // Clients name a type on calls without a body too; one that is missing is taken for plain text (HTTP-13).
    if (length === '0' && encoding === undefined) done(null, undefined);
    else done(new ApiError('mediaTypeUnsupported', { type: type ?? 'text/plain' }));
  });
}
