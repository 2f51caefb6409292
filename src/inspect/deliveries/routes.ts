import { DeliveriesQuery, Delivery, DeliveryList, IdParameter, InspectedDelivery } from '../../contract/index.ts';
import { sendPage, type Api } from '../../http/index.ts';
import type { Deliveries } from './service.ts';

const tags = ['deliveries'];

export function deliveryRoutes(app: Api, deliveries: Deliveries): void {
  app.get(
    '/deliveries',
    {
      schema: {
        tags,
        summary: 'List deliveries, newest event first',
        querystring: DeliveriesQuery,
        response: { 200: DeliveryList },
      },
    },
    async (request, reply) => sendPage(request, reply, await deliveries.list(request.caller, request.query)),
  );
  app.get(
    '/deliveries/:id',
    {
      schema: {
        tags,
        summary: 'Get a delivery with its attempts',
        params: IdParameter,
        response: { 200: InspectedDelivery },
      },
    },
    async (request) => deliveries.get(request.caller, request.params.id),
  );
  app.post(
    '/deliveries/:id/resend',
    { schema: { tags, summary: 'Send a delivery again', params: IdParameter, response: { 200: Delivery } } },
    async (request) => deliveries.resend(request.caller, request.params.id),
  );
}
