import type { OutgoingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { EventsPage, EventsQuery, StreamQuery } from '../contract/index.ts';
import type { Clock } from '../core/clock.ts';
import { bearerToken, hashToken, signalOfEnd, type Api, type FindCaller } from '../http/index.ts';
import { poll } from './long-poll.ts';
import { speak } from './server-sent-events.ts';
import type { Streams } from './streams.ts';

const tags = ['stream'];
const eventStream = z.string().meta({
  description: 'Server-Sent Events: `event` (StreamEvent), `delivery` (StreamDelivery), `gap` (StreamGap).',
});

interface StreamRouteParts {
  streams: Streams;
  clock: Clock;
  findCaller: FindCaller;
}

export function streamRoutes(app: Api, { streams, clock, findCaller }: StreamRouteParts): void {
  // A server that stops waits for its answers to end; these would not.
  app.addHook('preClose', async () => streams.close());

  app.get(
    '/stream',
    {
      // What a GET answers has no end.
      exposeHeadRoute: false,
      config: { waits: true },
      schema: {
        tags,
        summary: 'Follow events, and deliveries, as Server-Sent Events',
        querystring: StreamQuery,
        response: { 200: { content: { 'text/event-stream': { schema: eventStream } } } },
      },
    },
    async (request, reply) => {
      const [gone, lastEventId] = [signalOfEnd(reply), lastEventIdOf(request)];
      using listener = await streams.listen(request.caller, request.query, { lastEventId, gone });
      const token = hashToken(bearerToken(request) ?? '');
      const stillTrusted = async () => (await findCaller(token)) !== undefined;

      reply.headers({
        'content-type': 'text/event-stream',
        // A proxy that compressed it, or kept it until it is complete, would hold it back for ever.
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
        connection: 'close',
      });
      reply.hijack();
      const { raw } = reply;
      // Who does not even take what there is must not hold the server up when it stops.
      listener.ended.addEventListener('abort', () => raw.writableNeedDrain && raw.destroy());
      raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
      try {
        await pipeline(speak(listener, { clock, stillTrusted }), raw);
      } catch (error) {
        if (!listener.ended.aborted) request.log.error({ err: error }, 'a stream broke off');
      }
    },
  );

  app.get(
    '/events',
    {
      exposeHeadRoute: false,
      config: { waits: true },
      schema: {
        tags,
        summary: 'Wait for the next events, and deliveries (long poll)',
        querystring: EventsQuery,
        response: { 200: EventsPage },
      },
    },
    async (request, reply) => {
      const { wait, max: most } = request.query;
      const [gone, lastEventId] = [signalOfEnd(reply), lastEventIdOf(request)];
      using listener = await streams.listen(request.caller, request.query, { lastEventId, gone });
      const body = await poll(listener, { clock, waitMs: wait * 1_000, most });
      if (listener.ended.aborted) reply.header('connection', 'close');
      // It is JSON already: an event's data goes on as the bytes that the log holds.
      reply.type('application/json; charset=utf-8').serializer(String);
      return await reply.send(body as unknown as EventsPage);
    },
  );
}

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  return [headers['last-event-id']].flat()[0];
}
