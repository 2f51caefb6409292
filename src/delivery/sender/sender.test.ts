import type { LookupAddress } from 'node:dns';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server as TcpServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import type { Clock, Timer } from '../../core/clock.ts';
import { AddressGuard } from '../guard/index.ts';
import { Sender, type Outcome, type SenderOptions } from './index.ts';

const guard = guardOf(['127.0.0.0/8']);

function guardOf(allow: string[], lookup = (): Promise<LookupAddress[]> => Promise.resolve([loopback])): AddressGuard {
  return new AddressGuard({ allow, lookup, own: () => ({ port: 4030, addresses: [] }) });
}
const loopback = { address: '127.0.0.1', family: 4 };

const open = new Set<() => Promise<unknown>>();

afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

function senderWith(options: Partial<SenderOptions> = {}): Sender {
  const sender = new Sender({ guard, userAgent: 'Hearth/test', ...options });
  open.add(() => sender.destroy());
  return sender;
}

/** Made for these tests, good until 2116. */
const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3md8uQsAorm5UUbR
ehtT5GmN4v95ZDSct0erjcQupQyhRANCAAQadTzpoc3sIaCE20DmtNnHVR5VlsvI
lopz6vZZfosp74+pXHFyPxNY7ifK02oUEdvp5njBxfk27tEP52oIMKNw
-----END PRIVATE KEY-----`;
const cert = `-----BEGIN CERTIFICATE-----
MIIBbjCCAROgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1yZWNlaXZl
ci50ZXN0MCAXDTE2MDEwMTAwMDAwMFoYDzIxMTYwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1yZWNlaXZlci50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGnU8
6aHN7CGghNtA5rTZx1UeVZbLyJaKc+r2WX6LKe+PqVxxcj8TWO4nytNqFBHb6eZ4
wcX5Nu7RD+dqCDCjcKNMMEowGAYDVR0RBBEwD4INcmVjZWl2ZXIudGVzdDAPBgNV
HRMBAf8EBTADAQH/MB0GA1UdDgQWBBT6JEH1l1qLQxntkrvubjLqYOBWejAKBggq
hkjOPQQDAgNJADBGAiEAvbGMsM7ebOwFCiOVvrWrZxrMbPKRQh5yImobUEcnB0AC
IQDS9L/zJNYqfiYyWW+LUp+ifeyvPJ0NQFvQfwxmJttbtA==
-----END CERTIFICATE-----`;

/** A server that counts its connections. */
interface Listening<S extends TcpServer> {
  server: S;
  port: number;
  url: string;
  sockets: Set<Socket>;
}

async function listen<S extends TcpServer>(server: S): Promise<Listening<S>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.add(async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, url: `http://127.0.0.1:${port}/hook?a=b`, sockets };
}

function http(listener: RequestListener): Promise<Listening<Server>> {
  return listen(createHttpServer(listener));
}

function answering(status: number, headers: Record<string, string> = {}, body: string | Buffer = ''): RequestListener {
  return (_, response) => void response.writeHead(status, headers).end(body);
}

/** Does as it is told once the request has come, without knowing any HTTP. */
function raw(answer: (socket: Socket) => void): Promise<Listening<TcpServer>> {
  return listen(createServer((socket) => void socket.once('data', () => answer(socket))));
}

function send(sender: Sender, url: string, body = '{"a":1}'): Promise<Outcome> {
  return sender.send({ url, headers: { 'X-Spark-Signature': 'abc' }, body });
}

/** Time as this test lets it pass. */
class StandingClock implements Clock {
  #now = 0;
  readonly #timers = new Set<{ at: number; callback: () => void }>();

  now(): number {
    return this.#now;
  }
  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }
  advance(ms: number): void {
    this.#now += ms;
    for (const timer of this.#timers) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
    }
  }
}

/** Resolves at undici's next message of this kind. */
function nextMessage(channel: string): Promise<void> {
  return new Promise((resolve) => {
    const listener = (): void => {
      unsubscribe(channel, listener);
      resolve();
    };
    subscribe(channel, listener);
  });
}

