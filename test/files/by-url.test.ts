import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/index.ts';
import { logged } from '../support/log.ts';
import { people, startServer, type Adjust, type Answer, type TestServer } from '../support/server.ts';
import { bytesOf, download, kept, send, untilKept } from './support.ts';

/** Files that the server fetches itself: MSG-4, FILE-6, FILE-7. */

const stops = new Set<() => void>();
afterEach(() => {
  for (const stop of stops) stop();
  stops.clear();
});

interface Origin {
  url: string;
  /** Paths that were asked for. */
  asked: string[];
  headers: Record<string, unknown>[];
}

/** Somebody's file server. */
async function origin(listener: RequestListener): Promise<Origin> {
  const asked: string[] = [];
  const headers: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    headers.push(request.headers);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stops.add(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, headers };
}

const serving = (content: string | Buffer, headers: Record<string, string> = {}) =>
  origin((_, response) => void response.writeHead(200, headers).end(content));

async function postUrl(server: TestServer, url: string, more: object = {}): Promise<Answer<Message>> {
  const room = await server.room('Demo', 'alice');
  return server.as('alice').post<Message>('/v1/messages', { roomId: room.id, files: [url], ...more });
}

const limited =
  (limit: number, fetchTimeoutMs = 60_000): Adjust =>
  (options) => ({ ...options, files: { limit, fetchTimeoutMs } });

describe('a file by its URL', () => {
  test('is fetched from elsewhere where a rule to rewrite by says so, redirects too, and keeps its name', async () => {
    const { url, asked } = await origin((request, response) => {
      const isFirst = request.url === '/pictures/a.png';
      const location = { location: 'https://moved.example/b.png' };
      response.writeHead(isFirst ? 302 : 200, isFirst ? location : {}).end('here');
    });
    const rewrite = ['https://files.example', 'https://moved.example'].map((from) => ({
      from: { origin: from, path: '' },
      to: { origin: url, path: '' },
    }));
    const server = await startServer((options) => ({ ...options, delivery: { ...options.delivery, rewrite } }));
    const { body } = await postUrl(server, 'https://files.example/pictures/a.png');
    expect(asked).toEqual(['/pictures/a.png', '/b.png']);
    const { headers, bytes } = await download(body, 'alice');
    expect(headers.get('content-disposition')).toContain('filename="a.png"');
    expect(bytes.toString()).toBe('here');
  });

  test('is fetched and is then a file of the message', async () => {
    const server = await startServer();
    const content = bytesOf(300_000);
    const { url, asked, headers } = await serving(content, { 'content-type': 'image/png' });
    const { status, body } = await postUrl(server, `${url}/pictures/a%20b.png?size=big#top`, { text: 'look' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ text: 'look', files: [expect.stringContaining('/v1/contents/')] });
    expect(asked).toEqual(['/pictures/a%20b.png?size=big']);
    expect(headers[0]).toMatchObject({
      'accept-encoding': 'identity',
      'user-agent': expect.stringMatching(/^Hearth\//),
    });
    expect(headers[0]).not.toHaveProperty('authorization');
    const file = await download(body, 'alice');
    expect(file.bytes.equals(content)).toBe(true);
    expect(file.headers.get('content-type')).toBe('image/png');
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="a b.png"');
    expect(await server.as('alice').ok('GET', `/v1/messages/${body.id}`)).toEqual(body);
  });

  test.each([
    ['of Content-Disposition', '/x', 'attachment; filename="plan.pdf"', 'filename="plan.pdf"'],
    [
      'of filename*',
      '/x',
      "attachment; filename*=UTF-8''%E2%82%AC.pdf",
      `filename="_.pdf"; filename*=UTF-8''%E2%82%AC.pdf`,
    ],
    ['never a path', '/x', 'attachment; filename="../../etc/passwd"', 'filename="passwd"'],
    ['of the last segment', '/a/b.txt/', undefined, 'filename="b.txt"'],
    ['none', '/', undefined, 'filename="file"'],
    ['of what is not UTF-8', '/%ff', undefined, 'filename="%ff"; filename*=UTF-8\'\'%25ff'],
  ])('its name: %s', async (_, path, disposition, expected) => {
    const server = await startServer();
    const { url } = await serving('x', disposition === undefined ? {} : { 'content-disposition': disposition });
    const { body } = await postUrl(server, url + path);
    expect((await download(body, 'alice')).headers.get('content-disposition')).toBe(`attachment; ${expected}`);
  });

  test('as a text that stands alone, as some clients send it', async () => {
    const server = await startServer();
    const { url } = await serving(bytesOf(10));
    const room = await server.room('Demo', 'alice');
    const message = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { roomId: room.id, files: `${url}/a` });
    expect(message.files).toHaveLength(1);
  });

  test('in a form, urlencoded or multipart', async () => {
    const server = await startServer();
    const { url } = await serving('content');
    const room = await server.room('Demo', 'alice');
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = await server
      .as('alice')
      .call<Message>('POST', '/v1/messages', `roomId=${room.id}&files=${encodeURIComponent(url)}`, form);
    for (const { body } of [sent, await send(server, 'alice', { roomId: room.id, files: url })]) {
      expect((await download(body, 'alice')).bytes.toString()).toBe('content');
    }
    expect(await send(server, 'alice', { roomId: room.id, files: '', text: 'none' })).toMatchObject({ status: 200 });
  });

  test('redirects are followed, to another host too', async () => {
    const server = await startServer();
    const { url: elsewhere } = await serving('content');
    const { url, asked } = await origin((request, response) => {
      const to = request.url === '/one' ? '/two' : `${elsewhere}/final.bin`;
      response.writeHead(302, { location: to }).end('moved');
    });
    const { body } = await postUrl(server, `${url}/one`);
    expect(asked).toEqual(['/one', '/two']);
    const { bytes, headers } = await download(body, 'alice');
    expect(bytes.toString()).toBe('content');
    expect(headers.get('content-disposition')).toBe('attachment; filename="one"');
  });

  test('of the very size that is allowed, whether announced or not', async () => {
    const server = await startServer(limited(100_000));
    const { url } = await serving(bytesOf(100_000));
    expect(await postUrl(server, url)).toMatchObject({ status: 200 });
    const { url: chunked } = await origin((_, response) => {
      response.write(bytesOf(60_000));
      response.end(bytesOf(40_000));
    });
    expect(await postUrl(server, chunked)).toMatchObject({ status: 200 });
  });
});

