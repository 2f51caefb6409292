import { describe, expect, test } from 'vitest';
import type { Membership, Message, Room } from '../../src/contract/index.ts';
import { createToken } from '../../src/people/index.ts';
import { personKey } from '../support/log.ts';
import { nextOf } from '../support/pages.ts';
import { bytes, raw } from '../support/raw.ts';
import { type Adjust, people, personId, personUuid, startServer, type TestServer, tokenOf } from '../support/server.ts';

/** What holds for every call: spec 1.1, 1.2, 1.4, 1.5, 1.8 and 2.2. */

const form = 'application/x-www-form-urlencoded';

/** A room of Alice and Bob with one message in it, and a second room, so that lists have a second page. */
async function scene(server: TestServer) {
  await server.room('Another', 'alice');
  const room = await server.room('Demo', 'alice', 'bob');
  const message = await server.as('alice').say(room, 'hi');
  const { items } = await server.as('alice').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
  return { room, message, membership: items[1] as Membership };
}

describe('paths', () => {
  test('a slash at the end and doubled slashes are tolerated, with a query and without (HTTP-3, HTTP-5)', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    const list = await server.as('alice').ok('GET', '/v1/rooms');
    for (const path of [
      '/v1/rooms/',
      '/v1//rooms',
      '//v1/rooms',
      '/v1/rooms//',
      '/v1/rooms/?type=group',
      '/v1//rooms?x=//',
    ]) {
      const { status, body } = await raw(server.url, { path });
      expect({ path, status, body: JSON.parse(body) }).toEqual({ path, status: 200, body: list });
    }
    expect(await server.as('alice').ok('GET', `/v1/rooms//${room.id}/`)).toEqual(room);
    expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}/`, { title: 'Slash' })).toMatchObject({
      title: 'Slash',
    });
    expect(await server.as('alice').ok('POST', '/v1/messages/', { roomId: room.id, text: 'x' })).toMatchObject({
      text: 'x',
    });
    expect(await server.as('alice').ok('GET', `/v1/people/?id=${personId('bob')}`)).toMatchObject({
      items: [{ id: personId('bob') }],
    });
    await server.as('alice').ok('DELETE', `/v1/rooms/${room.id}/`);
  });

  test.each(['/V1/rooms', '/v1/Rooms', '/v1/ROOMS'])('%s is another path (HTTP-3)', async (path) => {
    const server = await startServer();
    expect(await server.as('alice').get(path)).toMatchObject({
      status: 404,
      body: { message: `There is nothing at GET ${path}.` },
    });
  });

  test('unknown parameters of a query are ignored (HTTP-4)', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    for (const path of ['/v1/rooms', `/v1/rooms/${room.id}`, '/v1/memberships', `/v1/messages?roomId=${room.id}`]) {
      const plain = await server.as('alice').ok('GET', path);
      const query = 'Paginate=true&showAllTypes=x&callingData=true&minResponse=1&empty&__proto__=1&constructor=2';
      expect(await server.as('alice').ok('GET', `${path}${path.includes('?') ? '&' : '?'}${query}`)).toEqual(plain);
    }
  });
});

describe('bodies', () => {
  test.each([
    'application/json',
    'application/json;charset=utf-8',
    'application/json; charset=UTF-8',
    'Application/JSON',
  ])('JSON as %s, on calls that have no body too (HTTP-10)', async (type) => {
    const server = await startServer();
    const { room, message, membership } = await scene(server);
    const headers = { 'content-type': type };
    const call = (method: string, path: string, body?: object) =>
      server.as('alice').call<Room>(method, path, body, headers);
    expect(await call('POST', '/v1/rooms', { title: 'Zürich – ✓' })).toMatchObject({
      status: 200,
      body: { title: 'Zürich – ✓' },
    });
    expect(await call('PUT', `/v1/rooms/${room.id}`, { title: 'Bern' })).toMatchObject({
      status: 200,
      body: { title: 'Bern' },
    });
    for (const path of [
      '/v1/rooms',
      `/v1/rooms/${room.id}`,
      `/v1/messages?roomId=${room.id}`,
      '/v1/people/me',
      '/v1/webhooks',
    ]) {
      expect(await call('GET', path), path).toMatchObject({ status: 200 });
    }
    for (const path of [`/v1/messages/${message.id}`, `/v1/memberships/${membership.id}`, `/v1/rooms/${room.id}`]) {
      expect(await call('DELETE', path), path).toMatchObject({ status: 204, body: undefined });
    }
  });

  test('a call without a body needs no content type that anybody knows', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    for (const type of ['text/plain', 'application/octet-stream', form]) {
      const headers = { 'content-type': type };
      expect(await server.as('alice').call('GET', `/v1/rooms/${room.id}`, undefined, headers)).toMatchObject({
        status: 200,
      });
      const message = await server.as('alice').say(room, type);
      expect(await server.as('alice').call('DELETE', `/v1/messages/${message.id}`, undefined, headers)).toMatchObject({
        status: 204,
      });
    }
  });

  test('forms: text as typed, flags and lists coerced (HTTP-11)', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    const send = (method: string, path: string, body: string) =>
      server.as('alice').call(method, path, body, { 'content-type': form });

    expect(await send('POST', '/v1/rooms', 'title=a+b%2Bc+%E2%9C%93&isLocked=true&isPublic=false')).toMatchObject({
      status: 200,
      body: { title: 'a b+c ✓', isLocked: true, isPublic: false },
    });
    expect(
      await send(
        'POST',
        '/v1/memberships',
        `roomId=${room.id}&personEmail=${encodeURIComponent(people.carol.email)}&isModerator=true`,
      ),
    ).toMatchObject({
      status: 200,
      body: { personEmail: people.carol.email, isModerator: true },
    });
    expect(await send('PUT', `/v1/rooms/${room.id}`, 'isLocked=false&title=Open')).toMatchObject({
      status: 200,
      body: { isLocked: false, title: 'Open' },
    });
    expect(await send('POST', '/v1/messages', `roomId=${room.id}&toPersonId=&text=true`)).toMatchObject({
      status: 200,
      body: { text: 'true' },
    });
    for (const [files, message] of [
      ['files=a', /^The file cannot be fetched from its URL: /],
      ['files=a&files=b', /^A message carries one file: /],
    ] as const) {
      expect(await send('POST', '/v1/messages', `roomId=${room.id}&text=x&${files}`)).toMatchObject({
        status: 400,
        body: { message: expect.stringMatching(message) },
      });
    }
    expect(await send('PUT', `/v1/rooms/${room.id}`, 'isLocked=yes')).toMatchObject({
      status: 400,
      body: { message: 'isLocked must be of type boolean.' },
    });
    expect(await send('PUT', `/v1/rooms/${room.id}`, 'title=a&title=b')).toMatchObject({ status: 400 });
  });

  test('a multipart form is a message, with a file or without one, and only that (HTTP-12)', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    const multipart = (fields: Record<string, string | Blob>) => {
      const data = new FormData();
      for (const [name, value] of Object.entries(fields)) data.append(name, value);
      return data;
    };
    const send = async (path: string, fields: Record<string, string | Blob>) => {
      const headers = { authorization: `Bearer ${tokenOf('alice')}` };
      const response = await fetch(new URL(path, server.url), { method: 'POST', headers, body: multipart(fields) });
      return { status: response.status, body: (await response.json()) as { message?: string } & Message };
    };
    for (const path of ['/v1/messages', '/v1/messages/']) {
      expect(await send(path, { roomId: room.id, markdown: '**Zürich** 🦄' })).toMatchObject({
        status: 200,
        body: { text: 'Zürich 🦄', markdown: '**Zürich** 🦄' },
      });
    }
    expect(
      await send('/v1/messages', { roomId: room.id, text: 'x', files: new File(['content'], 'a.txt') }),
    ).toMatchObject({ status: 200, body: { text: 'x', files: [expect.any(String)] } });
    const elsewhere = await send('/v1/rooms', { title: 'By form' });
    expect(elsewhere).toMatchObject({
      status: 415,
      body: { message: expect.stringMatching(/^Content type 'multipart\/form-data; boundary=.*' not supported$/) },
    });
    expect(await server.as('alice').ok('GET', '/v1/rooms')).toMatchObject({
      items: [{ id: room.id }, { title: 'Another' }],
    });
  });

  test('a big file is refused with an answer that its sender can read', async () => {
    const server = await startServer((options) => ({ ...options, files: { ...options.files, limit: 1_000_000 } }));
    const { room } = await scene(server);
    const data = new FormData();
    data.append('roomId', room.id);
    data.append('files', new File(['x'.repeat(5_000_000)], 'big.txt'));
    data.append('text', 'comes after it');
    const send = () =>
      fetch(new URL('/v1/messages', server.url), {
        method: 'POST',
        headers: { authorization: `Bearer ${tokenOf('alice')}` },
        body: data,
      });
    for (const { status } of await Promise.all([send(), send()])) expect(status).toBe(413);
    expect((await send()).status).toBe(413);
    expect(await server.as('alice').get('/v1/people/me')).toMatchObject({ status: 200 });
  });

  test('null means absent (HTTP-17); what is unknown or read-only is ignored (HTTP-16)', async () => {
    const server = await startServer();
    const { room, membership } = await scene(server);
    const alice = server.as('alice');
    const extra = {
      id: 'mine',
      created: 7,
      type: 'direct',
      creatorId: null,
      nested: { deep: [] },
      ['__proto__']: { isLocked: true },
    };
    expect(
      await alice.ok('POST', '/v1/rooms', { title: 'T', teamId: null, isLocked: null, description: null, ...extra }),
    ).toMatchObject({
      title: 'T',
      type: 'group',
      isLocked: false,
      creatorId: personId('alice'),
    });
    expect(await alice.ok('PUT', `/v1/rooms/${room.id}`, { title: null, ...extra })).toEqual(
      await alice.ok('GET', `/v1/rooms/${room.id}`),
    );
    expect(
      await alice.ok('PUT', `/v1/memberships/${membership.id}`, { isModerator: false, isRoomHidden: null, ...extra }),
    ).toEqual(membership);
    const nulls = {
      toPersonId: null,
      toPersonEmail: null,
      parentId: null,
      markdown: null,
      files: null,
      attachments: null,
    };
    expect(await alice.ok('POST', '/v1/messages', { roomId: room.id, text: 'x', ...nulls, ...extra })).toMatchObject({
      text: 'x',
    });
  });
});

describe('headers of answers', () => {
  test('JSON that nobody keeps; no ETag, no 304 (HTTP-6)', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    for (const [path, status] of [
      [`/v1/rooms/${room.id}`, 200],
      ['/v1/rooms/nothing', 404],
      ['/v1/nothing', 404],
    ] as const) {
      const headers = {
        'if-none-match': '*',
        'if-modified-since': new Date().toUTCString(),
        accept: 'text/html',
        'accept-encoding': 'gzip',
      };
      const answer = await server.as('alice').call('GET', path, undefined, headers);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json; ?charset=utf-8$/i);
      expect(answer.headers.get('cache-control')).toBe('no-cache, no-store');
      for (const absent of ['etag', 'last-modified', 'x-powered-by', 'server'])
        expect(answer.headers.get(absent)).toBeNull();
    }
  });

  test('DELETE has no body and no type of one', async () => {
    const server = await startServer();
    const { message } = await scene(server);
    const { status, headers, body } = await raw(server.url, { method: 'DELETE', path: `/v1/messages/${message.id}` });
    expect({ status, body, type: headers['content-type'] }).toEqual({ status: 204, body: '', type: undefined });
  });

  test('HEAD is GET without the body', async () => {
    const server = await startServer();
    const { room } = await scene(server);
    for (const path of [`/v1/rooms/${room.id}`, '/v1/rooms?max=1', '/v1/people/me', '/v1/rooms/nothing']) {
      const get = await raw(server.url, { path });
      const head = await raw(server.url, { method: 'HEAD', path });
      expect(head).toMatchObject({ status: get.status, body: '' });
      const { date: _, trackingid: __, ...headers } = get.headers;
      expect(head.headers).toMatchObject(headers);
    }
  });

  test.each(['webex-js-sdk_3b1ee0a2-0b3e-4b5d-9d0c-3e7f9f0e2f3a_12', 'ROUTER_1', 'a.b:c-d'])(
    'a tracking id is given back: %s',
    async (id) => {
      const server = await startServer();
      const answers = [
        await server.as('alice').call('GET', '/v1/rooms', undefined, { trackingid: id }),
        await server.as('alice').call('GET', '/v1/nothing', undefined, { TrackingID: id }),
      ];
      for (const { headers } of answers) expect(headers.get('trackingid')).toBe(id);
      expect(answers[1]?.body).toMatchObject({ trackingId: id });
    },
  );

  test('without one, or with one that could forge a log line, each answer has its own', async () => {
    const server = await startServer();
    const ids: (string | null)[] = [];
    for (const headers of [{}, {}, { trackingid: 'a b' }, { trackingid: 'x'.repeat(129) }, { trackingid: '{"a":1}' }]) {
      ids.push((await server.as('alice').call('GET', '/v1/rooms', undefined, headers)).headers.get('trackingid'));
    }
    for (const id of ids) expect(id).toMatch(/^HEARTH_[0-9a-f-]{36}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('browsers (HTTP-7)', () => {
  const origin = 'https://app.acme.example';

  test('may ask before they call, without a token', async () => {
    const server = await startServer();
    for (const path of ['/v1/rooms', '/v1/messages/some-id', '/v1/nothing']) {
      const { status, headers } = await raw(server.url, {
        method: 'OPTIONS',
        path,
        headers: {
          authorization: undefined,
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,trackingid',
        },
      });
      expect(status).toBe(204);
      expect(headers['access-control-allow-origin']).toBe(origin);
      expect(headers['access-control-allow-methods']?.split(/, */)).toEqual([
        'GET',
        'HEAD',
        'POST',
        'PUT',
        'DELETE',
        'OPTIONS',
      ]);
      expect(headers['access-control-allow-headers']?.split(/, */)).toEqual([
        'authorization',
        'content-type',
        'trackingid',
        'spark-user-agent',
        'cisco-no-http-redirect',
        'cisco-device-url',
        'last-event-id',
      ]);
      expect(headers.vary).toMatch(/origin/i);
    }
  });

  test('OPTIONS without a question is answered like one', async () => {
    const server = await startServer();
    const { status, headers } = await raw(server.url, {
      method: 'OPTIONS',
      path: '/v1/rooms',
      headers: { authorization: undefined },
    });
    expect(status).toBe(204);
    expect(headers['access-control-allow-methods']).toContain('PUT');
  });

  test('read every answer, refusals too, and the headers that clients use', async () => {
    const server = await startServer();
    for (const [path, headers] of [
      ['/v1/rooms', {}],
      ['/v1/nothing', {}],
      ['/v1/rooms', { authorization: 'Bearer nobody' }],
    ] as const) {
      const answer = await server.as('alice').call('GET', path, undefined, { origin, ...headers });
      expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
      expect(answer.headers.get('access-control-expose-headers')?.toLowerCase().split(/, */)).toEqual([
        'link',
        'retry-after',
        'trackingid',
        'content-disposition',
      ]);
    }
  });
});

describe('what is hardly a request', () => {
  test.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'The request cannot be read: Bad Request.'],
    [
      'a header without end',
      `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
      431,
      'The request cannot be read: Request Header Fields Too Large.',
    ],
    [
      'a method that nobody knows',
      'BREW /v1/rooms HTTP/1.1\r\nHost: x\r\n\r\n',
      400,
      'The request cannot be read: Bad Request.',
    ],
    [
      'an odd method',
      'PROPFIND /v1/rooms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      405,
      'PROPFIND is not allowed here: use GET, HEAD, POST.',
    ],
    [
      'two lengths',
      'POST /v1/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      400,
      'The request cannot be read: Bad Request.',
    ],
  ])('%s is answered in the shape of errors all the same (ERR-3)', async (_, request, status, message) => {
    const server = await startServer();
    const [head = '', body = ''] = (await bytes(server.url, request)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/content-type: application\/json/i);
    const trackingId = /trackingid: (\S+)/i.exec(head)?.[1];
    expect(JSON.parse(body)).toEqual({ message, errors: [{ description: message }], trackingId });
  });

  test('an address in full, as proxies write it', async () => {
    const server = await startServer();
    await scene(server);
    const head = `Host: elsewhere\r\nConnection: close\r\nAuthorization: Bearer ${tokenOf('alice')}`;
    const answer = await bytes(server.url, `GET http://hearth.example/v1/rooms?max=1 HTTP/1.1\r\n${head}\r\n\r\n`);
    expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
  });
});

