import {
  IdParameter,
  NoContent,
  Webhook,
  WebhookCreate,
  WebhookList,
  WebhooksQuery,
  WebhookUpdate,
} from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentWebhook } from './present.ts';
import type { WebhookService } from './service.ts';

const tags = ['webhooks'];

export function webhookRoutes(app: Api, webhooks: WebhookService): void {
  app.get(
    '/webhooks',
    { schema: { tags, summary: 'List your webhooks', querystring: WebhooksQuery, response: { 200: WebhookList } } },
    async (request, reply) => {
      const page = await webhooks.list(request.caller, request.query);
      return sendPage(
        request,
        reply,
        mapPage(page, (webhook) => presentWebhook(webhook, request.caller)),
      );
    },
  );
  app.post(
    '/webhooks',
    { schema: { tags, summary: 'Register a webhook', body: WebhookCreate, response: { 200: Webhook } } },
    async (request) => presentWebhook(await webhooks.create(request.caller, request.body), request.caller),
  );
  app.get(
    '/webhooks/:id',
    { schema: { tags, summary: 'Get a webhook', params: IdParameter, response: { 200: Webhook } } },
    async (request) => presentWebhook(await webhooks.get(request.caller, request.params.id), request.caller),
  );
  app.put(
    '/webhooks/:id',
    {
      schema: {
        tags,
        summary: 'Change a webhook',
        params: IdParameter,
        body: WebhookUpdate,
        response: { 200: Webhook },
      },
    },
    async (request) => {
      const webhook = await webhooks.update(request.caller, request.params.id, request.body);
      return presentWebhook(webhook, request.caller);
    },
  );
  app.delete(
    '/webhooks/:id',
    { schema: { tags, summary: 'Delete a webhook', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      await webhooks.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
