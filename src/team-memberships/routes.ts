import {
  IdParameter,
  NoContent,
  TeamMembership,
  TeamMembershipCreate,
  TeamMembershipList,
  TeamMembershipsQuery,
  TeamMembershipUpdate,
} from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentTeamMembership } from './present.ts';
import type { TeamMembershipService } from './service.ts';

const tags = ['team memberships'];
const read = { scope: 'spark:team_memberships_read' } as const;
const write = { scope: 'spark:team_memberships_write' } as const;

export function teamMembershipRoutes(app: Api, members: TeamMembershipService): void {
  app.get(
    '/team/memberships',
    {
      config: read,
      schema: {
        tags,
        summary: 'List the members of a team',
        querystring: TeamMembershipsQuery,
        response: { 200: TeamMembershipList },
      },
    },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await members.list(request.caller, request.query), presentTeamMembership)),
  );
  app.post(
    '/team/memberships',
    {
      config: write,
      schema: {
        tags,
        summary: 'Add somebody to a team',
        body: TeamMembershipCreate,
        response: { 200: TeamMembership },
      },
    },
    async (request) => presentTeamMembership(await members.create(request.caller, request.body)),
  );
  app.get(
    '/team/memberships/:id',
    {
      config: read,
      schema: { tags, summary: 'Get a team membership', params: IdParameter, response: { 200: TeamMembership } },
    },
    async (request) => presentTeamMembership(await members.get(request.caller, request.params.id)),
  );
  app.put(
    '/team/memberships/:id',
    {
      config: write,
      schema: {
        tags,
        summary: 'Change a team membership',
        params: IdParameter,
        body: TeamMembershipUpdate,
        response: { 200: TeamMembership },
      },
    },
    async (request) => presentTeamMembership(await members.update(request.caller, request.params.id, request.body)),
  );
  app.delete(
    '/team/memberships/:id',
    {
      config: write,
      schema: { tags, summary: 'Leave a team, or remove somebody', params: IdParameter, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await members.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