describe('tokens', () => {
  const withToken = async (token: string, options: { expiresAt?: number; scopes?: string[] } = {}) => {
    const server = await startServer();
    const personId = await personKey(server, 'alice');
    await server.app.db.write((tx) => createToken(tx, { personId, token, now: server.clock.now(), ...options }));
    return server;
  };

  test.each(['plain0123', 'MDk1_PF84_96abc2aa-3dcc-11e5-a152-fe34819cdc9a', 'a+b/c=.~-', 'x'.repeat(2000)])(
    'of any alphabet (AUTH-5): %s',
    async (token) => {
      const server = await withToken(token);
      expect(await server.withToken(token).get('/v1/people/me')).toMatchObject({
        status: 200,
        body: { id: personId('alice') },
      });
    },
  );

  test.each(['bearer', 'BEARER', 'Bearer '])('under %s (AUTH-1)', async (scheme) => {
    const server = await startServer();
    expect(
      await raw(server.url, { path: '/v1/rooms', headers: { authorization: `${scheme} ${tokenOf('alice')}` } }),
    ).toMatchObject({ status: 200 });
  });

  test('until they expire', async () => {
    const server = await withToken('for-a-minute', { expiresAt: Date.parse('2016-07-19T12:01:00.000Z') });
    server.clock.advance(59_999);
    expect(await server.withToken('for-a-minute').get('/v1/rooms')).toMatchObject({ status: 200 });
    server.clock.advance(1);
    expect(await server.withToken('for-a-minute').get('/v1/rooms')).toMatchObject({ status: 401 });
  });

  test('reach as far as their scopes', async () => {
    const server = await withToken('reader', { scopes: ['spark:rooms_read'] });
    const { room } = await scene(server);
    const reader = server.withToken('reader');
    expect(await reader.get(`/v1/rooms/${room.id}`)).toMatchObject({ status: 200 });
    for (const [method, path, body] of [
      ['POST', '/v1/rooms', { title: 'x' }],
      ['PUT', `/v1/rooms/${room.id}`, { title: 'x' }],
      ['DELETE', `/v1/rooms/${room.id}`, undefined],
      ['GET', '/v1/memberships', undefined],
      ['GET', `/v1/messages?roomId=${room.id}`, undefined],
      ['GET', '/v1/people/me', undefined],
    ] as const) {
      expect(await reader.call(method, path, body), `${method} ${path}`).toMatchObject({ status: 403 });
    }
  });
});

