import type { FastifyInstance } from 'fastify';
import { Histogram, type Registry } from 'prom-client';

/** Methods that a label names; what else a client makes up is `other`. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The API: how many requests, how they were answered, how long that took. Its paths are templates, never URLs. */
export function measureRequests(registry: Registry, api: FastifyInstance): void {
  const durations = new Histogram({
    name: 'hearth_http_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer, by the template of its path; `none`: no route has it.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [registry],
  });
  api.addHook('onResponse', (request, reply, done) => {
    if (request.routeOptions.config.waits === true) return done();
    const method = METHODS.has(request.method) ? request.method : 'other';
    const { url: route = 'none' } = request.routeOptions;
    durations.observe({ method, route, status: statusClass(reply.statusCode) }, reply.elapsedTime / 1_000);
    done();
  });
}

/** `2xx` and the like. */
export function statusClass(status: number): string {
  return `${Math.floor(status / 100)}xx`;
}
