import {
  IdParameter,
  Integration,
  IntegrationCreate,
  IntegrationList,
  IntegrationUpdate,
  IntegrationWithSecret,
  NoContent,
  OwnQuery,
} from '../../contract/index.ts';
import { mapPage, sendPage, type Api } from '../../http/index.ts';
import { presentIntegration } from './present.ts';
import type { IntegrationService, WithSecret } from './service.ts';

const tags = ['integrations'];

export function integrationRoutes(app: Api, integrations: IntegrationService): void {
  app.get(
    '/integrations',
    { schema: { tags, summary: 'List your integrations', querystring: OwnQuery, response: { 200: IntegrationList } } },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await integrations.list(request.caller, request.query), presentIntegration)),
  );
  app.post(
    '/integrations',
    {
      schema: {
        tags,
        summary: 'Register an integration',
        body: IntegrationCreate,
        response: { 200: IntegrationWithSecret },
      },
    },
    async (request) => withSecret(await integrations.create(request.caller, request.body)),
  );
  app.get(
    '/integrations/:id',
    { schema: { tags, summary: 'Get an integration', params: IdParameter, response: { 200: Integration } } },
    async (request) => presentIntegration(await integrations.get(request.caller, request.params.id)),
  );
  app.put(
    '/integrations/:id',
    {
      schema: {
        tags,
        summary: 'Change an integration',
        params: IdParameter,
        body: IntegrationUpdate,
        response: { 200: Integration },
      },
    },
    async (request) => presentIntegration(await integrations.update(request.caller, request.params.id, request.body)),
  );
  app.post(
    '/integrations/:id/secret',
    {
      schema: {
        tags,
        summary: 'Put a new client secret in the place of the present one',
        params: IdParameter,
        response: { 200: IntegrationWithSecret },
      },
    },
    async (request) => withSecret(await integrations.rotateSecret(request.caller, request.params.id)),
  );
  app.delete(
    '/integrations/:id',
    {
      schema: {
        tags,
        summary: 'Delete an integration and end its tokens',
        params: IdParameter,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await integrations.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}

function withSecret({ integration, clientSecret }: WithSecret) {
  return { ...presentIntegration(integration), clientSecret };
}
