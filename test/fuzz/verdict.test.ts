import { describe, expect, test } from 'vitest';
import { operationsOf } from './operations.ts';
import { Pools } from './pools.ts';
import { Verdict } from './verdict.ts';
import { asCurl, type WireAnswer } from './wire.ts';

/** What the fuzzing would notice. */

const room = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const operations = operationsOf({
  paths: {
    '/rooms/{roomId}': {
      get: { responses: { 200: json({ $ref: '#/components/schemas/Room' }), default: {} } },
      delete: { responses: { 204: {}, default: {} } },
    },
    '/file': { get: { responses: { 200: { content: { 'application/octet-stream': { schema: {} } } } } } },
  },
  components: { schemas: { Room: room } },
});
const verdict = new Verdict(operations);
const headers = { trackingid: 'T', 'content-type': 'application/json; charset=utf-8' };
const refusal = { message: 'x', errors: [{ description: 'x' }], trackingId: 'T' };

function problems(name: string, answer: Partial<Omit<WireAnswer, 'body'>> & { body?: unknown }): string[] {
  const { body = '', ...rest } = answer;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const request = { name, method: name.split(' ')[0] ?? '', path: '/', headers: {}, body: undefined };
  return verdict.problems(request, { status: 200, headers, ...rest, body: text });
}

describe('an answer', () => {
  const get = 'GET /rooms/{id}';
  test.each<[string, string, Parameters<typeof problems>[1]]>([
    ['as described', get, { body: { id: 'x' } }],
    ['without a body', 'DELETE /rooms/{id}', { status: 204 }],
    ['of a part of a file', 'GET /file', { status: 206, body: 'x' }],
    ['that refuses', get, { status: 404, body: refusal }],
    ['to HEAD', 'HEAD /rooms/{id}', { status: 404 }],
    ['with a next page', get, { body: { id: 'x' }, headers: { ...headers, link: '<http://x/?a=b>; rel="next"' } }],
  ])('%s is right', (_, name, answer) => {
    expect(problems(name, answer)).toEqual([]);
  });

  test.each<[string, string, Parameters<typeof problems>[1], string | RegExp]>([
    ['5xx', get, { status: 500, body: refusal }, 'status 500'],
    ['no tracking id', get, { body: { id: 'x' }, headers: {} }, 'no TrackingID'],
    ['a stack', get, { status: 400, body: { ...refusal, message: 'x\n    at f (/a.ts:1:2)' } }, 'a stack trace'],
    ['another type', get, { body: { id: 1 } }, /^\/id must be string/],
    ['a field less', get, { body: {} }, /must have required property 'id'/],
    ['a field more', get, { body: { id: 'x', y: 1 } }, /must NOT have additional properties/],
    ['no JSON', get, { body: '<html>' }, /must be object/],
    ['another status', get, { status: 201, body: { id: 'x' } }, 'status 201 for 200'],
    ['a body with 204', 'DELETE /rooms/{id}', { status: 204, body: 'x' }, /for 204/],
    ['another success', 'DELETE /rooms/{id}', { status: 200 }, /for 204/],
    ['a file of 302', 'GET /file', { status: 302 }, 'status 302'],
    ['what is not described', 'PATCH /rooms/{id}', { body: {} }, /not described/],
    ['a link of another form', get, { body: { id: 'x' }, headers: { ...headers, link: '</x>; rel=next' } }, /^Link/],
    ['a refusal of another shape', get, { status: 400, body: { message: 'x' } }, /another shape/],
    ['a refusal with more', get, { status: 400, body: { ...refusal, stack: 'x' } }, /another shape/],
    ['a refusal with another id', get, { status: 400, body: { ...refusal, trackingId: 'U' } }, /another trackingId/],
    ['a refusal that is text', get, { status: 400, body: refusal, headers: { trackingid: 'T' } }, /not called JSON/],
    ['a body to HEAD', 'HEAD /rooms/{id}', { body: 'x' }, 'a body'],
  ])('with %s is wrong', (_, name, answer, expected) => {
    expect(problems(name, answer)).toEqual([expect.stringMatching(expected)]);
  });
});

test('what stands for an object is filled in when the request is sent', () => {
  const pools = new Pools();
  for (const id of ['a', 'b']) pools.add('room', { id, teamId: 't' });
  expect(pools.fill('/«room:0»/«room:3»?«room.teamId:7»&«team:1»')).toBe('/a/b?t&none');
  pools.remove('a');
  expect(pools.fill('«room:0»')).toBe('b');
  pools.remove('t');
  expect(pools.fill('«room:0»')).toBe('none');
});

test('a request is told as a line for the shell', () => {
  const request = { name: '', method: 'PUT', path: '/x?y', headers: { a: "it's" }, body: '{}' };
  expect(asCurl(request, 'http://h')).toBe(
    String.raw`curl -i -X PUT 'http://h/x?y' -H 'a: it'\''s' --data-binary '{}'`,
  );
});
