import { IdParameter, PeopleQuery, Person, PersonList } from '../contract/index.ts';
import { mapPage, sendPage, type Api } from '../http/index.ts';
import { presentPerson } from './present.ts';
import type { PeopleService } from './service.ts';

const tags = ['people'];

export function peopleRoutes(app: Api, people: PeopleService): void {
  app.get(
    '/people',
    { schema: { tags, summary: 'Find people', querystring: PeopleQuery, response: { 200: PersonList } } },
    async (request, reply) => {
      const { notFoundIds, ...page } = await people.list(request.caller, request.query);
      const withStatus = !request.query.id;
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
}
