import {
  GuestIssuer,
  GuestIssuerCreate,
  GuestIssuerList,
  GuestIssuerWithSecret,
  GuestToken,
  IdParameter,
  NoContent,
  OwnQuery,
} from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { publicId } from '../../core/ids.ts';
import { mapPage, sendPage, type Api } from '../../http/index.ts';
import type { GuestIssuerService } from './issuers.ts';
import type { GuestLogin } from './login.ts';
import type { GuestIssuerRow } from './store.ts';

const tags = ['guests'];

export function guestLoginRoute(app: Api, guests: GuestLogin): void {
  app.post(
    '/jwt/login',
    {
      schema: {
        tags,
        summary: 'Let a guest in whose token is the Authorization header',
        security: [],
        response: { 200: GuestToken },
      },
    },
    async (request) => guests.login(request.headers.authorization),
  );
}

export function guestIssuerRoutes(app: Api, issuers: GuestIssuerService): void {
  app.get(
    '/guest-issuers',
    { schema: { tags, summary: 'List your guest issuers', querystring: OwnQuery, response: { 200: GuestIssuerList } } },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await issuers.list(request.caller, request.query), presentGuestIssuer)),
  );
  app.post(
    '/guest-issuers',
    {
      schema: {
        tags,
        summary: 'Register a guest issuer',
        body: GuestIssuerCreate,
        response: { 200: GuestIssuerWithSecret },
      },
    },
    async (request) => {
      const { issuer, secret } = await issuers.create(request.caller, request.body);
      return { ...presentGuestIssuer(issuer), secret };
    },
  );
  app.get(
    '/guest-issuers/:id',
    { schema: { tags, summary: 'Get a guest issuer', params: IdParameter, response: { 200: GuestIssuer } } },
    async (request) => presentGuestIssuer(await issuers.get(request.caller, request.params.id)),
  );
  app.delete(
    '/guest-issuers/:id',
    {
      schema: {
        tags,
        summary: 'Delete a guest issuer and end the tokens of its guests',
        params: IdParameter,
        response: { 204: NoContent },
      },
    },
    async (request, reply) => {
      await issuers.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}

function presentGuestIssuer({ orgUuid, name, createdAt }: GuestIssuerRow): GuestIssuer {
  return { id: publicId('ORGANIZATION', orgUuid), name, created: isoTime(createdAt) };
}
