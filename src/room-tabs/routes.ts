import { IdParameter, NoContent, RoomTab, RoomTabList, RoomTabsQuery, RoomTabWrite } from '../contract/index.ts';
import type { Api } from '../http/index.ts';
import { presentTab } from './present.ts';
import type { RoomTabService } from './service.ts';

const tags = ['room tabs'];
const read = { scope: 'spark:rooms_read' } as const;
const write = { scope: 'spark:rooms_write' } as const;

export function roomTabRoutes(app: Api, tabs: RoomTabService): void {
  app.get(
    '/room/tabs',
    {
      config: read,
      schema: { tags, summary: 'List the tabs of a room', querystring: RoomTabsQuery, response: { 200: RoomTabList } },
    },
    async (request) => ({ items: (await tabs.list(request.caller, request.query)).map(presentTab) }),
  );
  app.post(
    '/room/tabs',
    { config: write, schema: { tags, summary: 'Add a tab to a room', body: RoomTabWrite, response: { 200: RoomTab } } },
    async (request) => presentTab(await tabs.create(request.caller, request.body)),
  );
  app.get(
    '/room/tabs/:id',
    { config: read, schema: { tags, summary: 'Get a tab', params: IdParameter, response: { 200: RoomTab } } },
    async (request) => presentTab(await tabs.get(request.caller, request.params.id)),
  );
  app.put(
    '/room/tabs/:id',
    {
      config: write,
      schema: { tags, summary: 'Change a tab', params: IdParameter, body: RoomTabWrite, response: { 200: RoomTab } },
    },
    async (request) => presentTab(await tabs.update(request.caller, request.params.id, request.body)),
  );
  app.delete(
    '/room/tabs/:id',
    { config: write, schema: { tags, summary: 'Remove a tab', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      await tabs.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
