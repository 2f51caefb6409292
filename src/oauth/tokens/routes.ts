import {
  AuthorizationList,
  IdParameter,
  NewPersonalToken,
  NoContent,
  OwnQuery,
  PersonalTokenCreate,
  PersonalTokenList,
} from '../../contract/index.ts';
import { mapPage, sendPage, type Api } from '../../http/index.ts';
import { presentAuthorization, presentToken } from './present.ts';
import type { TokenService } from './service.ts';

const tags = ['tokens'];

export function tokenRoutes(app: Api, tokens: TokenService): void {
  app.get(
    '/tokens',
    { schema: { tags, summary: 'List your tokens', querystring: OwnQuery, response: { 200: PersonalTokenList } } },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await tokens.list(request.caller, request.query), presentToken)),
  );
  app.post(
    '/tokens',
    {
      schema: {
        tags,
        summary: 'Make a token that can do less than yours',
        body: PersonalTokenCreate,
        response: { 200: NewPersonalToken },
      },
    },
    async (request) => {
      const { row, token } = await tokens.create(request.caller, request.body);
      return { ...presentToken(row), token };
    },
  );
  app.delete(
    '/tokens/:id',
    { schema: { tags, summary: 'End a token', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      await tokens.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
  app.get(
    '/authorizations',
    {
      schema: {
        tags,
        summary: 'List the integrations that may act for you',
        querystring: OwnQuery,
        response: { 200: AuthorizationList },
      },
    },
    async (request, reply) =>
      sendPage(
        request,
        reply,
        mapPage(await tokens.authorizations(request.caller, request.query), presentAuthorization),
      ),
  );
  app.delete(
    '/authorizations/:id',
    {
      schema: {
        tags,
        summary: 'Take back what you have allowed an integration',
        params: IdParameter,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await tokens.removeAuthorization(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
