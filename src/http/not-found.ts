import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';

/** Tells an unknown path (404) from a known one that was called with the wrong method (405, with `Allow`). */
export function answerUnknownRoutes(app: FastifyInstance): void {
  const known: { segments: string[]; methods: string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    known.push({ segments: segmentsOf(url), methods: [method].flat() });
  });
  app.setNotFoundHandler((request: FastifyRequest, reply: FastifyReply) => {
    const path = request.url.split('?')[0] ?? '/';
    const called = segmentsOf(path);
    const allowed = new Set(known.filter(({ segments }) => fits(segments, called)).flatMap(({ methods }) => methods));
    allowed.delete('OPTIONS');
    if (allowed.size === 0) throw new ApiError('routeNotFound', { method: request.method, path });
    const list = [...allowed].join(', ');
    reply.header('Allow', list);
    throw new ApiError('methodNotAllowed', { method: request.method, allowed: list });
  });
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function fits(pattern: readonly string[], called: readonly string[]): boolean {
  const matches = (segment: string, at: number) => segment.startsWith(':') || segment === called[at];
  return pattern.length === called.length && !pattern.includes('*') && pattern.every(matches);
}