describe('the request', () => {
  test('goes out as a POST with its length, asking for no encoding', async () => {
    const requests: unknown[] = [];
    const { url, port } = await http((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method, url: path, headers } = request;
        requests.push({ method, path, headers, body: Buffer.concat(chunks).toString('utf8') });
        response.end();
      });
    });
    const sender = senderWith();
    const body = '{"name":"Zürich – ✓"}';
    await sender.send({ url: `${url}&c=d e#f`, headers: { 'X-Spark-Signature': 'abc' }, body });
    await sender.send({ url, headers: { 'user-agent': 'other' }, body: Buffer.from('') });
    const headers = {
      host: `127.0.0.1:${port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '26',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'Hearth/test',
    };
    expect(requests).toEqual([
      { method: 'POST', path: '/hook?a=b&c=d%20e', headers: { ...headers, 'x-spark-signature': 'abc' }, body },
      {
        method: 'POST',
        path: '/hook?a=b',
        headers: { ...headers, 'content-length': '0', 'user-agent': 'other' },
        body: '',
      },
    ]);
  });

  test('names keep the case in which they are given, for receivers that are particular', async () => {
    const heads: string[] = [];
    const { url } = await http((request, response) => {
      heads.push(...request.rawHeaders);
      response.end();
    });
    await send(senderWith(), url);
    expect(heads).toContain('X-Spark-Signature');
  });
});

describe('a status is an answer', () => {
  test.each([200, 201, 204, 299, 302, 307, 400, 401, 404, 410, 429, 500, 503])('%i', async (status) => {
    const { url } = await http(answering(status, { location: '/elsewhere', 'Retry-After': '7' }));
    const outcome = await send(senderWith(), url);
    const headers: unknown = expect.objectContaining({ 'retry-after': '7' });
    const durationMs: unknown = expect.any(Number);
    expect(outcome).toEqual({ kind: 'response', status, headers, body: Buffer.alloc(0), truncated: false, durationMs });
  });

  test('redirects are not followed', async () => {
    const paths: (string | undefined)[] = [];
    const { url } = await http((request, response) => {
      paths.push(request.url);
      response.writeHead(302, { location: '/elsewhere' }).end();
    });
    expect(await send(senderWith(), url)).toMatchObject({ status: 302 });
    expect(paths).toEqual(['/hook?a=b']);
  });

  test('headers that come more than once are joined', async () => {
    const { url } = await raw((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\nContent-Length: 0\r\n\r\n');
    });
    expect(await send(senderWith(), url)).toMatchObject({ headers: { 'x-one': 'a, b' } });
  });

  test('what only announces it is passed over', async () => {
    const { url } = await raw((socket) => {
      socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok');
    });
    const outcome = await send(senderWith(), url);
    expect(outcome).toMatchObject({ status: 201, headers: { 'content-length': '2' }, body: Buffer.from('ok') });
  });

  test.each([
    ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
    ['as long as is kept', Buffer.alloc(16 * 1024, 'x')],
  ])('a body that is %s is kept as it is', async (_, body) => {
    const { url } = await http(answering(200, {}, body));
    expect(await send(senderWith(), url)).toMatchObject({ body, truncated: false });
  });

  test('a body that is compressed although nobody asked for it is kept as it came', async () => {
    const body = gzipSync('thanks');
    const { url } = await http(answering(200, { 'content-encoding': 'gzip' }, body));
    expect(await send(senderWith(), url)).toMatchObject({ headers: { 'content-encoding': 'gzip' }, body });
  });

  test('a body that never ends is cut, and the connection with it', async () => {
    const closed = Promise.withResolvers<void>();
    const { url } = await http((_, response) => {
      response.on('close', closed.resolve);
      const more = (): void =>
        void (response.write(Buffer.alloc(5_000, 'x')) ? setImmediate(more) : response.once('drain', more));
      more();
    });
    const outcome = await send(senderWith(), url);
    expect(outcome).toMatchObject({ status: 200, body: Buffer.alloc(16 * 1024, 'x'), truncated: true });
    await closed.promise;
  });

  test('a body that breaks off', async () => {
    const { url } = await raw((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
    });
    expect(await send(senderWith(), url)).toMatchObject({ status: 200, body: Buffer.from('abc'), truncated: true });
  });

  test('a body that has not ended at the deadline', async () => {
    const clock = new StandingClock();
    const closed = Promise.withResolvers<void>();
    const { url } = await http((_, response) => {
      response.on('close', closed.resolve);
      response.writeHead(500).write('drip');
    });
    const dripped = nextMessage('undici:request:bodyChunkReceived');
    const outcome = send(senderWith({ clock, timeoutMs: 10_000 }), url);
    await dripped;
    clock.advance(10_000);
    expect(await outcome).toMatchObject({
      status: 500,
      body: Buffer.from('drip'),
      truncated: true,
      durationMs: 10_000,
    });
    await closed.promise;
  });
});

describe('no status is a failure', () => {
  test('no answer before the deadline', async () => {
    const clock = new StandingClock();
    const asked = Promise.withResolvers<void>();
    const { url } = await http(() => asked.resolve());
    const outcome = send(senderWith({ clock, timeoutMs: 10_000 }), url);
    await asked.promise;
    clock.advance(9_999);
    clock.advance(1);
    expect(await outcome).toEqual({
      kind: 'error',
      reason: 'timeout',
      message: 'The receiver did not answer within 10 s.',
      durationMs: 10_000,
    });
  });

  test('headers that drip do not put the deadline off', async () => {
    let drip: NodeJS.Timeout | undefined;
    const { url } = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      drip = setInterval(() => socket.write('X-More: 1\r\n'), 10);
    });
    expect(await send(senderWith({ timeoutMs: 100 }), url)).toMatchObject({
      reason: 'timeout',
      message: 'The receiver did not answer within 0.1 s.',
    });
    clearInterval(drip);
  });

  test('what waited for a connection until its deadline is dropped, and costs no connection', async () => {
    const clock = new StandingClock();
    const asked = Promise.withResolvers<void>();
    let requests = 0;
    const { url, sockets } = await http((_, response) => {
      requests += 1;
      if (requests === 1) asked.resolve();
      else response.end();
    });
    const sender = senderWith({ clock, timeoutMs: 10_000, connectionsPerOrigin: 1 });
    const outcomes = [send(sender, url), send(sender, url), send(sender, url)];
    await asked.promise;
    clock.advance(10_000);
    const unsent = { reason: 'timeout', message: 'No connection to the receiver was free within 10 s.' };
    expect(await Promise.all(outcomes)).toMatchObject([{ reason: 'timeout' }, unsent, unsent]);
    expect(await send(sender, url)).toMatchObject({ status: 200 });
    expect(requests).toBe(2);
    expect(sockets.size).toBe(2);
  });

  test('nobody listens', async () => {
    const { server, url } = await http(answering(200));
    server.close();
    await once(server, 'close');
    const message = 'The receiver refused the connection.';
    expect(await send(senderWith(), url)).toMatchObject({ kind: 'error', reason: 'connection', message });
  });

  test.each<[string, (socket: Socket) => void]>([
    ['resets', (socket) => socket.resetAndDestroy()],
    ['closes', (socket) => socket.end()],
    ['closes after early hints', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')],
    ['closes within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
  ])('the receiver %s', async (_, answer) => {
    const { url } = await raw(answer);
    const message = 'The receiver closed the connection before it had answered.';
    expect(await send(senderWith(), url)).toMatchObject({ reason: 'connection', message });
  });

  test('the receiver resets within the headers', async () => {
    const { url } = await raw(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Le', () => socket.resetAndDestroy()),
    );
    expect(await send(senderWith(), url)).toMatchObject({ reason: 'connection' });
  });

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.9\r\n', 'The answer is not HTTP/1.1.'],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 'The answer is not HTTP/1.1.'],
    ['an upgrade', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n', 'not one to this request'],
    ['headers without end', `HTTP/1.1 200 OK\r\n${'X-More: 1234567890\r\n'.repeat(2_000)}`, 'are too large'],
  ])('%s', async (_, text, message) => {
    const { url } = await raw((socket) => void socket.write(text));
    const said: unknown = expect.stringContaining(message);
    expect(await send(senderWith(), url)).toMatchObject({ reason: 'protocol', message: said });
  });

  test('a name that cannot be resolved, or is refused, or takes too long', async () => {
    const url = 'http://receiver.test/';
    const unknown = senderWith({ guard: guardOf([], () => Promise.reject(new Error('ENOTFOUND'))) });
    expect(await send(unknown, url)).toMatchObject({ reason: 'dns', message: 'The host name could not be resolved.' });
    const refused = { reason: 'refused-address', message: 'This is not an address that this server may call.' };
    expect(await send(senderWith({ guard: guardOf([]) }), url)).toMatchObject(refused);
    expect(await send(senderWith({ guard: guardOf([]) }), 'http://0x7f.1/')).toMatchObject(refused);
    const hanging = senderWith({ guard: guardOf([], () => new Promise(() => {})), connectTimeoutMs: 50 });
    const late = { reason: 'connect-timeout', message: 'No connection to the receiver came about in time.' };
    expect(await send(hanging, url)).toMatchObject(late);
  });

  test('no message tells what a name resolved to', async () => {
    const { server, port } = await http(answering(200));
    server.close();
    await once(server, 'close');
    const outcome = await send(senderWith({ guard: guardOf(['receiver.test']) }), `http://receiver.test:${port}/`);
    expect(outcome).toMatchObject({ kind: 'error', reason: 'connection' });
    expect(JSON.stringify(outcome)).not.toContain('127.0.0.1');
  });

  test.each([
    ['hook', 'An absolute http or https URL is needed.'],
    ['ftp://127.0.0.1/', 'Only http and https can be called.'],
    ['http://user:password@127.0.0.1/', 'A URL with a user name or a password in it cannot be called.'],
  ])('%s cannot be called', async (url, message) => {
    expect(await send(senderWith(), url)).toEqual({ kind: 'error', reason: 'invalid-request', message, durationMs: 0 });
  });

  test('a header that cannot be sent', async () => {
    const { url } = await http(answering(200));
    const outcome = await senderWith().send({ url, headers: { 'x-bad': 'a\r\nX-Injected: b' }, body: '' });
    expect(outcome).toMatchObject({
      reason: 'invalid-request',
      message: 'The URL or a header of the request is malformed.',
    });
  });

  test('whatever the URL is, nothing is thrown', async () => {
    const sender = senderWith({ guard: guardOf([]) });
    const url = fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true }));
    await fc.assert(
      fc.asyncProperty(url, async (text) => {
        expect(await send(sender, text)).toMatchObject({ kind: 'error' });
      }),
    );
  });
});

