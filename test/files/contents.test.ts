import { describe, expect, test } from 'vitest';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { raw } from '../support/raw.ts';
import { people, personId, startServer, type Name, type TestServer } from '../support/server.ts';
import { bytesOf, download, send, text } from './support.ts';

/** Downloading: spec 3.5. */

const notFound = { message: 'Could not find a file with provided ID.' };

async function posted(server: TestServer, content: Buffer<ArrayBuffer>, ...members: [Name, ...Name[]]) {
  const room = await server.room('Demo', ...members);
  const file = new File([content], 'data.bin', { type: 'application/x-data' });
  return { room, message: (await send(server, members[0], { roomId: room.id, files: file })).body };
}

describe('who may', () => {
  test('whoever sees the message: members of the room, nobody else (FILE-1)', async () => {
    const server = await startServer();
    const { room, message } = await posted(server, Buffer.from('secret'), 'alice', 'bob');
    for (const method of ['GET', 'HEAD']) {
      for (const name of ['alice', 'bob'] as const) {
        expect((await download(message, name, { method })).status, `${method} ${name}`).toBe(200);
      }
      for (const name of ['dave', 'eve', 'robot'] as const) {
        const { status, bytes } = await download(message, name, { method });
        expect(status, `${method} ${name}`).toBe(404);
        if (method === 'GET') expect(JSON.parse(bytes.toString())).toMatchObject(notFound);
      }
    }
    const { items } = await server
      .as('alice')
      .ok<{ items: { id: string; personId: string }[] }>('GET', `/v1/memberships?roomId=${room.id}`);
    const bob = items.find((membership) => membership.personId === personId('bob'));
    await server.as('alice').ok('DELETE', `/v1/memberships/${bob?.id}`);
    expect((await download(message, 'bob')).status).toBe(404);
  });

  test('a bot: what mentions it, and its own; everything in a 1:1 room (BOT-2)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot', 'helper');
    const mention = `<@personEmail:${people.robot.email}>`;
    const plain = await send(server, 'alice', { roomId: room.id, files: text('plain') });
    const mentioning = await send(server, 'alice', { roomId: room.id, markdown: mention, files: text('for you') });
    const own = await send(server, 'robot', { roomId: room.id, files: text('mine') });
    const direct = await send(server, 'alice', { toPersonEmail: people.robot.email, files: text('psst') });
    const seen = async (name: Name) => {
      const all = [plain, mentioning, own, direct].map(({ body }) => download(body, name));
      return (await Promise.all(all)).map(({ status, bytes }) => (status === 200 ? bytes.toString() : status));
    };
    expect(await seen('robot')).toEqual([404, 'for you', 'mine', 'psst']);
    expect(await seen('helper')).toEqual([404, 404, 404, 404]);
  });

  test('a token is needed, and its scope to read messages', async () => {
    const server = await startServer();
    const { message } = await posted(server, Buffer.from('secret'), 'alice');
    const path = new URL(message.files?.[0] ?? '').pathname;
    for (const method of ['GET', 'HEAD']) {
      expect(await raw(server.url, { method, path, headers: { authorization: undefined } })).toMatchObject({
        status: 401,
      });
    }
    await server.app.db.write(({ query }) => query.updateTable('tokens').set({ scopes: 'spark:rooms_read' }).execute());
    server.clock.advance(1_000);
    for (const method of ['GET', 'HEAD']) expect((await download(message, 'alice', { method })).status).toBe(403);
  });

  test.each([
    ['no id', 'nonsense'],
    ['an id of something else', publicId('MESSAGE', derivedUuid('x'))],
    ['no message', publicId('CONTENT', `${derivedUuid('x')}/0`)],
    ['no place', publicId('CONTENT', derivedUuid('x'))],
    ['a UUID', derivedUuid('x')],
  ])('%s names no file', async (_, id) => {
    const server = await startServer();
    expect(await server.as('alice').get(`/v1/contents/${id}`)).toMatchObject({ status: 404, body: notFound });
  });

  test('a message has one file, and a message without one has none', async () => {
    const server = await startServer();
    const { room, message } = await posted(server, Buffer.from('x'), 'alice');
    const plain = await server.as('alice').say(room, 'plain');
    for (const [{ id }, place] of [
      [message, '1'],
      [message, '-1'],
      [message, '0/0'],
      [message, ''],
      [message, '1e0'],
      [plain, '0'],
    ] as const) {
      const uuid = Buffer.from(id, 'base64url').toString().split('/').at(-1);
      const content = publicId('CONTENT', `${uuid}/${place}`);
      expect(await server.as('alice').get(`/v1/contents/${content}`)).toMatchObject({ status: 404, body: notFound });
    }
  });
});

