import { describe, expect, onTestFinished, test } from 'vitest';
import { createToken, findPersonByUuid } from '../../src/people/index.ts';
import { newUuid } from '../../src/core/ids.ts';
import { raw } from '../support/raw.ts';
import { personUuid, startServer, tokenOf, type Name, type TestServer } from '../support/server.ts';
import { type Device, devicesPath, register, SocketClient, uuidOf } from './support.ts';

/** The socket's own conversation, spoken by hand. */

describe('opening', () => {
  test('buffer state comes first, pings are answered, frames are numbered', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const client = await SocketClient.open(webSocketUrl, 'alice');
    client.say({ type: 'ping', id: 'mine' });
    client.say({ type: 'something of a later version', id: 'x' });
    await client.settled();
    expect(client.frames).toMatchObject([
      { sequenceNumber: 1, data: { eventType: 'mercury.buffer_state' } },
      { sequenceNumber: 2, type: 'pong', id: 'mine' },
      { sequenceNumber: 3, type: 'pong' },
    ]);
  });

  test('a page of any origin may open one: it takes a token to hear anything', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const stranger = new SocketClient(webSocketUrl, { origin: 'https://elsewhere.example' });
    await stranger.until(() => stranger.isOpen);
    await server.room('Secret', 'alice');
    server.clock.advance(10_000);
    expect(await stranger.closed).toEqual({ code: 1008, reason: 'Nobody said in time who it is.' });
    expect(stranger.frames).toEqual([]);

    const known = await SocketClient.open(webSocketUrl, 'alice', { origin: 'https://elsewhere.example' });
    await known.take(2);
  });

  const rows: [what: string, said: string | Uint8Array, code: number][] = [
    ['a ping before who it is', JSON.stringify({ type: 'ping', id: 'x' }), 1008],
    ['an authorization without a token', JSON.stringify({ type: 'authorization', data: {} }), 1008],
    ['a token that is none', JSON.stringify({ type: 'authorization', data: { token: 'Bearer nonsense' } }), 4401],
    ['no JSON', '{"type":', 1003],
    ['JSON that is no object', '[]', 1003],
    ['null', 'null', 1003],
    ['bytes', new Uint8Array([0, 1, 2]), 1003],
    ['a frame that is too large', JSON.stringify({ type: 'ping', id: 'x'.repeat(65_536) }), 1009],
  ];
  test.each(rows)('%s ends it', async (_, said, code) => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const client = new SocketClient(webSocketUrl);
    await client.until(() => client.isOpen);
    if (typeof said === 'string') client.say(said);
    else client.sayBinary(said);
    expect(await client.closed).toMatchObject({ code });
    expect(client.frames).toEqual([]);
  });

  test('garbage ends a socket that was let in, and nothing else', async () => {
    const server = await startServer();
    const [one, other] = [await connected(server, 'alice'), await connected(server, 'alice')];
    one.say('garbage');
    expect(await one.closed).toMatchObject({ code: 1003 });
    await other.settled();
  });

  test('a token that may read nothing is refused for good; one that may read rooms hears of rooms', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'bob');
    const [nothing, rooms] = [
      await tokenWith(server, 'bob', ['spark:people_read']),
      await tokenWith(server, 'bob', ['spark:rooms_read']),
    ];
    const refused = await SocketClient.open(webSocketUrl, 'bob', { token: nothing });
    expect(await refused.closed).toMatchObject({ code: 4403 });
    const client = await SocketClient.open(webSocketUrl, 'bob', { token: rooms });
    const room = await server.room('Demo', 'bob');
    await server.as('bob').say(room, 'unheard');
    await server.as('bob').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
    expect((await client.take(2)).map(({ data }) => data.activity.verb)).toEqual(['create', 'update']);
  });

  test('what is no web socket is no way in', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const { pathname } = new URL(webSocketUrl);
    expect(await raw(server.url, { path: pathname })).toMatchObject({
      status: 404,
      body: expect.stringContaining('"message":"The requested resource could not be found."'),
    });
    const elsewhere = new SocketClient(server.url.replace('http', 'ws'));
    expect(await elsewhere.closed).toMatchObject({ code: 1006 });
  });

  test('clients that offer another protocol are answered as if they had not', async () => {
    const server = await startServer();
    const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQAAP__' };
    for (const [method, path] of [
      ['GET', '/v1/people/me'],
      ['POST', '/v1/rooms'],
    ] as const) {
      const body = method === 'POST' ? JSON.stringify({ title: 'Demo' }) : '';
      const headers = { ...offer, 'content-type': 'application/json' };
      expect(await raw(server.url, { method, path, headers, body })).toMatchObject({ status: 200 });
    }
  });
});