/** Answers by the name `receiver.test`, for which alone its certificate is. */
async function https(): Promise<string> {
  const { port } = await listen(createHttpsServer({ key, cert }, answering(200)));
  return `https://receiver.test:${port}/`;
}

describe('TLS', () => {
  const named = guardOf(['*.test', '127.0.0.1']);

  test('a certificate that nobody vouches for', async () => {
    const code = 'DEPTH_ZERO_SELF_SIGNED_CERT';
    const message = `A secure connection to the receiver was not possible (${code}).`;
    expect(await send(senderWith({ guard: named }), await https())).toMatchObject({ reason: 'tls', message });
  });

  test('a certificate of a given authority', async () => {
    expect(await send(senderWith({ guard: named, ca: cert }), await https())).toMatchObject({ status: 200 });
  });

  test('a certificate for another name', async () => {
    const url = (await https()).replace('receiver.test', 'other.test');
    const message = 'A secure connection to the receiver was not possible (ERR_TLS_CERT_ALTNAME_INVALID).';
    expect(await send(senderWith({ guard: named, ca: cert }), url)).toMatchObject({ reason: 'tls', message });
  });

  test('any certificate, when verification is off', async () => {
    expect(await send(senderWith({ guard: named, verifyTls: false }), await https())).toMatchObject({ status: 200 });
  });

  test('a receiver that knows no TLS', async () => {
    const { port } = await http(answering(200));
    expect(await send(senderWith(), `https://127.0.0.1:${port}/`)).toMatchObject({ kind: 'error', reason: 'tls' });
  });

  test('a receiver that never says hello', async () => {
    const { port } = await raw(() => {});
    const outcome = await send(senderWith({ connectTimeoutMs: 50 }), `https://127.0.0.1:${port}/`);
    expect(outcome).toMatchObject({ reason: 'connect-timeout' });
  });
});

