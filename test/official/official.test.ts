import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { Description, descriptionFile, readDescription } from './description.ts';
import { deviations } from './deviations.ts';
import { Judge, type Exchange } from './judge.ts';
import { Watch } from './watch.ts';

/** What every test file loads through `observe.ts`: requests and answers are held against the official description. */

const file = descriptionFile();

test.skipIf(file === undefined)('requests and answers of all tests are held against the official description', () => {
  const { names } = new Judge(readDescription(file ?? ''));
  expect(names.length).toBeGreaterThan(40);
  // A misspelt operation would make a deviation that is never needed.
  const named = deviations.flatMap(({ operations }) => (operations === 'all' ? [] : operations));
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
});

test('the environment says where the description is', () => {
  expect(descriptionFile({ HEARTH_WEBEX_OPENAPI: '/somewhere/else.json' })).toBe('/somewhere/else.json');
});

const room = { type: 'object', properties: { id: { type: 'string' }, title: { type: 'string' } } };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const description = Description.parse({
  paths: {
    '/rooms': {
      get: {
        parameters: [
          { name: 'max', in: 'query', schema: { type: 'number' } },
          { name: 'type', in: 'query', required: true, schema: { enum: ['direct', 'group'] } },
        ],
        responses: {
          200: json({ type: 'object', properties: { items: { type: 'array', items: ref('Room') } } }),
          400: {},
        },
      },
    },
    '/rooms/{roomId}': {
      delete: { responses: { 204: {}, 404: {} } },
      put: { requestBody: json(ref('Room')), responses: { 200: json(ref('Room')) } },
    },
    '/rooms/mine': { put: { responses: { 202: json(ref('Room')) } } },
  },
  components: { schemas: { Room: room } },
});

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` };
}

describe('the judge', () => {
  const judge = new Judge(description);

  function objections(method: string, exchange: Partial<Exchange> & { url: string }): string[] {
    const operation = judge.find(method, exchange.url) ?? expect.unreachable();
    const plain = { type: 'application/json', body: '{}', status: 200, answer: '{}' };
    return judge.judge(operation, 'both', { ...plain, ...exchange }).objections;
  }

  test.each([
    ['GET', '/v1/rooms?x', 'GET /rooms'],
    ['GET', '//v1//rooms/', 'GET /rooms'],
    ['PUT', '/v1/rooms/mine', 'PUT /rooms/mine'],
    ['PUT', '/v1/rooms/x', 'PUT /rooms/{id}'],
    ['POST', '/v1/rooms', undefined],
    ['GET', '/v1/rooms/x/y', undefined],
    ['GET', '/hearth/v1/rooms', undefined],
  ])('finds %s %s', (method, url, name) => {
    expect(judge.find(method, url)?.name).toBe(name);
  });

  test.each<[string, string, Partial<Exchange> & { url: string }, string[]]>([
    ['what is as described', 'GET', { url: '/v1/rooms?type=group&max=3', answer: '{"items":[{"id":"1"}]}' }, []],
    ['what it does not know in a query', 'GET', { url: '/v1/rooms?type=group&x=y' }, []],
    [
      'a value of another type',
      'GET',
      { url: '/v1/rooms?type=group', answer: '{"items":[{"id":1}]}' },
      ['answer items/*/id (type)'],
    ],
    [
      'a field more',
      'GET',
      { url: '/v1/rooms?type=group', answer: '{"items":[{"x":1}]}' },
      ['answer items/*/x (additionalProperties)'],
    ],
    ['an answer that is not JSON', 'GET', { url: '/v1/rooms?type=group', answer: 'no' }, ['answer  (type)']],
    ['what it forgets in a query', 'GET', { url: '/v1/rooms' }, ['query type (required)']],
    ['two of one in a query', 'GET', { url: '/v1/rooms?type=group&max=3&max=x' }, ['query max (type)']],
    ['a wrong value in a query', 'GET', { url: '/v1/rooms?type=both' }, ['query type (enum)']],
    ['a query that was refused', 'GET', { url: '/v1/rooms?type=both', status: 400 }, []],
    ['a status that it does not describe', 'GET', { url: '/v1/rooms?type=group', status: 201 }, ['status 201 (enum)']],
    [
      'the shape under another status',
      'PUT',
      { url: '/v1/rooms/mine', answer: '{"id":1}' },
      ['status 200 (enum)', 'answer id (type)'],
    ],
    ['a body of another type', 'PUT', { url: '/v1/rooms/x', body: '{"title":1}' }, ['body title (type)']],
    ['a body with a field more', 'PUT', { url: '/v1/rooms/x', body: '{"x":1}' }, []],
    ['a form', 'PUT', { url: '/v1/rooms/x', type: 'application/x-www-form-urlencoded', body: 'title=1' }, []],
    ['an answer without a body', 'DELETE', { url: '/v1/rooms/x', status: 204, answer: '' }, []],
  ])('%s', (_, method, exchange, expected) => {
    const found = objections(method, exchange).map((text) => / (\w+ \S* \(\w+\))/.exec(text)?.[1]);
    expect(found).toEqual(expected);
  });
});

test('a known deviation covers what is below its position, and nothing beside it', () => {
  const inputs = { type: 'object', properties: { Name: { type: 'string' } } };
  const answer = json({ type: 'object', properties: { inputs } });
  const known = Description.parse({ paths: { '/attachment/actions/{id}': { get: { responses: { 200: answer } } } } });
  const judge = new Judge(known);
  const url = '/v1/attachment/actions/x';
  const operation = judge.find('GET', url) ?? expect.unreachable();
  const verdictOn = (body: object) =>
    judge.judge(operation, 'both', { url, type: '', body: '', status: 200, answer: JSON.stringify(body) });
  expect(verdictOn({ inputs: { Name: 'x', other: 'y' } })).toEqual({ objections: [], needed: [expect.any(Number)] });
  expect(verdictOn({ inputs: 'x', other: 'y' }).objections).toEqual([
    expect.stringContaining('answer other (additionalProperties)'),
    expect.stringContaining('answer inputs (type)'),
  ]);
});

test('what goes to a server and comes back is put before the judge', async () => {
  const titles = { title: { type: 'number' } };
  const operation = {
    requestBody: json({ type: 'object', properties: titles }),
    responses: { 200: json({ type: 'object', properties: titles }), 400: {} },
  };
  using watch = new Watch(new Judge(Description.parse({ paths: { '/rooms': { post: operation } } })));
  const server = await startServer();
  await server.as('alice').post('/v1/rooms', { title: 'Zürich' });
  await server.as('alice').post('/v1/rooms', { title: '' });
  await server.as('alice').get('/v1/rooms');
  const { exchanges, met, objections } = watch.take();
  expect(exchanges).toBe(2);
  expect(met).toEqual(['POST /rooms']);
  expect(objections).toContain('POST /rooms: body title (type): must be number "Zürich"');
  expect(objections).toContain('POST /rooms: answer title (type): must be number "Zürich"');
  expect(watch.take()).toEqual({ exchanges: 0, met: [], needed: [], objections: [] });
});
