import type { FastifyInstance } from 'fastify';
import type { Clock } from '../core/clock.ts';
import { parseTraceparent, type TraceContext, type Tracing } from '../core/trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Where it stands in its trace; undefined: it is part of none. */
    trace: TraceContext | undefined;
  }
}

/** Takes in the `traceparent` of requests: it is in their log lines, and on what follows from them. */
export function traceRequests(app: FastifyInstance, { tracing, clock }: { tracing: Tracing; clock: Clock }): void {
  app.decorateRequest('trace');
  app.addHook('onRequest', (request, _reply, done) => {
    const { traceparent } = request.headers;
    const trace = tracing.begin(typeof traceparent === 'string' ? parseTraceparent(traceparent) : undefined);
    if (trace) {
      request.trace = trace;
      request.log = request.log.child({ trace_id: trace.traceId, span_id: trace.spanId });
    }
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    if (request.trace) {
      // The route and not the URL, which may name people.
      const { url: route = '' } = request.routeOptions;
      tracing.end({
        context: request.trace,
        name: route === '' ? request.method : `${request.method} ${route}`,
        kind: 'server',
        startedAt: clock.now() - reply.elapsedTime,
        durationMs: reply.elapsedTime,
        attributes: {
          'http.request.method': request.method,
          ...(route !== '' && { 'http.route': route }),
          'http.response.status_code': reply.statusCode,
          'hearth.tracking_id': request.id,
        },
        failed: reply.statusCode >= 500,
      });
    }
    done();
  });
}
