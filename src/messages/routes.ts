import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  DirectMessagesQuery,
  IdParameter,
  Message,
  MessageCreate,
  MessageList,
  MessagesQuery,
  MessageUpdate,
  NoContent,
} from '../contract/index.ts';
import type { Uploads } from '../files/index.ts';
import { baseUrl, mapPage, sendPage, type Api, type Page } from '../http/index.ts';
import { acceptForms } from './form.ts';
import type { MessageService } from './service.ts';

const tags = ['messages'];
const read = { scope: 'spark:messages_read' } as const;
const write = { scope: 'spark:messages_write' } as const;
const officersRead = { ...read, officers: 'messages_read' } as const;
const officersDelete = { ...write, officers: 'messages_write' } as const;

export async function messageRoutes(v1: Api, messages: MessageService, uploads: Uploads): Promise<void> {
  // A scope of its own: nothing else is sent as a multipart form.
  await v1.register(async (app: Api) => {
    await acceptForms(app, uploads);
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
    async (request, reply) => sendMessages(request, reply, await messages.list(request.caller, request.query)),
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
    async (request, reply) => sendMessages(request, reply, await messages.listDirect(request.caller, request.query)),
  );
  app.post(
    '/messages',
    { config: write, schema: { tags, summary: 'Post a message', body: MessageCreate, response: { 200: Message } } },
    async (request) => addressed(request, await messages.post(request.caller, request.body, request.upload)),
  );
  app.get(
    '/messages/:id',
    {
      config: officersRead,
      schema: { tags, summary: 'Get a message', params: IdParameter, response: { 200: Message } },
    },
    async (request) => addressed(request, await messages.get(request.caller, request.params.id)),
  );
  app.put(
    '/messages/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Edit a message',
        params: IdParameter,
        body: MessageUpdate,
        response: { 200: Message },
      },
    },
    async (request) => addressed(request, await messages.update(request.caller, request.params.id, request.body)),
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

function sendMessages(request: FastifyRequest, reply: FastifyReply, page: Page<Message>) {
  return sendPage(
    request,
    reply,
    mapPage(page, (message) => addressed(request, message)),
  );
}

/** HTTP-2: files are downloaded from the server that the client called. */
function addressed(request: FastifyRequest, message: Message): Message {
  if (!message.files) return message;
  const base = baseUrl(request);
  return { ...message, files: message.files.map((path) => base + path) };
}
