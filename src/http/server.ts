import cors from '@fastify/cors';
import swagger from '@fastify/swagger';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifySchema,
  type RawServerDefault,
} from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ErrorBody } from '../contract/index.ts';
import type { Scope } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { Tracing } from '../core/trace.ts';
import { readBodies } from './body.ts';
import { newTrackingId, sendError, sendUnreadable } from './errors.ts';
import { loggedPath } from './logged-path.ts';
import { answerUnknownRoutes } from './not-found.ts';
import { traceRequests } from './traces.ts';
import { validatorCompiler } from './validation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Its answers take as long as there is nothing to say: that tells nothing of how fast the server is. */
    waits?: boolean;
  }
}

/** The HTTP server that resources add their routes to. */
export type Api = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface HttpOptions {
  logger: FastifyBaseLogger;
  /** Believe `X-Forwarded-*`: true, or the addresses of the proxies. */
  trustProxy: boolean | string;
  /** Bytes; larger bodies are refused with 413. */
  bodyLimit: number;
  version: string;
  clock: Clock;
  tracing: Tracing;
  /** Which requests open a web socket. Others that offer to speak another protocol, as some clients do, are just answered. */
  opensSocket: (request: IncomingMessage) => boolean;
}

/** HTTP-3, HTTP-5: a trailing slash and doubled slashes are tolerated, another case is not. */
const routerOptions = {
  ignoreTrailingSlash: true,
  ignoreDuplicateSlashes: true,
  caseSensitive: true,
  maxParamLength: 500,
};

/** The kernel: everything that holds for each request, and no route of its own but the description of the others. */
export async function createHttpServer(options: HttpOptions): Promise<Api> {
  const { logger, trustProxy, bodyLimit, version, opensSocket } = options;
  const app = fastify({
    http: { shouldUpgradeCallback: opensSocket },
    loggerInstance: logger,
    logController: new LogController({ requestIdLogLabel: 'trackingId', disableRequestLogging: true }),
    genReqId: (request) => trackingId(request.headers['trackingid']),
    trustProxy,
    bodyLimit,
    routerOptions,
    // What the router refuses by itself meets no hook.
    frameworkErrors: (error, request, reply) => void sendError(error, request, withStandardHeaders(request, reply)),
    clientErrorHandler: sendUnreadable,
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendError);
  readBodies(app);
  answerUnknownRoutes(app);
  app.decorateRequest('caller');
  app.addHook('onRequest', (request, reply, done) => {
    withStandardHeaders(request, reply);
    done();
  });
  traceRequests(app, options);
  app.addHook('onResponse', (request, reply, done) => {
    request.log.debug(
      { method: request.method, path: loggedPath(request.url), status: reply.statusCode, ms: reply.elapsedTime },
      'answered',
    );
    done();
  });

  // HTTP-7
  await app.register(cors, {
    origin: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'trackingid',
      'spark-user-agent',
      'cisco-no-http-redirect',
      'cisco-device-url',
      'last-event-id',
    ],
    exposedHeaders: ['Link', 'Retry-After', 'trackingid', 'Content-Disposition'],
    maxAge: 600,
    // An OPTIONS that asks for nothing in particular is told the same.
    strictPreflight: false,
  });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Hearth', version, description: 'Rooms, messages and webhooks; speaks the Webex messaging API.' },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    },
    transform: (route) =>
      jsonSchemaTransform({ ...route, schema: withScope(withRefusals(route.schema), route.route.config?.scope) }),
    transformObject: jsonSchemaTransformObject,
  });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
  return app;
}

/** ERR-3: whatever a route answers, it refuses in the one shape. */
function withRefusals(schema: FastifySchema): FastifySchema {
  // A route that describes nothing has no schema, whatever the types say.
  const { response, ...rest }: FastifySchema = { ...schema };
  return { ...rest, response: { ...(response as object), default: ErrorBody } };
}

/** What the token must carry, where the route itself asks for it. */
function withScope(schema: FastifySchema, scope: Scope | undefined): FastifySchema {
  return scope === undefined ? schema : { ...schema, security: [{ token: [scope] }] };
}

/** Spec 1.5, HTTP-6 */
function withStandardHeaders(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply.header('TrackingID', request.id).header('Cache-Control', 'no-cache, no-store');
}

/** The client's own tracking id when it can be put into a header and a log line, else a new one (spec 1.5). */
function trackingId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : newTrackingId();
}