describe('what comes', () => {
  test('HEAD tells what GET would bring, and brings nothing', async () => {
    const server = await startServer();
    const { message } = await posted(server, bytesOf(100_000), 'alice');
    const get = await download(message, 'alice');
    const head = await download(message, 'alice', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.bytes).toHaveLength(0);
    const told = ({ headers }: typeof get) =>
      ['content-type', 'content-length', 'content-disposition', 'accept-ranges'].map((name) => headers.get(name));
    expect(told(head)).toEqual(told(get));
    expect(told(head)).toEqual(['application/x-data', '100000', 'attachment; filename="data.bin"', 'bytes']);
  });

  test('`allow=unscannable` is accepted, and changes nothing (FILE-4)', async () => {
    const server = await startServer();
    const { message } = await posted(server, Buffer.from('content'), 'alice');
    for (const query of ['?allow=unscannable', '?allow=', '?other=1']) {
      expect((await download(message, 'alice', { query })).bytes.toString()).toBe('content');
    }
  });

  const size = 200_000;
  const content = bytesOf(size);
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=0-99', 0, 99],
    ['bytes=65535-65536', 65_535, 65_536],
    ['bytes=65536-131071', 65_536, 131_071],
    ['bytes=131072-', 131_072, size - 1],
    ['bytes=-1', size - 1, size - 1],
    ['bytes=-70000', size - 70_000, size - 1],
    ['bytes=199999-300000', size - 1, size - 1],
    ['bytes=-300000', 0, size - 1],
    ['bytes=1-199998', 1, size - 2],
  ])('a part of it: %s', async (range, start, end) => {
    const server = await startServer();
    const { message } = await posted(server, content, 'alice');
    const { status, headers, bytes } = await download(message, 'alice', { headers: { range } });
    expect(status).toBe(206);
    expect(headers.get('content-range')).toBe(`bytes ${start}-${end}/${size}`);
    expect(headers.get('content-length')).toBe(String(end + 1 - start));
    expect(bytes.equals(content.subarray(start, end + 1))).toBe(true);
  });

  test('a part that is not there: 416, and how much there is', async () => {
    const server = await startServer();
    const { message } = await posted(server, content, 'alice');
    for (const range of ['bytes=200000-', 'bytes=200000-200001', 'bytes=-0']) {
      const { status, headers, bytes } = await download(message, 'alice', { headers: { range } });
      expect(status, range).toBe(416);
      expect(headers.get('content-range')).toBe(`bytes */${size}`);
      expect(JSON.parse(bytes.toString())).toMatchObject({
        message: 'The file has 200000 bytes: the range names none of them.',
      });
    }
  });

  test.each(['bytes=0-1,5-6', 'bytes=5-2', 'bytes=x-y', 'bytes=', 'lines=0-1', 'nonsense'])(
    'everything, where the range is none that is served: %s',
    async (range) => {
      const server = await startServer();
      const { message } = await posted(server, content, 'alice');
      const { status, bytes } = await download(message, 'alice', { headers: { range } });
      expect({ status, same: bytes.equals(content) }).toEqual({ status: 200, same: true });
    },
  );

  test('of an empty file, everything is nothing', async () => {
    const server = await startServer();
    const { message } = await posted(server, Buffer.of(), 'alice');
    const { status, headers, bytes } = await download(message, 'alice', { headers: { range: 'bytes=0-' } });
    expect([status, headers.get('content-length'), bytes.length]).toEqual([200, '0', 0]);
  });
});
