import { connect } from 'node:net';
import fc from 'fast-check';
import { Client } from 'undici';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ErrorBody, FaultCreate, type Fault, type Message, type Room } from '../../src/contract/index.ts';
import { bytesOf, kept, send } from '../files/support.ts';
import { raw } from '../support/raw.ts';
import { people, personId, startServer, tokenOf, type Name, type TestServer } from '../support/server.ts';

const ours = '/hearth/v1/faults';

const startFaulty = (by: 'everybody' | 'administrators' = 'everybody') =>
  startServer((options) => ({ ...options, faults: { by, rules: [], presets: [] } }));

const make = (server: TestServer, fault: object) => server.as('alice').ok<Fault>('POST', ours, fault);
const makePreset = async (server: TestServer, preset: object) =>
  (await server.as('alice').ok<{ items: Fault[] }>('POST', `${ours}/presets`, preset)).items;

async function statuses(
  server: TestServer,
  times: number,
  path = '/v1/rooms',
  name: Name = 'alice',
): Promise<number[]> {
  const seen: number[] = [];
  for (let count = 0; count < times; count += 1) seen.push((await server.as(name).get(path)).status);
  return seen;
}

/** Lets time go by until something has happened. */
async function advanceUntil(server: TestServer, happened: Promise<unknown>, stepMs: number): Promise<void> {
  const state = { over: false };
  void happened.finally(() => {
    state.over = true;
  });
  while (!state.over) {
    server.clock.advance(stepMs);
    await new Promise(setImmediate);
  }
}

/** A connection of its own, so that what happens to it happens to nothing else. */
function undici(server: TestServer): Client {
  const client = new Client(server.url);
  onTestFinished(() => client.destroy());
  return client;
}
const headers = { authorization: `Bearer ${tokenOf('alice')}`, 'content-type': 'application/json' };

/** The answers are not what the official description knows, on purpose. */
const broken = { meta: { isUndescribed: true } };

describe('answers in place of the real one', () => {
  test.each<[number, string]>([
    [401, 'The request requires a valid access token set in the Authorization request header.'],
    [404, 'The requested resource could not be found.'],
    [418, "I'm a Teapot"],
    [429, 'The user has sent too many requests in a given amount of time.'],
    [500, 'Something went wrong on our side.'],
    [503, 'The store cannot be written to right now.'],
    [599, 'Status 599'],
  ])('%i, in the one shape of errors', broken, async (status, message) => {
    const server = await startFaulty();
    await make(server, { status });
    const answer = await server.as('alice').get('/v1/rooms');
    expect(answer.status).toBe(status);
    const body = ErrorBody.strict().parse(answer.body);
    expect(body.message).toContain(message);
    expect(answer.headers.get('trackingid')).toBe(body.trackingId);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });

  test('with words, a body and headers of its own', async () => {
    const server = await startFaulty();
    await make(server, {
      status: 503,
      message: 'Over there',
      headers: { 'Retry-After': 'soon', 'X-Node': 'b' },
      nth: 1,
    });
    await make(server, { status: 200, body: { items: [] }, nth: 1 });
    await make(server, { status: 502, body: '<h1>Bad Gateway</h1>', headers: { 'content-type': 'text/html' } });
    const answers = [];
    for (let count = 0; count < 3; count += 1) answers.push(await raw(server.url, { path: '/v1/rooms' }));
    const [first, second, third] = answers;
    expect(first).toMatchObject({ status: 503, headers: { 'retry-after': 'soon', 'x-node': 'b' } });
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ message: 'Over there' });
    expect(second).toMatchObject({ status: 200, body: '{"items":[]}' });
    expect(third).toMatchObject({
      status: 502,
      body: '<h1>Bad Gateway</h1>',
      headers: { 'content-type': 'text/html' },
    });
  });

  test('headers alone come with the real answer', async () => {
    const server = await startFaulty();
    await make(server, { headers: { 'Retry-After': '-1', 'Cache-Control': 'max-age=60' } });
    const { status, headers: answered, body } = await server.as('alice').get('/v1/people/me');
    expect([status, answered.get('retry-after'), answered.get('cache-control')]).toEqual([200, '-1', 'max-age=60']);
    expect(body).toMatchObject({ id: personId('alice') });
  });

  test('before: nothing is done; after: everything is done, and its answer is lost', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['POST'], path: '/v1/rooms', status: 500, nth: 1 });
    await make(server, { methods: ['POST'], path: '/v1/rooms', status: 504, when: 'after', nth: 1 });
    const alice = server.as('alice');
    for (const [title, status] of [
      ['a', 500],
      ['b', 504],
      ['c', 200],
    ] as const)
      expect((await alice.post('/v1/rooms', { title })).status).toBe(status);
    const { items } = await alice.ok<{ items: Room[] }>('GET', '/v1/rooms');
    expect(items.map(({ title }) => title).toSorted()).toEqual(['b', 'c']);
  });

  test('a page whose answer is replaced has no link to the next', async () => {
    const server = await startFaulty();
    for (const title of ['a', 'b']) await server.room(title, 'alice');
    await make(server, { status: 500, when: 'after', nth: 1 });
    expect((await server.as('alice').get('/v1/rooms?max=1')).headers.get('link')).toBeNull();
    expect((await server.as('alice').get('/v1/rooms?max=1')).headers.get('link')).toContain('rel="next"');
  });
});

