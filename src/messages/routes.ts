import multipart from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import {
  DirectMessagesQuery,
  IdParameter,
  Message,
  MessageCreate,
  MessageList,
  MessagesQuery,
  NoContent,
} from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import { sendPage, type Api } from '../http/index.ts';
import type { MessageService } from './service.ts';

const tags = ['messages'];
const read = { scope: 'spark:messages_read' } as const;
const write = { scope: 'spark:messages_write' } as const;
const officersRead = { ...read, officers: 'messages_read' } as const;
const officersDelete = { ...write, officers: 'messages_write' } as const;

export async function messageRoutes(v1: Api, messages: MessageService): Promise<void> {
  // A scope of its own: nothing else is sent as a multipart form.
  await v1.register(async (app: Api) => {
    await acceptMultipart(app);
    routes(app, messages);
  });
}

function routes(app: Api, messages: MessageService): void {
  app.get(
    '/messages',
    {
      config: officersRead,
      schema: { tags, summary: 'List messages of a room', querystring: MessagesQuery, response: { 200: MessageList } },
    },
    async (request, reply) => sendPage(request, reply, await messages.list(request.caller, request.query)),
  );
  app.get(
    '/messages/direct',
    {
      config: read,
      schema: {
        tags,
        summary: 'List messages of a 1:1 room',
        querystring: DirectMessagesQuery,
        response: { 200: MessageList },
      },
    },
    async (request, reply) => sendPage(request, reply, await messages.listDirect(request.caller, request.query)),
  );
  app.post(
    '/messages',
    { config: write, schema: { tags, summary: 'Post a message', body: MessageCreate, response: { 200: Message } } },
    async (request) => messages.post(request.caller, request.body),
  );
  app.get(
    '/messages/:id',
    {
      config: officersRead,
      schema: { tags, summary: 'Get a message', params: IdParameter, response: { 200: Message } },
    },
    async (request) => messages.get(request.caller, request.params.id),
  );
  app.delete(
    '/messages/:id',
    {
      config: officersDelete,
      schema: { tags, summary: 'Delete a message', params: IdParameter, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await messages.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}

/** HTTP-12: some clients send every message as a multipart form, text-only ones too. A file in it is refused. */
async function acceptMultipart(app: Api): Promise<void> {
  await app.register(multipart, {
    limits: { fields: MOST_FIELDS, parts: MOST_FIELDS, fieldSize: MOST_BYTES_OF_FIELD },
  });
  app.addHook('preValidation', async (request) => {
    if (request.isMultipart()) request.body = await readForm(request);
  });
}

/** Many times what a message has, and little enough to be held in memory. */
const MOST_FIELDS = 100;
const MOST_BYTES_OF_FIELD = 65_536;

async function readForm(request: FastifyRequest): Promise<Record<string, unknown>> {
  const form: Record<string, unknown> = {};
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file') throw new ApiError('filesUnsupported');
      const earlier = form[part.fieldname];
      form[part.fieldname] = earlier === undefined ? part.value : [earlier, part.value].flat();
    }
  } catch (error) {
    if (error instanceof ApiError || (error instanceof Error && 'statusCode' in error && error.statusCode === 413))
      throw error;
    throw new ApiError('invalidRequest', {
      reason: `The form cannot be read: ${error instanceof Error ? error.message : 'unknown'}.`,
    });
  }
  return form;
}
