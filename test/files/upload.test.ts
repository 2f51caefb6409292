import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/index.ts';
import { logged } from '../support/log.ts';
import { raw } from '../support/raw.ts';
import { people, personId, startServer, tokenOf, type TestServer } from '../support/server.ts';
import { bytesOf, download, kept, send, text, untilKept, untilRows, type Fields } from './support.ts';

/** Files that come with a message: spec 3.4 (MSG-2, MSG-4), 3.5, HTTP-12. */

describe('a message with a file', () => {
  test('shows where it is, to everybody who reads it, under the host they use (HTTP-2)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    let posted: Message | undefined;
    const events = await logged(server, async () => {
      posted = (await send(server, 'alice', { roomId: room.id, markdown: '**Look**', files: text('a') })).body;
    });
    expect(events).toEqual(['messages/created alice']);
    expect(posted).toEqual({
      id: expect.any(String),
      roomId: room.id,
      roomType: 'group',
      text: 'Look',
      markdown: '**Look**',
      html: '<p><strong>Look</strong></p>',
      files: [expect.stringMatching(new RegExp(`^${server.url.replace('localhost', '[^/]+')}/v1/contents/[\\w-]+$`))],
      personId: personId('alice'),
      personEmail: people.alice.email,
      created: '2016-07-19T12:00:00.000Z',
    });
    const [url = ''] = posted?.files ?? [];
    const id = url.slice(url.lastIndexOf('/') + 1);
    const messageUuid = Buffer.from(posted?.id ?? '', 'base64url')
      .toString()
      .split('/')
      .at(-1);
    expect(Buffer.from(id, 'base64url').toString()).toBe(`ciscospark://us/CONTENT/${messageUuid}/0`);

    expect(await server.as('bob').ok('GET', `/v1/messages/${posted?.id}`)).toEqual(posted);
    const headers = { host: 'hearth.acme.example:8443' };
    for (const path of [`/v1/messages/${posted?.id}`, `/v1/messages?roomId=${room.id}`]) {
      const { body } = await raw(server.url, { path, headers });
      expect(body).toContain(`"files":["http://hearth.acme.example:8443/v1/contents/${id}"]`);
    }
  });

  test.each([
    ['a file alone', {}, undefined],
    ['a file and text', { text: 'see this' }, 'see this'],
    ['a file and markdown that says nothing', { markdown: '#' }, undefined],
  ])('%s', async (_, said, expected) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const { status, body } = await send(server, 'alice', { roomId: room.id, ...said, files: text('content') });
    expect(status).toBe(200);
    expect(body.text).toBe(expected);
    expect((await download(body, 'alice')).bytes.toString()).toBe('content');
    expect(await server.as('alice').ok('GET', `/v1/messages/${body.id}`)).toEqual(body);
  });

  test('the parts may come in any order, in a 1:1 room that it makes, in a thread', async () => {
    const server = await startServer();
    const first = await send(server, 'alice', { files: text('1'), toPersonEmail: people.bob.email, text: 'hi' });
    expect(first).toMatchObject({ status: 200, body: { roomType: 'direct', toPersonEmail: people.bob.email } });
    const reply = await send(server, 'bob', { files: text('2'), parentId: first.body.id });
    expect(reply).toMatchObject({ status: 200, body: { parentId: first.body.id } });
    expect((await download(first.body, 'bob')).bytes.toString()).toBe('1');
    expect((await download(reply.body, 'alice')).bytes.toString()).toBe('2');
  });

  test.each([0, 1, 65_535, 65_536, 65_537, 131_072, 1_000_003])('%i bytes come back as they were', async (size) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const content = bytesOf(size);
    const { body } = await send(server, 'alice', { roomId: room.id, text: 'x', files: new File([content], 'a.bin') });
    const { status, headers, bytes } = await download(body, 'alice');
    expect({ status, length: headers.get('content-length') }).toEqual({ status: 200, length: String(size) });
    expect(bytes.equals(content)).toBe(true);
  });

  test('many at once do not get into each other', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const contents = Array.from({ length: 12 }, (_, at) => bytesOf(200_000 + at, at + 1));
    const answers = await Promise.all(
      contents.map((content, at) =>
        send(server, 'alice', { roomId: room.id, text: String(at), files: new File([content], `${at}.bin`) }),
      ),
    );
    for (const [at, { body }] of answers.entries()) {
      expect((await download(body, 'alice')).bytes.equals(contents[at] ?? Buffer.of())).toBe(true);
    }
  });

  test('a field in which no file was chosen is none, as browsers send it', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const { status, body } = await send(server, 'alice', { roomId: room.id, text: 'x', files: new File([], '') });
    expect(status).toBe(200);
    expect(body).not.toHaveProperty('files');
    expect(await kept(server)).toEqual([]);
  });
});