describe('connections', () => {
  test('are kept', async () => {
    const { url, sockets } = await http(answering(200));
    const sender = senderWith({ connectionsPerOrigin: 1 });
    for (let count = 0; count < 5; count++) await send(sender, url);
    expect(sockets.size).toBe(1);
  });

  test('that the receiver closes while idle fail nothing', async () => {
    const { server, url, sockets } = await http(answering(200));
    const sender = senderWith({ connectionsPerOrigin: 1 });
    await send(sender, url);
    server.closeIdleConnections();
    expect(await send(sender, url)).toMatchObject({ status: 200 });
    expect(sockets.size).toBe(2);
  });

  test('are given up when the receiver is about to close them', async () => {
    const receiver = createHttpServer(answering(200));
    receiver.keepAliveTimeout = 1_000; // said in its Keep-Alive header
    const { url, sockets } = await listen(receiver);
    const sender = senderWith({ connectionsPerOrigin: 1 });
    await send(sender, url);
    expect(await send(sender, url)).toMatchObject({ status: 200 });
    expect(sockets.size).toBe(2);
  });

  test('are at most so many to one origin', async () => {
    const { url, sockets } = await http(answering(200));
    const sender = senderWith({ connectionsPerOrigin: 3 });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => send(sender, url)));
    expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.status)).toEqual(Array(20).fill(200));
    expect(sockets.size).toBe(3);
  });

  test('of the origin that was not used for the longest time make room for others, but not while busy', async () => {
    const asked = Promise.withResolvers<() => void>();
    const busy = await http((_, response) => asked.resolve(() => response.end()));
    const [first, second, third] = [await http(answering(200)), await http(answering(200)), await http(answering(200))];
    const sender = senderWith({ mostOrigins: 3, connectionsPerOrigin: 1 });
    const slow = send(sender, busy.url);
    const finish = await asked.promise;
    await send(sender, first.url);
    await send(sender, second.url);
    await send(sender, first.url);
    const [socket] = second.sockets;
    await Promise.all([socket && once(socket, 'close'), send(sender, third.url)]);
    expect([...first.sockets].map(({ destroyed }) => destroyed)).toEqual([false]);
    finish();
    expect(await slow).toMatchObject({ status: 200 });
    expect(await send(sender, second.url)).toMatchObject({ status: 200 });
  });

  test('of an origin that nobody has used for a minute are closed', async () => {
    const clock = new StandingClock();
    const [idle, used] = [await http(answering(200)), await http(answering(200))];
    const sender = senderWith({ clock, connectionsPerOrigin: 1 });
    await send(sender, idle.url);
    clock.advance(30_000);
    await send(sender, used.url);
    const [socket] = idle.sockets;
    const gone = socket && once(socket, 'close');
    clock.advance(30_000);
    await gone;
    expect(await send(sender, used.url)).toMatchObject({ status: 200 });
    expect(used.sockets.size).toBe(1);
  });
});

