import { IdParameter, NoContent, Team, TeamCreate, TeamList, TeamsQuery, TeamUpdate } from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentTeam } from './present.ts';
import type { TeamService } from './service.ts';

const tags = ['teams'];
const read = { scope: 'spark:teams_read' } as const;
const write = { scope: 'spark:teams_write' } as const;

export function teamRoutes(app: Api, teams: TeamService): void {
  app.get(
    '/teams',
    {
      config: read,
      schema: { tags, summary: 'List your teams', querystring: TeamsQuery, response: { 200: TeamList } },
    },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await teams.list(request.caller, request.query), presentTeam)),
  );
  app.post(
    '/teams',
    { config: write, schema: { tags, summary: 'Create a team', body: TeamCreate, response: { 200: Team } } },
    async (request) => presentTeam(await teams.create(request.caller, request.body)),
  );
  app.get(
    '/teams/:id',
    { config: read, schema: { tags, summary: 'Get a team', params: IdParameter, response: { 200: Team } } },
    async (request) => presentTeam(await teams.get(request.caller, request.params.id)),
  );
  app.put(
    '/teams/:id',
    {
      config: write,
      schema: { tags, summary: 'Change a team', params: IdParameter, body: TeamUpdate, response: { 200: Team } },
    },
    async (request) => presentTeam(await teams.update(request.caller, request.params.id, request.body)),
  );
  app.delete(
    '/teams/:id',
    {
      config: write,
      schema: { tags, summary: 'Archive a team and its rooms', params: IdParameter, response: { 204: NoContent } },
    },
    async (request, reply) => {
      await teams.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