describe('which requests', () => {
  test('by method, path and person', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['GET'], path: '/v1/people/{id}', personEmail: people.bob.email, status: 500 });
    expect(await statuses(server, 1, `/v1/people/${personId('eve')}`, 'bob')).toEqual([500]);
    expect(await statuses(server, 1, `/v1//people/${personId('eve')}/`, 'bob')).toEqual([500]);
    expect(await statuses(server, 1, `/v1/people/${personId('eve')}`, 'alice')).toEqual([200]);
    expect(await statuses(server, 1, '/v1/people/me', 'bob')).toEqual([200]);
    await make(server, { personId: personId('alice'), path: '/v1/rooms', status: 502 });
    expect(await statuses(server, 1, '/v1/rooms', 'alice')).toEqual([502]);
    expect(await statuses(server, 1, '/v1/rooms', 'bob')).toEqual([200]);
  });

  test('by number, and by a chance that is the same each time', async () => {
    const server = await startFaulty();
    await make(server, { status: 500, every: 3, times: 2 });
    expect(await statuses(server, 10)).toEqual([200, 200, 500, 200, 200, 500, 200, 200, 200, 200]);
    const chance = { status: 500, probability: 0.5, seed: 7 };
    const { id } = await make(server, chance);
    const seen = await statuses(server, 20);
    expect(new Set(seen)).toEqual(new Set([200, 500]));
    await server.as('alice').ok('PUT', `${ours}/${id}`, chance);
    expect(await statuses(server, 20)).toEqual(seen);
  });

  test('one with a bad token is refused before any rule is asked', async () => {
    const server = await startFaulty();
    const { id } = await make(server, { status: 500 });
    expect((await server.withToken('nonsense').get('/v1/rooms')).status).toBe(401);
    expect(await server.as('alice').ok('GET', `${ours}/${id}`)).toMatchObject({ matched: 0, hits: 0 });
  });

  test('one whose body is never read', async () => {
    const server = await startFaulty();
    const room = await server.room('Demo', 'alice');
    await make(server, { path: '/v1/messages', status: 503 });
    expect(await server.as('alice').post('/v1/messages', '{ no JSON')).toMatchObject({ status: 503 });
    const sent = await send(server, 'alice', { roomId: room.id, files: new File([bytesOf(3_000_000)], 'large.bin') });
    expect(sent.status).toBe(503);
    expect(await kept(server)).toEqual([]);
  });

  test('paths that need no token, and those where nothing is, can fail too', async () => {
    const server = await startFaulty();
    await make(server, { path: '/healthz', status: 503 });
    await make(server, { path: '/v1/nowhere', status: 418 });
    await make(server, { path: '/v1/webhooks/incoming/{token}', status: 502 });
    expect((await raw(server.url, { path: '/healthz', headers: { authorization: undefined } })).status).toBe(503);
    expect((await raw(server.url, { path: '/v1/nowhere' })).status).toBe(418);
    const incoming = {
      method: 'POST',
      path: '/v1/webhooks/incoming/x',
      headers: { 'content-type': 'application/json' },
    };
    expect((await raw(server.url, { ...incoming, body: '{"text":"x"}' })).status).toBe(502);
    const { items } = await server.as('alice').ok<{ items: Fault[] }>('GET', ours);
    // The token in it is a secret.
    expect(items[2]?.lastHits[0]).toMatchObject({ method: 'POST', path: '/v1/webhooks/incoming/…' });
  });

  test('never those about faults', async () => {
    const server = await startFaulty();
    const { id } = await make(server, { path: '/*', status: 500 });
    expect(await statuses(server, 1, '/hearth/v1/webhooks')).toEqual([500]);
    for (const path of [ours, `${ours}/${id}`, `/hearth//v1/faults/`, `${ours}/presets`])
      expect(await statuses(server, 1, path)).toEqual([200]);
    await server.as('alice').ok('DELETE', ours);
    expect(await statuses(server, 1, '/hearth/v1/webhooks')).toEqual([200]);
  });
});

