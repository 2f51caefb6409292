import { once } from 'node:events';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { answering, http, newThreadedSender, raw, send, senderWith } from './support.ts';

// What holds for every sender: that of this thread, and one with a thread of its own.

const threaded = newThreadedSender();
afterAll(() => threaded.destroy());

describe.each([
  ['Sender', () => senderWith()],
  ['ThreadedSender', () => threaded],
])('%s', (_, sender) => {
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
      const body = '{"name":"Zürich – ✓"}';
      await sender().send({ url: `${url}&c=d e#f`, headers: { 'X-Spark-Signature': 'abc' }, body });
      await sender().send({ url, headers: { 'user-agent': 'other' }, body: '' });
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
      await send(sender(), url);
      expect(heads).toContain('X-Spark-Signature');
    });
  });

  describe('a status is an answer', () => {
    test.each([200, 201, 204, 299, 302, 307, 400, 401, 404, 410, 429, 500, 503])('%i', async (status) => {
      const { url } = await http(answering(status, { location: '/elsewhere', 'Retry-After': '7' }));
      const outcome = await send(sender(), url);
      const headers: unknown = expect.objectContaining({ 'retry-after': '7' });
      expect(outcome).toEqual({
        kind: 'response',
        status,
        headers,
        body: Buffer.alloc(0),
        truncated: false,
        timings: expect.objectContaining({ totalMs: expect.any(Number) }),
      });
    });

    test('redirects are not followed', async () => {
      const paths: (string | undefined)[] = [];
      const { url } = await http((request, response) => {
        paths.push(request.url);
        response.writeHead(302, { location: '/elsewhere' }).end();
      });
      expect(await send(sender(), url)).toMatchObject({ status: 302 });
      expect(paths).toEqual(['/hook?a=b']);
    });

    test('headers that come more than once are joined', async () => {
      const { url } = await raw((socket) => {
        socket.end('HTTP/1.1 200 OK\r\nX-One: a\r\nx-one: b\r\nContent-Length: 0\r\n\r\n');
      });
      expect(await send(sender(), url)).toMatchObject({ headers: { 'x-one': 'a, b' } });
    });

    test('what only announces it is passed over', async () => {
      const { url } = await raw((socket) => {
        socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok');
      });
      const outcome = await send(sender(), url);
      expect(outcome).toMatchObject({ status: 201, headers: { 'content-length': '2' }, body: Buffer.from('ok') });
    });

    test.each([
      ['not UTF-8', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
      ['as long as is kept', Buffer.alloc(16 * 1024, 'x')],
    ])('a body that is %s is kept as it is', async (_, body) => {
      const { url } = await http(answering(200, {}, body));
      expect(await send(sender(), url)).toMatchObject({ body, truncated: false });
    });

    test('a body that is compressed although nobody asked for it is kept as it came', async () => {
      const body = gzipSync('thanks');
      const { url } = await http(answering(200, { 'content-encoding': 'gzip' }, body));
      expect(await send(sender(), url)).toMatchObject({ headers: { 'content-encoding': 'gzip' }, body });
    });

    test('a body that never ends is cut, and the connection with it', async () => {
      const closed = Promise.withResolvers<void>();
      const { url } = await http((_, response) => {
        response.on('close', closed.resolve);
        const more = (): void =>
          void (response.write(Buffer.alloc(5_000, 'x')) ? setImmediate(more) : response.once('drain', more));
        more();
      });
      const outcome = await send(sender(), url);
      expect(outcome).toMatchObject({ status: 200, body: Buffer.alloc(16 * 1024, 'x'), truncated: true });
      await closed.promise;
    });

    test('a body that breaks off', async () => {
      const { url } = await raw((socket) => {
        socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
      });
      expect(await send(sender(), url)).toMatchObject({ status: 200, body: Buffer.from('abc'), truncated: true });
    });
  });

  describe('no status is a failure', () => {
    test('nobody listens', async () => {
      const { server, url } = await http(answering(200));
      server.close();
      await once(server, 'close');
      const message = 'The receiver refused the connection.';
      expect(await send(sender(), url)).toMatchObject({ kind: 'error', reason: 'connection', message });
    });

    test.each<[string, (socket: Socket) => void]>([
      ['resets', (socket) => socket.resetAndDestroy()],
      ['closes', (socket) => socket.end()],
      ['closes after early hints', (socket) => socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n')],
      ['closes within the headers', (socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Le')],
    ])('the receiver %s', async (_, answer) => {
      const { url } = await raw(answer);
      const message = 'The receiver closed the connection before it had answered.';
      expect(await send(sender(), url)).toMatchObject({ reason: 'connection', message });
    });

    test.each([
      ['hook', 'An absolute http or https URL is needed.'],
      ['ftp://127.0.0.1/', 'Only http and https can be called.'],
      ['http://user:password@127.0.0.1/', 'A URL with a user name or a password in it cannot be called.'],
    ])('%s cannot be called', async (url, message) => {
      expect(await send(sender(), url)).toEqual({
        kind: 'error',
        reason: 'invalid-request',
        message,
        timings: { totalMs: 0 },
      });
    });

    test('a header that cannot be sent', async () => {
      const { url } = await http(answering(200));
      const outcome = await sender().send({ url, headers: { 'x-bad': 'a\r\nX-Injected: b' }, body: '' });
      expect(outcome).toMatchObject({
        reason: 'invalid-request',
        message: 'The URL or a header of the request is malformed.',
      });
    });
  });
});
