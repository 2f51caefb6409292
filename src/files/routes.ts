import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { ContentBytes, ContentQuery, IdParameter } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { Api } from '../http/index.ts';
import { contentHeaders } from './present.ts';
import { rangeOf } from './range.ts';
import type { Content, FileService } from './service.ts';

const config = { scope: 'spark:messages_read', officers: 'messages_read' } as const;

export function fileRoutes(app: Api, files: FileService): void {
  app.get(
    '/contents/:id',
    {
      // The one that comes with a GET would read the whole content to throw it away.
      exposeHeadRoute: false,
      config,
      schema: {
        tags: ['messages'],
        summary: 'Download a file of a message',
        params: IdParameter,
        querystring: ContentQuery,
        response: { 200: { content: { 'application/octet-stream': { schema: ContentBytes } } } },
      },
    },
    async (request, reply) => {
      const content = await files.get(request.caller, request.params.id);
      return sendContent(reply, content, request.headers.range);
    },
  );
  app.head(
    '/contents/:id',
    { config, schema: { hide: true, params: IdParameter, querystring: ContentQuery } },
    async (request, reply) => {
      const content = await files.get(request.caller, request.params.id);
      return reply.headers({ ...contentHeaders(content), 'content-length': content.size }).send();
    },
  );
}

async function sendContent(reply: FastifyReply, content: Content, asked: string | undefined): Promise<FastifyReply> {
  const { size } = content;
  const range = rangeOf(size, asked);
  if (range === 'none') {
    reply.header('content-range', `bytes */${size}`);
    throw new ApiError('rangeNotSatisfiable', { size });
  }
  const { start, end } = range === 'whole' ? { start: 0, end: size - 1 } : range;
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${start}-${end}/${size}`);
  const bytes = size === 0 ? [] : await content.read({ start, end });
  reply.headers({ ...contentHeaders(content), 'content-length': end + 1 - start });
  return reply.send(Readable.from(bytes, { objectMode: false }));
}