describe('refusals leave nothing behind', () => {
  const limited = (limit: number) => startServer((options) => ({ ...options, files: { ...options.files, limit } }));

  const cases: [string, number, string | RegExp, (room: string) => Fields][] = [
    ['two files (MSG-2)', 400, /^A message carries one file/, (roomId) => ({ roomId, files: [text('a'), text('b')] })],
    [
      'a file and a URL',
      400,
      /^A message carries one file/,
      (roomId) => ({ roomId, files: [text('a'), 'http://127.0.0.1:9/a.txt'] }),
    ],
    ['a file by another name', 400, "A file is sent as the part 'files'.", (roomId) => ({ roomId, file: text('a') })],
    ['no destination', 400, /^Exactly one of the destination fields/, () => ({ files: text('a') })],
    ['a room that is not there', 404, /^Could not find a room/, () => ({ roomId: noRoom, files: text('a') })],
    [
      'too long a text',
      400,
      /^text is 8000 bytes/,
      (roomId) => ({ roomId, text: 'x'.repeat(8_000), files: text('a') }),
    ],
    ['a parent that is none', 400, /^parentId/, (roomId) => ({ roomId, parentId: noRoom, files: text('a') })],
    [
      'one byte too many',
      413,
      'The file is larger than 1000 bytes.',
      (roomId) => ({ roomId, files: text('a'.repeat(1_001)) }),
    ],
  ];
  const noRoom = '11111111-1111-4111-8111-111111111111';

  test.each(cases)('%s', async (_, status, message, fields) => {
    const server = await limited(1_000);
    const room = await server.room('Demo', 'alice');
    const events = await logged(server, async () => {
      const answer = await send(server, 'alice', fields(room.id));
      expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
    });
    expect(events).toEqual([]);
    await untilKept(server, 0);
    await untilRows(server, 0);
    // The very size that is allowed is taken.
    expect(await send(server, 'alice', { roomId: room.id, files: text('a'.repeat(1_000)) })).toMatchObject({
      status: 200,
    });
  });

  test('a form that is much too large is refused before it has come', async () => {
    const server = await limited(1_000);
    const { status, body } = await raw(server.url, {
      method: 'POST',
      path: '/v1/messages',
      headers: {
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '900000000',
        connection: 'close',
      },
      body: '--x\r\n',
    });
    expect({ status, body: JSON.parse(body) }).toMatchObject({
      status: 413,
      body: { message: 'The file is larger than 1000 bytes.' },
    });
  });

  test('a client that goes away in the middle', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const { hostname, port } = new URL(server.url);
    const sent = request({
      hostname,
      port,
      method: 'POST',
      path: '/v1/messages',
      headers: { authorization: `Bearer ${tokenOf('alice')}`, 'content-type': 'multipart/form-data; boundary=x' },
    });
    sent.on('error', () => {});
    sent.write(`--x\r\nContent-Disposition: form-data; name="roomId"\r\n\r\n${room.id}\r\n`);
    sent.write('--x\r\nContent-Disposition: form-data; name="files"; filename="a.bin"\r\n\r\n');
    sent.write(bytesOf(300_000));
    await untilKept(server, 1);
    sent.destroy();
    await untilKept(server, 0);
    expect(await server.as('alice').ok('GET', `/v1/messages?roomId=${room.id}`)).toEqual({ items: [] });
  });

  test('where one may not post, nobody is told more than without a file', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    expect(await send(server, 'bob', { roomId: room.id, files: text('a') })).toMatchObject({ status: 403 });
    expect(await send(server, 'dave', { roomId: room.id, files: text('a') })).toMatchObject({ status: 404 });
    await untilKept(server, 0);
  });
});

describe('names and types', () => {
  async function headersOf(server: TestServer, file: File): Promise<Headers> {
    const room = await server.room('Demo', 'alice');
    const { body } = await send(server, 'alice', { roomId: room.id, files: file });
    return (await download(body, 'alice')).headers;
  }

  test.each([
    ['report.pdf', 'attachment; filename="report.pdf"'],
    ['two words; and more.txt', 'attachment; filename="two words; and more.txt"'],
    ['Zürich.txt', 'attachment; filename="Z_rich.txt"; filename*=UTF-8\'\'Z%C3%BCrich.txt'],
    ['日本語.txt', 'attachment; filename="_.txt"; filename*=UTF-8\'\'%E6%97%A5%E6%9C%AC%E8%AA%9E.txt'],
    ['100%25.txt', 'attachment; filename="100%25.txt"; filename*=UTF-8\'\'100%2525.txt'],
    ['../../etc/passwd', 'attachment; filename="passwd"'],
    ['C:\\Users\\me\\a.txt', 'attachment; filename="a.txt"'],
    ['..', 'attachment; filename="file"'],
  ])('%s', async (name, disposition) => {
    const headers = await headersOf(await startServer(), new File(['x'], name));
    expect(headers.get('content-disposition')).toBe(disposition);
    // How sparky looks for it.
    expect(/"(.*)"/.exec(disposition)?.[1]).not.toContain('"');
  });

  test('the type is the one that was sent; no browser takes the content for a page of this server', async () => {
    const server = await startServer();
    for (const [sent, shown] of [
      ['text/html', 'text/html'],
      ['application/vnd.acme+json', 'application/vnd.acme+json'],
      ['', 'application/octet-stream'],
    ] as const) {
      const headers = await headersOf(server, new File(['<script>'], 'page.html', { type: sent }));
      expect(headers.get('content-type')).toBe(shown);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
      expect(headers.get('cache-control')).toContain('no-cache');
    }
  });
});
