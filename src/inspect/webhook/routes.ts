import {
  EnabledWebhook,
  IdParameter,
  InspectedWebhook,
  InspectedWebhookList,
  InspectedWebhooksQuery,
  OrderedWebhookCreate,
  RotatedSecret,
  SecretRotate,
  WebhookConfigure,
  WebhookEnable,
} from '../../contract/index.ts';
import { sendPage, type Api } from '../../http/index.ts';
import type { InspectedWebhooks } from './service.ts';

const tags = ['webhooks'];

export function inspectedWebhookRoutes(app: Api, webhooks: InspectedWebhooks): void {
  app.get(
    '/webhooks',
    {
      schema: {
        tags,
        summary: 'List webhooks with their health',
        querystring: InspectedWebhooksQuery,
        response: { 200: InspectedWebhookList },
      },
    },
    async (request, reply) => sendPage(request, reply, await webhooks.list(request.caller, request.query)),
  );
  app.post(
    '/webhooks',
    {
      schema: {
        tags,
        summary: 'Register a webhook with what Webex does not have',
        body: OrderedWebhookCreate,
        response: { 200: InspectedWebhook },
      },
    },
    async (request) => webhooks.create(request.caller, request.body),
  );
  app.get(
    '/webhooks/:id',
    {
      schema: {
        tags,
        summary: 'Get a webhook with its health',
        params: IdParameter,
        response: { 200: InspectedWebhook },
      },
    },
    async (request) => webhooks.get(request.caller, request.params.id),
  );
  app.put(
    '/webhooks/:id',
    {
      schema: {
        tags,
        summary: 'Change the order of deliveries',
        params: IdParameter,
        body: WebhookConfigure,
        response: { 200: InspectedWebhook },
      },
    },
    async (request) => webhooks.configure(request.caller, request.params.id, request.body),
  );
  app.post(
    '/webhooks/:id/secret',
    {
      schema: {
        tags,
        summary: 'Put a new secret in the place of the present one',
        params: IdParameter,
        body: SecretRotate,
        response: { 200: RotatedSecret },
      },
    },
    async (request) => webhooks.rotateSecret(request.caller, request.params.id, request.body),
  );
  app.post(
    '/webhooks/:id/enable',
    {
      schema: {
        tags,
        summary: 'Make an inactive webhook active again',
        params: IdParameter,
        body: WebhookEnable,
        response: { 200: EnabledWebhook },
      },
    },
    async (request) => webhooks.enable(request.caller, request.params.id, request.body),
  );
}
