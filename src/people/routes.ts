import {
  IdParameter,
  NoContent,
  PeopleQuery,
  Person,
  PersonCreate,
  PersonList,
  PersonOrReference,
  PersonUpdate,
  PersonWriteQuery,
} from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import type { PeopleAdministration } from './administration.ts';
import { presentPerson } from './present.ts';
import type { PeopleService } from './service.ts';
import type { PersonRow } from './store.ts';

const tags = ['people'];

export function peopleRoutes(app: Api, people: PeopleService, administration: PeopleAdministration): void {
  function written(caller: Caller, person: PersonRow, { minResponse }: PersonWriteQuery) {
    const { id, ...rest } = presentPerson(people.seen(person), caller);
    return minResponse ? { id } : { id, ...rest };
  }

  app.get(
    '/people',
    { schema: { tags, summary: 'Find people', querystring: PeopleQuery, response: { 200: PersonList } } },
    async (request, reply) => {
      const { notFoundIds, ...page } = await people.list(request.caller, request.query);
      const withStatus = !request.query.id && !request.query.excludeStatus;
      const presented = mapPage(page, (person) => presentPerson(person, request.caller, withStatus));
      return { ...sendPage(request, reply, presented), ...(notFoundIds && { notFoundIds }) };
    },
  );
  app.get('/people/me', { schema: { tags, summary: 'Get yourself', response: { 200: Person } } }, async ({ caller }) =>
    presentPerson(await people.me(caller), caller),
  );
  app.get(
    '/people/:id',
    { schema: { tags, summary: 'Get a person', params: IdParameter, response: { 200: Person } } },
    async ({ caller, params }) => presentPerson(await people.get(caller, params.id), caller),
  );
  app.post(
    '/people',
    {
      schema: {
        tags,
        summary: 'Create a person',
        querystring: PersonWriteQuery,
        body: PersonCreate,
        response: { 200: PersonOrReference },
      },
    },
    async ({ caller, body, query }) => written(caller, await administration.create(caller, body), query),
  );
  app.put(
    '/people/:id',
    {
      schema: {
        tags,
        summary: 'Replace a person',
        params: IdParameter,
        querystring: PersonWriteQuery,
        body: PersonUpdate,
        response: { 200: PersonOrReference },
      },
    },
    async ({ caller, params, body, query }) =>
      written(caller, await administration.update(caller, params.id, body), query),
  );
  app.delete(
    '/people/:id',
    { schema: { tags, summary: 'Delete a person', params: IdParameter, response: { 204: NoContent } } },
    async ({ caller, params }, reply) => {
      await administration.remove(caller, params.id);
      return reply.code(204).send();
    },
  );
}
