import multipart from '@fastify/multipart';
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

export async function messageRoutes(app: Api, messages: MessageService): Promise<void> {
  await acceptMultipart(app);
  app.get(
    '/messages',
    { config: read, schema: { tags, summary: 'List messages of a room', querystring: MessagesQuery, response: { 200: MessageList } } },
    async (request, reply) => sendPage(request, reply, await messages.list(request.caller, request.query)),
  );
  app.get(
    '/messages/direct',
    {
      config: read,
      schema: { tags, summary: 'List messages of a 1:1 room', querystring: DirectMessagesQuery, response: { 200: MessageList } },
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
    { config: read, schema: { tags, summary: 'Get a message', params: IdParameter, response: { 200: Message } } },
    async (request) => messages.get(request.caller, request.params.id),
  );
  app.delete(
    '/messages/:id',
    { config: write, schema: { tags, summary: 'Delete a message', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      await messages.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}

/** HTTP-12: some clients send every message as a multipart form, text-only ones too. A file in it is refused. */
async function acceptMultipart(app: Api): Promise<void> {
  await app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    onFile() {
      throw new ApiError('filesUnsupported');
    },
  });
}