describe('connections', () => {
  test('reset before the request is carried out', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['POST'], reset: true, nth: 1 });
    const client = undici(server);
    const post = () => client.request({ method: 'POST', path: '/v1/rooms', headers, body: '{"title":"x"}' });
    await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toEqual([]);
    expect((await post()).statusCode).toBe(200);
  });

  test('reset after it was carried out', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['POST'], reset: true, when: 'after', nth: 1 });
    const client = undici(server);
    const post = () => client.request({ method: 'POST', path: '/v1/rooms', headers, body: '{"title":"x"}' });
    await expect(post()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toHaveLength(1);
  });

  test('a body that ends short of its Content-Length', broken, async () => {
    const server = await startFaulty();
    const whole = await raw(server.url, { path: '/v1/people/me' });
    await make(server, { truncateAfter: 10, nth: 1 });
    const {
      statusCode,
      headers: answered,
      body,
    } = await undici(server).request({ path: '/v1/people/me', method: 'GET', headers });
    expect([statusCode, answered['content-length']]).toEqual([200, String(Buffer.byteLength(whole.body))]);
    const chunks: Buffer[] = [];
    const reading = (async () => {
      for await (const chunk of body) chunks.push(chunk as Buffer);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' });
    expect(Buffer.concat(chunks).toString()).toBe(whole.body.slice(0, 10));
    expect((await raw(server.url, { path: '/v1/people/me' })).body).toBe(whole.body);
  });

  test('an error, cut; and a body that is shorter than that, whole', async () => {
    const server = await startFaulty();
    await make(server, { status: 500, body: 'everything is broken', truncateAfter: 10, nth: 1 });
    await make(server, { status: 500, body: 'short', truncateAfter: 10 });
    const client = undici(server);
    const cut = await client.request({ path: '/v1/rooms', method: 'GET', headers });
    expect(cut.headers['content-length']).toBe('20');
    await expect(cut.body.text()).rejects.toMatchObject({ code: 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' });
    expect(await (await client.request({ path: '/v1/rooms', method: 'GET', headers })).body.text()).toBe('short');
  });

  test('an answer without a body cannot be cut', async () => {
    const server = await startFaulty();
    const room = await server.room('Demo', 'alice');
    await make(server, { truncateAfter: 0 });
    expect(await server.as('alice').delete(`/v1/rooms/${room.id}`)).toMatchObject({ status: 204, body: undefined });
  });
});

describe('slowness', () => {
  /** Resolves when the server waits for the clock to go on. */
  async function waiting(server: TestServer, timers: number): Promise<void> {
    while (server.clock.timers < timers) await new Promise(setImmediate);
  }

  test('a delay, before and after; it is over when the clock says so', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['POST'], delayMs: 5_000 });
    await make(server, { methods: ['POST'], delayMs: 3_000, when: 'after' });
    const before = server.clock.timers;
    await make(server, { delayMs: 7_000, path: '/v1/nowhere' });
    const late = server.as('alice').post<Room>('/v1/rooms', { title: 'Late' });
    // The writes about faults are not delayed, or the lines above would not have come back.
    await waiting(server, before + 1);
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toEqual([]);
    server.clock.advance(5_000);
    await waiting(server, before + 1);
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toHaveLength(1);
    server.clock.advance(3_000);
    expect((await late).status).toBe(200);
  });

  test('whoever hangs up before it is over did not get through', async () => {
    const server = await startFaulty();
    await make(server, { methods: ['POST'], delayMs: 5_000 });
    const before = server.clock.timers;
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const lines = ['POST /v1/rooms HTTP/1.1', `Host: ${hostname}`, `Authorization: Bearer ${tokenOf('alice')}`];
    const body = '{"title":"x"}';
    socket.write(
      `${[...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`].join('\r\n')}\r\n\r\n${body}`,
    );
    await waiting(server, before + 1);
    socket.destroy();
    while (server.clock.timers > before) await new Promise(setImmediate);
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toEqual([]);
  });

  test.each<[string, (server: TestServer, id: string) => Promise<unknown>]>([
    ['the rule is deleted', (server, id) => server.as('alice').delete(`${ours}/${id}`)],
    ['all rules are', (server) => server.as('alice').delete(ours)],
    ['it is changed', (server, id) => server.as('alice').put(`${ours}/${id}`, { status: 500, nth: 9 })],
  ])('a wait ends when %s', async (_, end) => {
    const server = await startFaulty();
    const { id } = await make(server, { delayMs: 300_000 });
    const before = server.clock.timers;
    const late = statuses(server, 1);
    await waiting(server, before + 1);
    await end(server, id);
    expect(await late).toEqual([200]);
  });

  test('a server that stops does not wait for it', async () => {
    const server = await startFaulty();
    await make(server, { delayMs: 300_000 });
    const before = server.clock.timers;
    const late = statuses(server, 1);
    await waiting(server, before + 1);
    await server.restart(60_000);
    expect(await late).toEqual([200]);
    // It lives in memory: a start begins without any.
    expect(await server.as('alice').ok('GET', ours)).toEqual({ items: [] });
  });

  test('an answer that comes in drops', broken, async () => {
    const server = await startFaulty();
    await make(server, { status: 200, body: 'abcdefg', drip: { bytes: 3, everyMs: 1_000 } });
    const began = server.clock.now();
    const answer = await undici(server).request({ path: '/v1/rooms', method: 'GET', headers });
    expect(answer.headers['content-length']).toBe('7');
    const drops: string[] = [];
    const reading = (async () => {
      for await (const chunk of answer.body) drops.push(String(chunk as Buffer));
    })();
    while (drops.length === 0) await new Promise(setImmediate);
    expect(drops).toEqual(['abc']);
    await advanceUntil(server, reading, 100);
    expect(drops.join('')).toBe('abcdefg');
    expect(server.clock.now() - began).toBeGreaterThanOrEqual(2_000);
  });

  test('whose rule is deleted comes all at once', broken, async () => {
    const server = await startFaulty();
    await make(server, { path: '/v1/rooms', status: 200, body: 'abcdefg', drip: { bytes: 1, everyMs: 60_000 } });
    const { body } = await undici(server).request({ path: '/v1/rooms', method: 'GET', headers });
    await server.as('alice').ok('DELETE', ours);
    expect(await body.text()).toBe('abcdefg');
  });
});

describe('what a rule has done', () => {
  test('is shown with it: how many requests, and the last of them', async () => {
    const server = await startFaulty();
    const { id } = await make(server, { name: 'mine', methods: ['GET'], path: '/v1/rooms', status: 500, every: 2 });
    await statuses(server, 5);
    const tracked = await server.as('bob').call('GET', '/v1/rooms?max=1', undefined, { trackingid: 'client_1' });
    expect(tracked.status).toBe(500);
    const fault = await server.as('alice').ok<Fault>('GET', `${ours}/${id}`);
    expect(fault).toMatchObject({
      id,
      name: 'mine',
      methods: ['GET'],
      path: '/v1/rooms',
      per: 'rule',
      when: 'before',
      seed: 0,
      every: 2,
      status: 500,
      matched: 6,
      hits: 3,
      created: '2016-07-19T12:00:00.000Z',
      createdBy: personId('alice'),
    });
    expect(fault.lastHits.map(({ number }) => number)).toEqual([6, 4, 2]);
    expect(fault.lastHits[0]).toEqual({
      at: '2016-07-19T12:00:00.000Z',
      number: 6,
      method: 'GET',
      path: '/v1/rooms',
      personId: personId('bob'),
      trackingId: 'client_1',
    });
    expect(await server.as('bob').ok('GET', ours)).toEqual({ items: [fault] });
  });

  test('ends with a change, which puts another rule in its place', async () => {
    const server = await startFaulty();
    const { id } = await make(server, { status: 500, name: 'first', to: 1 });
    await statuses(server, 3);
    const changed = await server.as('alice').ok<Fault>('PUT', `${ours}/${id}`, { status: 502, nth: 2 });
    expect(changed).toMatchObject({ id, status: 502, nth: 2, matched: 0, hits: 0, lastHits: [] });
    expect(changed).not.toHaveProperty('name');
    expect(await statuses(server, 3)).toEqual([200, 502, 200]);
    await server.as('alice').ok('DELETE', `${ours}/${id}`);
    expect((await server.as('alice').get(`${ours}/${id}`)).status).toBe(404);
    expect((await server.as('alice').delete(`${ours}/${id}`)).status).toBe(404);
    expect((await server.as('alice').put(`${ours}/${id}`, { status: 500 })).status).toBe(404);
  });
});

describe('presets', () => {
  test('are listed with what they do', async () => {
    const server = await startFaulty();
    const { items } = await server.as('bob').ok<{ items: { name: string }[] }>('GET', `${ours}/presets`);
    expect(items.map(({ name }) => name)).toContain('429-storm');
    for (const { name } of items) expect((await makePreset(server, { preset: name })).length).toBeGreaterThan(0);
  });

  test('429-storm', async () => {
    const server = await startFaulty();
    const [rule] = await makePreset(server, { preset: '429-storm' });
    const seen = await statuses(server, 50);
    expect(new Set(seen)).toEqual(new Set([200, 429]));
    expect(rule).toMatchObject({ preset: '429-storm', headers: { 'Retry-After': '1' } });
    expect(seen.filter((status) => status === 429).length).toBeGreaterThan(25);
  });

  test('brown-out', async () => {
    const server = await startFaulty();
    await makePreset(server, { preset: 'brown-out' });
    const late = statuses(server, 12);
    await advanceUntil(server, late, 100);
    expect(new Set(await late)).toEqual(new Set([200, 503]));
  });

  test('post-then-404', async () => {
    const server = await startFaulty();
    const room = await server.room('Demo', 'alice', 'bob');
    await makePreset(server, { preset: 'post-then-404' });
    for (const text of ['one', 'two']) {
      const message = await server.as('bob').say(room, text);
      expect(await statuses(server, 3, `/v1/messages/${message.id}`)).toEqual([404, 404, 200]);
    }
    await server.as('alice').ok('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'x' });
    expect(await statuses(server, 1, `/v1/messages/direct?personEmail=${people.bob.email}`)).toEqual([200]);
  });

  test('retry-after-garbage', async () => {
    const server = await startFaulty();
    await makePreset(server, { preset: 'retry-after-garbage' });
    const values: (string | undefined)[] = [];
    for (let count = 0; count < 8; count += 1)
      values.push((await raw(server.url, { path: '/v1/rooms' })).headers['retry-after']);
    expect(values).toHaveLength(8);
    expect(values.at(-1)).toBeUndefined();
    expect(new Set(values).size).toBe(8);
    for (const value of values.slice(0, -1)) expect(value).not.toMatch(/^[1-9]\d{0,9}$/);
  });

  test('half-writes', async () => {
    const server = await startFaulty();
    await makePreset(server, { preset: 'half-writes', path: '/v1/rooms' });
    await server.as('alice').ok('POST', '/v1/rooms', { title: 'a' });
    await expect(server.as('alice').post('/v1/rooms', { title: 'b' })).rejects.toThrow('fetch failed');
    expect((await server.as('alice').ok<{ items: Room[] }>('GET', '/v1/rooms')).items).toHaveLength(2);
  });

  test('token-expired, for one person', async () => {
    const server = await startFaulty();
    await makePreset(server, { preset: 'token-expired', personEmail: people.bob.email });
    expect(await statuses(server, 2, '/v1/people/me', 'bob')).toEqual([401, 401]);
    expect(await statuses(server, 1, '/v1/people/me', 'alice')).toEqual([200]);
  });

  test('can be listed and cleared by themselves', async () => {
    const server = await startFaulty();
    await makePreset(server, { preset: 'brown-out', path: '/v1/nowhere' });
    const mine = await make(server, { status: 500, path: '/v1/nowhere' });
    const names = async (query: string) =>
      (await server.as('alice').ok<{ items: Fault[] }>('GET', `${ours}${query}`)).items.map(({ preset }) => preset);
    expect(await names('')).toEqual(['brown-out', 'brown-out', undefined]);
    expect(await names('?preset=brown-out')).toEqual(['brown-out', 'brown-out']);
    await server.as('alice').ok('DELETE', `${ours}?preset=brown-out`);
    expect((await server.as('alice').ok<{ items: Fault[] }>('GET', ours)).items).toEqual([mine]);
  });
});

describe('who may', () => {
  test('nobody, unless the operator says so: there is nothing at the path', async () => {
    const server = await startServer();
    for (const [method, path] of [
      ['GET', ours],
      ['POST', ours],
      ['DELETE', ours],
      ['GET', `${ours}/presets`],
    ] as const)
      expect(await server.as('alice').call(method, path)).toMatchObject({
        status: 404,
        body: { message: `There is nothing at ${method} ${path}.` },
      });
  });

  test('administrators, if it says that', async () => {
    const server = await startFaulty('administrators');
    for (const method of ['GET', 'POST', 'DELETE'])
      expect((await server.as('bob').call(method, ours)).status).toBe(403);
    for (const method of ['GET', 'PUT', 'DELETE'])
      expect((await server.as('bob').call(method, `${ours}/x`)).status).toBe(403);
    expect((await server.as('bob').post(`${ours}/presets`, { preset: '429-storm' })).status).toBe(403);
    await make(server, { status: 500 });
    expect(await statuses(server, 1, '/v1/rooms', 'bob')).toEqual([500]);
  });

  test('no token that an administrator gave a narrow purpose', async () => {
    const server = await startFaulty('administrators');
    const made = await server.as('alice').ok<{ token: string }>('POST', '/hearth/v1/tokens', { scopes: ['spark:all'] });
    const narrow = server.withToken(made.token);
    expect(await narrow.post(ours, { status: 500 })).toMatchObject({ status: 403 });
    expect(await narrow.get('/v1/rooms')).toMatchObject({ status: 200 });
  });

  test('nobody without a token', async () => {
    const server = await startFaulty();
    expect((await raw(server.url, { path: ours, headers: { authorization: undefined } })).status).toBe(401);
  });
});

test.each<[string, object, string | RegExp]>([
  ['nothing', {}, /^Say what goes wrong/],
  ['a status that is none', { status: 99 }, 'status must be a whole number from 200 to 599.'],
  ['half a status', { status: 500.5 }, 'status must be a whole number from 200 to 599.'],
  ['an answer on a connection that is reset', { reset: true, status: 500 }, /has no answer/],
  ['a body of nothing', { body: 'x', delayMs: 1 }, 'message and body need a status.'],
  ['two bodies', { status: 500, body: 'x', message: 'y' }, 'Give message or body, not both.'],
  ['a path without a slash', { status: 500, path: 'v1' }, 'path must begin with a slash.'],
  ['an unknown method', { status: 500, methods: ['BREW'] }, /must be one of GET/],
  ['no method', { status: 500, methods: [] }, 'methods must name at least one.'],
  ['two people', { status: 500, personId: 'x', personEmail: 'y' }, 'Give personId or personEmail, not both.'],
  ['what is no id', { status: 500, personId: '?' }, 'Expect base64 ID or UUID.'],
  ['an end before the beginning', { status: 500, from: 3, to: 2 }, 'from is more than to.'],
  ['request 0', { status: 500, nth: 0 }, /^nth must be a whole number from 1/],
  ['a chance of 2', { status: 500, probability: 2 }, 'probability must be a number from 0 to 1.'],
  ['a delay of an hour', { delayMs: 3_600_000 }, /^delayMs/],
  ['a delay whose end is before its beginning', { delayMs: { min: 2, max: 1 } }, /^delayMs/],
  ['a header of two lines', { headers: { x: 'a\r\nb: c' } }, 'headers has a value that is none.'],
  ['a header beyond Latin 1', { headers: { x: '✓' } }, 'headers has a value that is none.'],
  ['a header without a name', { headers: { '': 'a' } }, 'headers has a name that is none.'],
  ['framing', { headers: { 'Content-Length': '5' } }, /^headers cannot set connection/],
  ['a cut before the beginning', { truncateAfter: -1 }, /^truncateAfter/],
  ['drops of nothing', { drip: { bytes: 0, everyMs: 1 } }, /^drip.bytes/],
])('%s is refused with 400, and makes no rule', async (_, body, message) => {
  const server = await startFaulty();
  const answer = await server.as('alice').post(ours, body);
  const matcher: unknown = typeof message === 'string' ? message : expect.stringMatching(message);
  expect(answer).toMatchObject({ status: 400, body: { message: matcher } });
  expect(await server.as('alice').ok('GET', ours)).toEqual({ items: [] });
});

test.each<[object, string | RegExp]>([
  [{}, /must be one of 429-storm/],
  [{ preset: 'rain' }, /must be one of 429-storm/],
  [{ preset: 'brown-out', personId: 'x', personEmail: 'y' }, 'Give personId or personEmail, not both.'],
  [{ preset: 'brown-out', personId: '?' }, 'Expect base64 ID or UUID.'],
])('the preset %j is refused with 400', async (body, message) => {
  const server = await startFaulty();
  const matcher: unknown = typeof message === 'string' ? message : expect.stringMatching(message);
  const refusal = { status: 400, body: { message: matcher } };
  expect(await server.as('alice').post(`${ours}/presets`, body)).toMatchObject(refusal);
  expect(await server.as('alice').ok('GET', ours)).toEqual({ items: [] });
});

test('a body that is too deep for whoever writes JSON is no reason to fail otherwise than asked for', async () => {
  const server = await startFaulty();
  const body = `{"path":"/v1/nowhere","status":500,"body":${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
  const json = { 'content-type': 'application/json' };
  expect((await raw(server.url, { method: 'POST', path: ours, headers: json, body })).status).toBeOneOf([200, 400]);
  expect((await raw(server.url, { path: ours })).status).toBe(200);
});

test('whatever a rule says, it can be shown again, and the server goes on', async () => {
  const server = await startFaulty();
  const whole = fc.oneof(fc.integer(), fc.constantFrom(0, 1, 2, 200, 503));
  const rule = fc.record(
    {
      methods: fc.array(fc.constantFrom('GET', 'POST', 'x')),
      path: fc.constantFrom('/v1/rooms', '/v1/*', '/*', 'x', '//'),
      per: fc.constantFrom('rule', 'path', 'person', 'x'),
      nth: whole,
      from: whole,
      to: whole,
      every: whole,
      probability: fc.oneof(fc.double({ min: 0, max: 1 }), fc.jsonValue()),
      times: whole,
      status: fc.oneof(fc.integer({ min: 200, max: 599 }), whole),
      message: fc.string({ unit: 'binary' }),
      body: fc.jsonValue(),
      headers: fc.dictionary(fc.string({ maxLength: 5 }), fc.string({ maxLength: 5 })),
      reset: fc.boolean(),
      truncateAfter: fc.nat(50),
      when: fc.constantFrom('before', 'after', 'x'),
    },
    { requiredKeys: [] },
  );
  const made = fc.asyncProperty(rule, async (body) => {
    const { status, body: fault } = await server.as('alice').post<Fault>(ours, body);
    expect(status).toBeOneOf([200, 400]);
    if (status === 400) return;
    expect(await server.as('bob').ok('GET', `${ours}/${fault.id}`)).toEqual(fault);
    // However it fails: with an answer, or without one.
    await raw(server.url, { path: '/v1/rooms' }).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    await server.as('alice').ok('DELETE', ours);
    expect((await server.as('alice').get('/v1/rooms')).status).toBe(200);
  });
  await fc.assert(made, { numRuns: 200, seed: 20160719 });
}, 60_000);

test('there can be a hundred, and of a preset all or none', async () => {
  const server = await startFaulty();
  for (let count = 0; count < 99; count += 1) await make(server, { status: 500, path: '/v1/nowhere' });
  const refusal = { status: 400, body: { message: 'There are 100 faults already, which is the limit: delete some.' } };
  expect(await server.as('alice').post(`${ours}/presets`, { preset: 'brown-out' })).toMatchObject(refusal);
  await make(server, { status: 500, path: '/v1/nowhere' });
  expect(await server.as('alice').post(ours, { status: 500 })).toMatchObject(refusal);
  expect((await server.as('alice').ok<{ items: Fault[] }>('GET', ours)).items).toHaveLength(100);
});

test('rules can be there from the beginning', async () => {
  const faults = {
    by: 'everybody',
    rules: [FaultCreate.parse({ status: 500, nth: 1 })],
    presets: [{ preset: 'token-expired', times: 1 }],
  } as const;
  const server = await startServer((options) => ({ ...options, faults }));
  expect(await statuses(server, 3)).toEqual([500, 401, 200]);
  const { items } = await server.as('alice').ok<{ items: Fault[] }>('GET', ours);
  for (const item of items) expect(item).not.toHaveProperty('createdBy');
  await server.restart();
  expect(await statuses(server, 3)).toEqual([500, 401, 200]);
});

test('webhooks go out whatever fails here, and content stays out of what is shown', async () => {
  const server = await startFaulty();
  const room = await server.room('Demo', 'alice');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  const { id } = await make(server, { methods: ['POST'], path: '/v1/messages', status: 500, when: 'after' });
  expect((await server.as('alice').post<Message>('/v1/messages', { roomId: room.id, text: 'secret' })).status).toBe(
    500,
  );
  expect((await receiver.next()).notice).toMatchObject({ resource: 'messages', event: 'created' });
  expect(JSON.stringify(await server.as('alice').ok('GET', `${ours}/${id}`))).not.toContain('secret');
});
