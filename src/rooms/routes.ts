import {
  IdParameter,
  NoContent,
  Room,
  RoomCreate,
  RoomList,
  RoomMeetingInfo,
  RoomsQuery,
  RoomUpdate,
} from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentMeetingInfo, presentRoom } from './present.ts';
import type { RoomService } from './service.ts';

const tags = ['rooms'];
const read = { scope: 'spark:rooms_read', officers: 'rooms_read' } as const;
const write = { scope: 'spark:rooms_write' } as const;
const officersToo = { ...write, officers: 'rooms_write' } as const;

export function roomRoutes(app: Api, rooms: RoomService): void {
  app.get(
    '/rooms',
    {
      config: read,
      schema: { tags, summary: 'List your rooms', querystring: RoomsQuery, response: { 200: RoomList } },
    },
    async (request, reply) =>
      sendPage(request, reply, mapPage(await rooms.list(request.caller, request.query), presentRoom)),
  );
  app.post(
    '/rooms',
    { config: write, schema: { tags, summary: 'Create a room', body: RoomCreate, response: { 200: Room } } },
    async (request) => presentRoom(await rooms.create(request.caller, request.body)),
  );
  app.get(
    '/rooms/:id',
    { config: read, schema: { tags, summary: 'Get a room', params: IdParameter, response: { 200: Room } } },
    async (request) => presentRoom(await rooms.get(request.caller, request.params.id)),
  );
  app.get(
    '/rooms/:id/meetingInfo',
    {
      config: read,
      schema: { tags, summary: "Get a room's meeting", params: IdParameter, response: { 200: RoomMeetingInfo } },
    },
    async (request) => presentMeetingInfo(await rooms.get(request.caller, request.params.id)),
  );
  app.put(
    '/rooms/:id',
    {
      config: officersToo,
      schema: { tags, summary: 'Change a room', params: IdParameter, body: RoomUpdate, response: { 200: Room } },
    },
    async (request) => presentRoom(await rooms.update(request.caller, request.params.id, request.body)),
  );
  app.delete(
    '/rooms/:id',
    { config: write, schema: { tags, summary: 'Delete a room', params: IdParameter, response: { 204: NoContent } } },
    async (request, reply) => {
      await rooms.remove(request.caller, request.params.id);
      return reply.code(204).send();
    },
  );
}
