import { ComplianceEvent, ComplianceEventList, ComplianceEventsQuery, IdParameter } from '../contract/index.ts';
import { sendPage, type Api } from '../http/index.ts';
import type { EventService } from './service.ts';

const tags = ['events'];

export function eventRoutes(app: Api, events: EventService): void {
  app.get(
    '/events',
    {
      schema: {
        tags,
        summary: 'List events of your organization',
        querystring: ComplianceEventsQuery,
        response: { 200: ComplianceEventList },
      },
    },
    async (request, reply) => sendPage(request, reply, await events.list(request.caller, request.query)),
  );
  app.get(
    '/events/:id',
    { schema: { tags, summary: 'Get an event', params: IdParameter, response: { 200: ComplianceEvent } } },
    async ({ caller, params }) => events.get(caller, params.id),
  );
}
