import websocket from '@fastify/websocket';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { DeviceBody, IdParameter } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import { baseUrl, type Api } from '../http/index.ts';
import { serviceCatalog, SOCKETS } from './catalog.ts';
import { closings } from './closing.ts';
import { DeviceSocket, type DeviceSocketParts } from './device-socket.ts';
import { presentDevice } from './present.ts';
import type { DeviceRow } from './store.ts';

/** Bytes of a frame that a client may send. */
const LARGEST_FRAME = 65_536;
/** How long (ms) a client has to answer the frame that closes its socket. */
const CLOSE_WITHIN_MS = 1_000;

/** For the server that the routes are added to. */
export function opensSocket({ url = '', headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket' && url.startsWith(`${SOCKETS}/`);
}

interface SocketRouteParts extends DeviceSocketParts {
  /** Lets in those whom a token names, and nobody more often than is allowed. */
  forCallers: (routes: Api) => void;
}

/**
 * What the SDK asks of Webex's other services before it opens a socket, and the socket. None of it is part of the public
 * API, and so none of it is in the description of ours: docs/reference/sockets.md has it.
 */
export async function socketRoutes(api: Api, parts: SocketRouteParts): Promise<void> {
  const hide = true;
  const config = { waits: true };
  api.get('/u2c/api/v1/limited/catalog', { schema: { hide } }, (request) => serviceCatalog(baseUrl(request)));
  for (const path of ['clientmetrics', 'clientmetrics-prelogin', 'metrics']) {
    api.post(`/metrics/api/v1/${path}`, { schema: { hide } }, (_request, reply) => reply.code(204).send());
  }
  await api.register(async (app: Api) => {
    parts.forCallers(app);
    app.get('/u2c/api/v1/catalog', { schema: { hide } }, (request) => serviceCatalog(baseUrl(request)));
    deviceRoutes(app, parts);
  });
  await api.register(async (app: Api) => {
    app.addHook('preClose', async () => {
      for (const socket of app.websocketServer.clients) socket.close(closings.stopping.code, closings.stopping.reason);
    });
    const options = { maxPayload: LARGEST_FRAME, closeTimeout: CLOSE_WITHIN_MS };
    // A connection that breaks, or breaks the rules of web sockets, has ended; that is all there is to know.
    await app.register(websocket, { options, errorHandler: (_error, socket) => socket.terminate() });
    app.route({
      method: 'GET',
      url: `${SOCKETS}/:id/messages`,
      exposeHeadRoute: false,
      config,
      schema: { hide, params: IdParameter },
      handler: () => {
        throw new ApiError('resourceNotFound');
      },
      wsHandler: (ws, request) => {
        DeviceSocket.serve(ws, parts, { uuid: request.params.id, base: baseUrl(request) });
      },
    });
  });
}

function deviceRoutes(app: Api, { devices }: SocketRouteParts): void {
  const schema = { hide: true };
  const devicesPath = '/wdm/api/v1/devices';
  const shown = (request: FastifyRequest, device: DeviceRow) => presentDevice(device, request.caller, baseUrl(request));

  app.get(devicesPath, { schema }, async (request) => {
    const own = await devices.list(request.caller);
    return { devices: own.map((device) => shown(request, device)) };
  });
  app.post(devicesPath, { schema: { ...schema, body: DeviceBody } }, async (request) =>
    shown(request, await devices.register(request.caller, request.body)),
  );
  app.delete(devicesPath, { schema }, async (request, reply) => {
    await devices.removeAll(request.caller);
    return reply.code(204).send();
  });
  app.get(`${devicesPath}/:id`, { schema: { ...schema, params: IdParameter } }, async (request) =>
    shown(request, await devices.get(request.caller, request.params.id)),
  );
  app.put(`${devicesPath}/:id`, { schema: { ...schema, params: IdParameter, body: DeviceBody } }, async (request) =>
    shown(request, await devices.refresh(request.caller, request.params.id, request.body)),
  );
  app.delete(`${devicesPath}/:id`, { schema: { ...schema, params: IdParameter } }, async (request, reply) => {
    await devices.remove(request.caller, request.params.id);
    return reply.code(204).send();
  });
}
