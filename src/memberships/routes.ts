import {
  IdParameter,
  Membership,
  MembershipCreate,
  MembershipList,
  MembershipsQuery,
  MembershipUpdate,
  NoContent,
} from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentMembership } from './present.ts';
import type { MembershipService } from './service.ts';

const tags = ['memberships'];
const read = { scope: 'spark:memberships_read', officers: 'memberships_read' } as const;
const write = { scope: 'spark:memberships_write', officers: 'memberships_write' } as const;

export function membershipRoutes(app: Api, memberships: MembershipService): void {
  app.get(
    '/memberships',
    {
      config: read,
      schema: { tags, summary: 'List memberships', querystring: MembershipsQuery, response: { 200: MembershipList } },
    },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await memberships.list(request.caller, request.query), presentMembership)),
  );
  app.post(
    '/memberships',
    {
      config: write,
      schema: { tags, summary: 'Add somebody to a room', body: MembershipCreate, response: { 200: Membership } },
    },
    async (request) => presentMembership(await memberships.create(request.caller, request.body)),
  );
  app.get(
    '/memberships/:id',
    { config: read, schema: { tags, summary: 'Get a membership', params: IdParameter, response: { 200: Membership } } },
    async (request) => presentMembership(await memberships.get(request.caller, request.params.id)),
  );
  app.put(
    '/memberships/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change a membership',
        params: IdParameter,
        body: MembershipUpdate,
        response: { 200: Membership },
      },
    },
    async (request) => presentMembership(await memberships.update(request.caller, request.params.id, request.body)),
  );
  app.delete(
    '/memberships/:id',
    {
      config: write,
      schema: { tags, summary: 'Leave a room, or remove somebody', params: IdParameter, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await memberships.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