describe('stopping', () => {
  const stopped = { kind: 'error', reason: 'stopped', message: 'This server was stopping.' };

  test('destroy breaks off what is under way, and what waits', async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await http(() => asked.resolve());
    const sender = senderWith({ connectionsPerOrigin: 1 });
    const outcomes = [send(sender, url), send(sender, url)];
    await asked.promise;
    await sender.destroy();
    expect(await Promise.all(outcomes)).toMatchObject([stopped, stopped]);
    expect(await send(sender, url)).toMatchObject(stopped);
  });

  test('close waits for what is under way, and takes nothing more', async () => {
    const asked = Promise.withResolvers<() => void>();
    const { url } = await http((_, response) => asked.resolve(() => response.end()));
    const sender = senderWith();
    const outcome = send(sender, url);
    const finish = await asked.promise;
    const closing = sender.close();
    expect(await send(sender, url)).toMatchObject(stopped);
    finish();
    expect(await outcome).toMatchObject({ status: 200 });
    await closing;
  });

  test('close ends at once when destroy follows', async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await http(() => asked.resolve());
    const sender = senderWith();
    const outcome = send(sender, url);
    await asked.promise;
    const closing = sender.close();
    await sender.destroy();
    expect(await outcome).toMatchObject(stopped);
    await closing;
  });
});