describe('the end', () => {
  test('a token that is revoked ends the socket within 15 seconds; so does one that expires', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'bob');
    const expiring = await tokenWith(server, 'bob', ['spark:all'], server.clock.now() + 20_000);
    const client = await SocketClient.open(webSocketUrl, 'bob', { token: expiring });
    const other = await connected(server, 'carol');
    await beat(server, client, other);
    server.clock.advance(15_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'The token is no longer valid.' });

    await other.settled();
    await server.app.db.write(async ({ query }) => void (await query.deleteFrom('tokens').execute()));
    server.clock.advance(15_000);
    expect(await other.closed).toMatchObject({ code: 1001 });
  });

  test('a client that shows no sign of life is let go', async () => {
    const server = await startServer();
    const [silent, alive] = [await connected(server, 'alice'), await connected(server, 'alice')];
    await silent.settled();
    silent.pause();
    for (let looks = 0; looks < 3; looks += 1) await beat(server, alive);
    silent.resume();
    expect(await silent.closed).toMatchObject({ code: 1006 });
    await alive.settled();
  });

  test('a newer socket of the device takes its place', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const first = await SocketClient.open(webSocketUrl, 'alice');
    const second = await SocketClient.open(webSocketUrl, 'alice');
    expect(await first.closed).toEqual({ code: 4000, reason: 'Replaced' });
    await server.room('Demo', 'alice');
    await second.take(2);
    expect(first.told).toEqual([]);
  });

  test('deleting the device ends its socket for good', async () => {
    const server = await startServer();
    const { url, webSocketUrl } = await register(server, 'alice');
    const client = await SocketClient.open(webSocketUrl, 'alice');
    await server.as('alice').ok('DELETE', new URL(url).pathname);
    expect(await client.closed).toEqual({ code: 1000, reason: 'The device was deleted.' });
  });

  test('a server that stops says so, to those who are let in and those who are not', async () => {
    const server = await startServer();
    const client = await connected(server, 'alice');
    const { webSocketUrl } = await register(server, 'alice');
    const undecided = new SocketClient(webSocketUrl);
    await undecided.until(() => undecided.isOpen);
    await server.restart(5_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'The server is stopping.' });
    expect(await undecided.closed).toMatchObject({ code: 1001 });
  });

  test('a client that does not answer when the server stops does not hold it up', async () => {
    const server = await startServer();
    const client = await connected(server, 'alice');
    await client.settled();
    client.pause();
    await server.restart(60_000);
    client.resume();
    await client.closed;
    expect(await server.as('alice').get('/v1/people/me')).toMatchObject({ status: 200 });
  });
});