describe('what is not fetched, is refused and leaves nothing', () => {
  async function refused(server: TestServer, url: string, reason: string | RegExp): Promise<void> {
    const room = await server.room('Refused', 'alice');
    const events = await logged(server, async () => {
      const { status, body } = await server
        .as('alice')
        .post<{ message: string }>('/v1/messages', { roomId: room.id, text: 'x', files: [url] });
      expect({ status, message: body.message }).toEqual({
        status: 400,
        message: expect.stringMatching(/^The file cannot be fetched from its URL: /),
      });
      const said = body.message.replace('The file cannot be fetched from its URL: ', '');
      if (typeof reason === 'string') expect(said).toBe(reason);
      else expect(said).toMatch(reason);
      expect(body.message).not.toMatch(/127\.0\.0|::1|169\.254/);
    });
    expect(events).toEqual([]);
    await untilKept(server, 0);
  }

  test.each([
    ['ftp://files.example/a', 'Only http and https can be called.'],
    ['file:///etc/passwd', 'Only http and https can be called.'],
    ['a.txt', 'An absolute http or https URL is needed.'],
    ['http://me:secret@files.example/', 'A URL with a user name or a password in it cannot be called.'],
  ])('%s', async (url, reason) => refused(await startServer(), url, reason));

  const guarded: Adjust = (options) => ({ ...options, delivery: { ...options.delivery, allow: [] } });
  const REFUSAL = 'This is not an address that this server may call.';

  test.each([
    'http://127.0.0.1/',
    'http://localhost/a',
    'http://[::1]/a',
    'http://0x7f.1/',
    'http://169.254.169.254/latest/meta-data',
    'http://[::ffff:10.0.0.1]/',
  ])('%s: the guard has the say (FILE-7)', async (url) => refused(await startServer(guarded), url, REFUSAL));

  test('a redirect to such an address', async () => {
    const adjust: Adjust = (options) => ({ ...options, delivery: { ...options.delivery, allow: ['127.0.0.1'] } });
    const server = await startServer(adjust);
    for (const location of ['http://127.0.0.2:80/', 'http://169.254.169.254/', 'http://[::1]/']) {
      const { url } = await origin((_, response) => void response.writeHead(307, { location }).end());
      await refused(server, url, REFUSAL);
    }
  });

  test('redirects that lead nowhere', async () => {
    const server = await startServer();
    const { url, asked } = await origin((_, response) => void response.writeHead(302, { location: '/again' }).end());
    await refused(server, `${url}/first`, 'It redirects more than 3 times.');
    expect(asked).toEqual(['/first', '/again', '/again', '/again']);
    const { url: to } = await origin((_, response) => void response.writeHead(302, { location: 'ftp://x/' }).end());
    await refused(server, to, 'Only http and https can be called.');
    const { url: nowhere } = await origin((_, response) => void response.writeHead(302).end());
    await refused(server, nowhere, 'It answered with status 302.');
  });

  test.each([204, 206, 304, 404, 500])('status %i', async (status) => {
    const { url } = await origin((_, response) => void response.writeHead(status).end());
    await refused(await startServer(), url, `It answered with status ${status}.`);
  });

  test('what is too large, announced or not', async () => {
    const server = await startServer(limited(100_000));
    const { url } = await serving(bytesOf(100_001));
    await refused(server, url, 'The file is larger than 100000 bytes.');
    const { url: chunked } = await origin((_, response) => {
      response.write(bytesOf(100_000));
      response.end('x');
    });
    await refused(server, chunked, 'The file is larger than 100000 bytes.');
    const { url: endless } = await origin((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(bytesOf(50_000)));
      };
      response.on('drain', more);
      more();
    });
    await refused(server, endless, 'The file is larger than 100000 bytes.');
  });

  test('compressed content', async () => {
    const { url } = await serving('not really', { 'content-encoding': 'gzip' });
    await refused(await startServer(), url, 'It answered with compressed content, which was not asked for.');
  });

  test('nobody there, no HTTP, an answer that breaks off', async () => {
    const server = await startServer();
    await refused(server, 'http://127.0.0.1:9/', 'The connection failed.');
    const tcp = createTcpServer((socket) => void socket.end('220 smtp.example ready\r\n')).listen(0, '127.0.0.1');
    await once(tcp, 'listening');
    stops.add(() => tcp.close());
    await refused(server, `http://127.0.0.1:${(tcp.address() as AddressInfo).port}/`, 'The answer is not HTTP/1.1.');
    const { url } = await origin((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      response.once('drain', () => {});
      setImmediate(() => response.destroy());
    });
    await refused(server, url, 'The connection failed.');
  });

  test.each(['before the head', 'in the content'])('one that takes too long, %s', async (when) => {
    const server = await startServer(limited(100_000, 5_000));
    const stuck: ServerResponse[] = [];
    const { url } = await origin((_, response) => {
      if (when === 'in the content') response.write('slowly');
      stuck.push(response);
      setImmediate(() => server.clock.advance(5_000));
    });
    await refused(server, url, 'It took longer than 5 s.');
    expect(stuck).toHaveLength(1);
  });

  test('where one may not post, nothing is fetched at all', async () => {
    const server = await startServer();
    const { url, asked } = await serving('x');
    const room = await server.room('Demo', 'alice', 'bob');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    const files = [url];
    expect(await server.as('bob').post('/v1/messages', { roomId: room.id, files })).toMatchObject({ status: 403 });
    expect(await server.as('dave').post('/v1/messages', { roomId: room.id, files })).toMatchObject({ status: 404 });
    const nobody = { toPersonEmail: 'nobody@acme.example', files };
    expect(await server.as('bob').post('/v1/messages', nobody)).toMatchObject({ status: 404 });
    const two = { toPersonEmail: people.bob.email, files: [url, url] };
    expect(await server.as('alice').post('/v1/messages', two)).toMatchObject({ status: 400 });
    expect([asked, await kept(server)]).toEqual([[], []]);
  });

  test('a server that stops breaks it off', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    let begun = () => {};
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const { url } = await origin(() => begun());
    const posting = server.as('alice').post('/v1/messages', { roomId: room.id, files: [url] });
    posting.catch(() => {});
    await asked;
    await server.restart();
    await expect(posting).rejects.toThrow('fetch failed');
    expect(await server.as('alice').ok('GET', `/v1/messages?roomId=${room.id}`)).toEqual({ items: [] });
    await untilKept(server, 0);
  });
});
