import {
  IdParameter,
  IncomingMessage,
  IncomingWebhook,
  IncomingWebhookCreate,
  IncomingWebhookList,
  IncomingWebhooksQuery,
  IncomingWebhookUpdate,
  NoContent,
  TokenParameter,
} from '../contract/index.ts';
import { baseUrl, mapPage, mustBeWithinRate, sendPage, type Api, type RateLimiter } from '../http/index.ts';
import { presentIncomingWebhook } from './present.ts';
import type { IncomingWebhookService } from './service.ts';

const tags = ['incoming webhooks'];
// Who reads one can post with it.
const config = { scope: 'spark:messages_write' } as const;

/** Below `/v1`, for whoever knows the token: no other authorization is asked for or looked at (AUTH-1). */
export function incomingRoute(v1: Api, incoming: IncomingWebhookService, limiter: RateLimiter | undefined): void {
  v1.post(
    '/webhooks/incoming/:token',
    {
      schema: {
        tags,
        summary: 'Post a message through an incoming webhook',
        security: [],
        params: TokenParameter,
        body: IncomingMessage,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      const sender = await incoming.senderOf(request.params.token);
      mustBeWithinRate(limiter, sender.webhookUuid, reply);
      await incoming.post(sender, request.body, request.trace);
      return reply.code(204).send();
    },
  );
}

/** Below `/hearth/v1`: Webex has no call for them. */
export function incomingWebhookRoutes(ours: Api, incoming: IncomingWebhookService): void {
  ours.get(
    '/incoming-webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'List your incoming webhooks',
        querystring: IncomingWebhooksQuery,
        response: { 200: IncomingWebhookList },
      },
    },
    async (request, reply) => {
      const page = await incoming.list(request.caller, request.query);
      return sendPage(
        request,
        reply,
        mapPage(page, (webhook) => presentIncomingWebhook(webhook, baseUrl(request))),
      );
    },
  );
  ours.post(
    '/incoming-webhooks',
    {
      config,
      schema: {
        tags,
        summary: 'Make a URL that posts into a room',
        body: IncomingWebhookCreate,
        response: { 200: IncomingWebhook },
      },
    },
    async (request) => presentIncomingWebhook(await incoming.create(request.caller, request.body), baseUrl(request)),
  );
  ours.get(
    '/incoming-webhooks/:id',
    {
      config,
      schema: { tags, summary: 'Get an incoming webhook', params: IdParameter, response: { 200: IncomingWebhook } },
    },
    async (request) => presentIncomingWebhook(await incoming.get(request.caller, request.params.id), baseUrl(request)),
  );
  ours.put(
    '/incoming-webhooks/:id',
    {
      config,
      schema: {
        tags,
        summary: 'Rename an incoming webhook',
        params: IdParameter,
        body: IncomingWebhookUpdate,
        response: { 200: IncomingWebhook },
      },
    },
    async (request) => {
      const webhook = await incoming.update(request.caller, request.params.id, request.body);
      return presentIncomingWebhook(webhook, baseUrl(request));
    },
  );
  ours.delete(
    '/incoming-webhooks/:id',
    {
      config,
      schema: { tags, summary: 'Take an incoming webhook back', params: IdParameter, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await incoming.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