describe('devices', () => {
  test('are registered, listed, refreshed and deleted; nobody else sees them', async () => {
    const server = await startServer();
    const about = {
      name: 'node',
      deviceType: 'WEB',
      model: 'web-js-sdk',
      localizedModel: 'webex-js-sdk',
      systemName: 'WEBEX_JS_SDK',
      systemVersion: '1.0.0',
    };
    const device = await register(server, 'alice', { ...about, capabilities: { sendsReports: true } });
    const { path } = pathOf(device);
    const uuid = path.split('/').at(-1);
    const ws = server.url.replace('http', 'ws');
    expect(device).toMatchObject({
      ...about,
      url: `${server.url}${devicesPath}/${uuid}`,
      webSocketUrl: `${ws}/mercury/v1/apps/wx2/registrations/${uuid}/messages`,
      userId: personUuid('alice'),
      services: { hydraServiceUrl: `${server.url}/v1` },
      features: { developer: [], entitlement: [], user: [] },
    });
    expect(device).not.toHaveProperty('capabilities');

    server.clock.advance(60_000);
    const refreshed = await server
      .as('alice')
      .ok<Device>('PUT', `${path}?includeUpstreamServices=all`, { ...device, name: 'renamed' });
    expect(refreshed).toEqual({ ...device, name: 'renamed', modificationTime: '2016-07-19T12:01:00.000Z' });
    expect(await server.as('alice').ok('GET', path)).toEqual(refreshed);
    expect(await server.as('alice').ok('GET', devicesPath)).toEqual({ devices: [refreshed] });

    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await server.as('bob').call(method, path, method === 'PUT' ? {} : undefined)).toMatchObject({
        status: 404,
        body: { message: 'Could not find a device with provided ID.' },
      });
    }
    const intruder = await SocketClient.open(device.webSocketUrl, 'bob');
    expect(await intruder.closed).toMatchObject({ code: 4404 });
    const lost = await SocketClient.open(device.webSocketUrl.replace(String(uuid), 'nonsense'), 'alice');
    expect(await lost.closed).toMatchObject({ code: 4404 });

    await server.as('alice').ok('DELETE', path);
    expect(await server.as('alice').get(path)).toMatchObject({ status: 404 });
    expect(await server.as('alice').ok('GET', devicesPath)).toEqual({ devices: [] });
  });

  test('are deleted all at once, sockets and all; not those of others', async () => {
    const server = await startServer();
    const [one, other, of] = [await connected(server, 'alice'), await connected(server, 'alice'), 'bob' as const];
    const another = await connected(server, of);
    await server.as('alice').ok('DELETE', devicesPath);
    for (const client of [one, other]) expect(await client.closed).toMatchObject({ code: 1000 });
    await another.settled();
  });

  test('need a token, and a body that fits', async () => {
    const server = await startServer();
    for (const path of ['/u2c/api/v1/catalog', devicesPath]) {
      expect(await raw(server.url, { path, headers: { authorization: 'Bearer nonsense' } })).toMatchObject({
        status: 401,
      });
    }
    for (const body of ['{', [], { name: 1 }, { ttl: -1 }, { deviceType: {} }]) {
      const { status, body: answer } = await server.as('alice').call('POST', devicesPath, body);
      expect({ status, answer }).toMatchObject({ status: 400, answer: { message: expect.any(String) } });
    }
  });

  test('a new one takes the place of the one that had no socket for longest', async () => {
    const server = await startServer((options) => ({ ...options, devices: { ...options.devices, perPerson: 3 } }));
    const devices = await registerSome(server, 3);
    const client = await SocketClient.open(devices[0]?.webSocketUrl ?? '', 'alice');
    const fourth = await register(server, 'alice', { name: 'fourth' });
    expect(await namesOf(server)).toEqual(['0', '2', 'fourth']);

    const others = [await SocketClient.open(devices[2]?.webSocketUrl ?? '', 'alice')];
    others.push(await SocketClient.open(fourth.webSocketUrl, 'alice'));
    const refused = await server.as('alice').post(devicesPath, {});
    expect(refused).toMatchObject({ status: 403, body: { message: 'User has excessive device registrations' } });
    const late = await SocketClient.open(devices[1]?.webSocketUrl ?? '', 'alice');
    expect(await late.closed).toMatchObject({ code: 4429 });
    for (const open of [client, ...others]) await open.settled();
    await register(server, 'bob');
  });

  test('one that had no socket for its time is gone, and there again when its socket comes back', async () => {
    const server = await startServer();
    const device = await register(server, 'alice', { name: 'asleep' });
    const { path } = pathOf(device);
    const short = await register(server, 'alice', { ttl: 60 });
    const awake = await connected(server, 'alice');
    server.clock.advance(60_000);
    expect(await server.as('alice').get(pathOf(short).path)).toMatchObject({ status: 404 });
    server.clock.leap(604_800_000 - 60_000);
    await awake.settled();
    expect(await server.as('alice').get(path)).toMatchObject({ status: 404 });
    expect(await server.as('alice').call('PUT', path, {})).toMatchObject({ status: 404 });

    await server.room('Missed', 'alice');
    const back = await SocketClient.open(device.webSocketUrl, 'alice');
    const room = await server.room('Heard', 'alice');
    const [first] = await back.take(1);
    expect(first?.data.activity).toMatchObject({ verb: 'create', target: { id: uuidOf(room.id) } });
    expect(await server.as('alice').ok('GET', path)).toMatchObject({ url: device.url });
  });

  test('one with a socket stays, whatever the time', async () => {
    const server = await startServer();
    const { url, webSocketUrl } = await register(server, 'alice');
    const client = await SocketClient.open(webSocketUrl, 'alice');
    const { path } = pathOf({ url });
    for (let spent = 0; spent < 700_000_000; spent += 100_000_000) {
      server.clock.leap(100_000_000);
      await client.settled();
    }
    expect(await server.as('alice').ok('GET', path)).toMatchObject({ url });
  });

  test('one on whose socket nothing happens is noted as there all the same', async () => {
    const server = await startServer();
    const client = await connected(server, 'alice');
    for (let looks = 0; looks < 40; looks += 1) await beat(server, client);
    server.clock.advance(1_000);
    const { reader } = server.app.db;
    for (;;) {
      const { seenAt } = await reader.query.selectFrom('devices').select('seenAt').executeTakeFirstOrThrow();
      if (seenAt === server.clock.now()) break;
      await new Promise(setImmediate);
    }
    await client.settled();
    expect(client.told).toEqual([]);
  });

  test('a device that nobody registered is made for whoever comes with its address', async () => {
    const server = await startServer();
    const { webSocketUrl } = await register(server, 'alice');
    const uuid = newUuid();
    const url = webSocketUrl.replace(/[0-9a-f-]{36}/, uuid);
    const client = await SocketClient.open(url, 'alice');
    await client.settled();
    expect(await server.as('alice').ok('GET', `${devicesPath}/${uuid}`)).toMatchObject({ deviceType: 'WEB' });
  });

  test('sockets take seats of the stream', async () => {
    const server = await startServer((options) => ({ ...options, streams: { total: 10, perPerson: 1 } }));
    const client = await connected(server, 'alice');
    const { webSocketUrl } = await register(server, 'alice');
    const refused = await SocketClient.open(webSocketUrl, 'alice');
    expect(await refused.closed).toMatchObject({ code: 4429 });
    expect(await server.as('alice').get('/hearth/v1/stream')).toMatchObject({ status: 429 });
    client.close();
    await client.closed;
    await (await SocketClient.open(webSocketUrl, 'alice')).settled();
  });
});