describe('the address of the next page', () => {
  const proxied = { 'x-forwarded-host': 'hearth.acme.example', 'x-forwarded-proto': 'https' };
  const trusting: Adjust = (options) => ({ ...options, http: { ...options.http, trustProxy: true } });

  test.each<[string, Adjust | undefined, Record<string, string>, string]>([
    [
      'the host that the client called (HTTP-2)',
      undefined,
      { host: 'bots.acme.example:4030' },
      'http://bots.acme.example:4030',
    ],
    ['the address it came to, when the host is none', undefined, { host: 'a b' }, 'http://127.0.0.1'],
    ['an IPv6 address', undefined, { host: '[::1]:4030' }, 'http://[::1]:4030'],
    ['not what anybody forwards', undefined, { host: 'bots.acme.example', ...proxied }, 'http://bots.acme.example'],
    ['what a trusted proxy forwards', trusting, { host: 'inside', ...proxied }, 'https://hearth.acme.example'],
    [
      'a port of the proxy',
      trusting,
      { host: 'inside', ...proxied, 'x-forwarded-host': 'hearth.acme.example:8443' },
      'https://hearth.acme.example:8443',
    ],
    [
      'a proxy that is trusted by its address',
      (options) => ({ ...options, http: { ...options.http, trustProxy: '127.0.0.0/8' } }),
      { host: 'inside', ...proxied },
      'https://hearth.acme.example',
    ],
    [
      'a proxy at another address is not',
      (options) => ({ ...options, http: { ...options.http, trustProxy: '10.0.0.0/8' } }),
      { host: 'inside', ...proxied },
      'http://inside',
    ],
  ])('%s', async (_, adjust, headers, base) => {
    const server = await startServer(adjust);
    await scene(server);
    const answer = await raw(server.url, { path: '/v1/rooms?max=1', headers });
    const next = nextOf(new Headers({ link: String(answer.headers['link']) })) ?? '';
    const { port } = new URL(server.url);
    expect(next.replace(/cursor=[\w-]+$/, 'cursor=').replace(`:${port}`, '')).toBe(`${base}/v1/rooms?max=1&cursor=`);
  });

  test.each(['//v1/rooms?max=1', '/v1//rooms/?max=1'])('leads on from %s as well', async (path) => {
    const server = await startServer();
    await scene(server);
    const { headers } = await raw(server.url, { path });
    const next = nextOf(new Headers({ link: String(headers['link']) })) ?? '';
    expect(new URL(next).origin).toBe(server.url);
    expect(await server.as('alice').get(next)).toMatchObject({ status: 200, body: { items: [{ title: 'Another' }] } });
  });

  test('a client that names no host is answered too (HTTP/1.0)', async () => {
    const server = await startServer();
    await scene(server);
    const answer = await bytes(
      server.url,
      `GET /v1/rooms?max=1 HTTP/1.0\r\nAuthorization: Bearer ${tokenOf('alice')}\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toContain('"title":"Demo"');
  });
});

describe('ids', () => {
  /** The forms in which clients write the id of `type` (ID-2, ID-3). */
  function forms(id: string): string[] {
    const decoded = Buffer.from(id, 'base64url').toString('latin1');
    const [, , , type = '', key = ''] = decoded.split('/');
    const encode = (text: string) => Buffer.from(text, 'latin1').toString('base64url');
    return [
      id,
      Buffer.from(decoded, 'latin1').toString('base64').replaceAll('+', '-').replaceAll('/', '_'),
      `${id}==`,
      encode(`ciscospark://em/${type}/${key}`),
      encode(`ciscospark://urn:TEAM:us-east-2_a/${type}/${key}`),
      encode(`ciscospark://us/${type}/${key.toUpperCase()}`),
      key,
      key.toUpperCase(),
    ];
  }

  test('every form leads to the same object, in the path, the query and the body; the answer is canonical', async () => {
    const server = await startServer();
    const { room, message, membership } = await scene(server);
    const bob = server.as('bob');
    const direct = await bob.ok<Message>('POST', '/v1/messages', { toPersonId: personUuid('alice'), text: 'x' });

    for (const id of forms(room.id)) {
      expect(await bob.ok('GET', `/v1/rooms/${id}`), id).toEqual(room);
      expect(await bob.ok('GET', `/v1/messages?roomId=${id}`), id).toEqual({ items: [message] });
      expect(await bob.ok('GET', `/v1/memberships?roomId=${id}`), id).toMatchObject({ items: [{}, membership] });
    }
    for (const id of forms(membership.id)) expect(await bob.ok('GET', `/v1/memberships/${id}`), id).toEqual(membership);
    for (const id of forms(message.id)) {
      expect(await bob.ok('GET', `/v1/messages/${id}`), id).toEqual(message);
      expect(await bob.ok('GET', `/v1/messages?roomId=${room.id}&parentId=${id}`), id).toEqual({ items: [] });
      expect(await bob.ok('GET', `/v1/messages?roomId=${room.id}&beforeMessage=${id}`), id).toEqual({ items: [] });
    }
    for (const id of forms(personId('alice'))) {
      const sent = await bob.ok<Message>('POST', '/v1/messages', { toPersonId: id, text: 'x' });
      expect(sent, id).toMatchObject({ toPersonId: personId('alice'), roomId: direct.roomId });
      expect(await bob.get(`/v1/people/${id}`), id).toMatchObject({ status: 200, body: { id: personId('alice') } });
    }
    for (const id of forms(room.id)) {
      expect(await bob.ok('POST', '/v1/messages', { roomId: id, text: 'x' }), id).toMatchObject({ roomId: room.id });
      const again = await bob.post('/v1/memberships', { roomId: id, personId: personId('alice') });
      expect(again, id).toMatchObject({ status: 409 });
    }
    for (const id of forms(message.id)) {
      expect(await bob.ok('POST', '/v1/messages', { roomId: room.id, parentId: id, text: 'x' }), id).toMatchObject({
        parentId: message.id,
      });
    }
  });
});