describe('the catalog', () => {
  test('names this server by the host that the client used', async () => {
    const server = await startServer((options) => ({ ...options, http: { ...options.http, trustProxy: true } }));
    const path = '/u2c/api/v1/limited/catalog?orgId=x&format=hostmap';
    for (const [headers, base, ws] of [
      [{ host: new URL(server.url).host }, server.url, server.url.replace('http', 'ws')],
      [{ host: 'localhost:99' }, 'http://localhost:99', 'ws://localhost:99'],
      [{ host: 'chat.example', 'x-forwarded-proto': 'https' }, 'https://chat.example', 'wss://chat.example'],
    ] as const) {
      const { host, hostname } = new URL(base);
      const { status, body } = await raw(server.url, { path, headers: { authorization: undefined, ...headers } });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        format: 'hostmap',
        serviceLinks: { hydra: `${base}/v1`, wdm: `${base}/wdm/api/v1`, idbroker: base },
        hostCatalog: { [host]: [{ host: hostname }], [hostname]: [{ host: hostname }] },
      });
      const registered = await raw(server.url, {
        method: 'POST',
        path: devicesPath,
        headers: { ...headers, authorization: `Bearer ${tokenOf('alice')}` },
      });
      const device = JSON.parse(registered.body) as Device;
      expect(device.url.startsWith(`${base}/wdm/`)).toBe(true);
      expect(device.webSocketUrl.startsWith(`${ws}/mercury/`)).toBe(true);
    }
  });

  test('what the SDK measures of itself is taken, and kept nowhere', async () => {
    const server = await startServer();
    for (const path of ['clientmetrics', 'clientmetrics-prelogin', 'metrics']) {
      const body = JSON.stringify({ metrics: [{ eventPayload: {} }] });
      const headers = { authorization: undefined, 'content-type': 'application/json' };
      const answer = await raw(server.url, { method: 'POST', path: `/metrics/api/v1/${path}`, headers, body });
      expect(answer).toMatchObject({ status: 204, body: '' });
    }
  });
});

async function connected(server: TestServer, name: Name): Promise<SocketClient> {
  const { webSocketUrl } = await register(server, name);
  const client = await SocketClient.open(webSocketUrl, name);
  onTestFinished(() => client.cut());
  return client;
}

/** Fifteen seconds in which these show a sign of life. */
async function beat(server: TestServer, ...alive: SocketClient[]): Promise<void> {
  server.clock.advance(15_000);
  for (const client of alive) await client.settled();
}

function tokenWith(
  { app: { db, clock } }: TestServer,
  name: Name,
  scopes: string[],
  expiresAt?: number,
): Promise<string> {
  return db.write(async (tx) => {
    const person = await findPersonByUuid(tx, personUuid(name));
    if (!person) throw new Error(`${name} is not there.`);
    const until = expiresAt === undefined ? {} : { expiresAt };
    return createToken(tx, { personId: person.id, now: clock.now(), scopes, ...until });
  });
}

async function registerSome(server: TestServer, count: number): Promise<Device[]> {
  const devices: Device[] = [];
  for (let at = 0; at < count; at += 1) {
    devices.push(await register(server, 'alice', { name: String(at) }));
    server.clock.advance(1_000);
  }
  return devices;
}

async function namesOf(server: TestServer): Promise<string[]> {
  const { devices } = await server.as('alice').ok<{ devices: Device[] }>('GET', devicesPath);
  return devices.map(({ name }) => String(name)).toSorted((a, b) => a.localeCompare(b));
}

function pathOf({ url }: Pick<Device, 'url'>): { path: string } {
  return { path: new URL(url).pathname };
}
