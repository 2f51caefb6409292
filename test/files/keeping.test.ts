import { copyFile, mkdir, open, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { Message } from '../../src/contract/index.ts';
import { Sweeper } from '../../src/files/sweeper.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { bytesOf, download, kept, readAll, send, text, untilKept, untilRows } from './support.ts';

/** Contents on the disk: sealed, and there for as long as their message is (FILE-8). */

async function post(
  server: TestServer,
  roomId: string,
  content: Buffer<ArrayBuffer>,
  name = 'a.bin',
): Promise<Message> {
  return (await send(server, 'alice', { roomId, files: new File([content], name) })).body;
}

function never(): never {
  throw new Error('Nobody puts or opens a content here.');
}

function rows(server: TestServer) {
  return server.app.db.reader.query.selectFrom('files').selectAll().execute();
}

describe('sealed', () => {
  test('neither the content nor the name of a file can be read on the disk', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const secret = 'Attack at dawn! '.repeat(10_000);
    await send(server, 'alice', { roomId: room.id, files: text(secret, 'battle-plans.txt') });
    const files = await kept(server);
    expect(files).toHaveLength(1);
    const database = ['hearth.db', 'hearth.db-wal'].map((name) => path.join(server.folder, name));
    const bytes = await readAll([...files, ...database]);
    for (const word of ['Attack', 'dawn', 'battle-plans', 'text/plain']) expect(bytes.includes(word)).toBe(false);
    // 16 bytes for each 64 KiB.
    expect(await readAll(files)).toHaveLength(160_000 + 3 * 16);
  });

  test('what was altered, cut or exchanged breaks off and is never served as if it were right', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const content = bytesOf(200_000);
    const message = await post(server, room.id, content);
    const [file = ''] = await kept(server);
    const original = await readFile(file);
    const box = 65_536 + 16;
    const other = await post(server, room.id, bytesOf(200_000, 9));
    const [otherFile = ''] = (await kept(server)).filter((name) => name !== file);

    const cut = () => truncate(file, original.length - 1);
    const short = () => truncate(file, 2 * box);
    const flipped = async () => {
      await using handle = await open(file, 'r+');
      await handle.write(Buffer.of((original[100] ?? 0) ^ 1), 0, 1, 100);
    };
    const reordered = () =>
      writeFile(
        file,
        Buffer.concat([original.subarray(box, 2 * box), original.subarray(0, box), original.subarray(2 * box)]),
      );
    const dropped = () => writeFile(file, original.subarray(box));
    const foreign = () => copyFile(otherFile, file);
    for (const damage of [cut, short, flipped, reordered, dropped, foreign]) {
      await writeFile(file, original);
      expect((await download(message, 'alice')).bytes.equals(content)).toBe(true);
      await damage();
      const outcome = await download(message, 'alice').then(
        ({ status }) => status,
        () => 'broken off',
      );
      // The head goes out with the first box: what is wrong before that can still be said.
      expect([damage.name, outcome]).toEqual([damage.name, [cut, short].includes(damage) ? 'broken off' : 500]);
    }
    expect((await download(other, 'alice')).status).toBe(200);
    // What is right of it can still be had.
    await writeFile(file, original);
    await flipped();
    const { status, bytes } = await download(message, 'alice', { headers: { range: 'bytes=65536-131071' } });
    expect({ status, same: bytes.equals(content.subarray(65_536, 131_072)) }).toEqual({ status: 206, same: true });
  });

  test('a content that is missing is not found', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await post(server, room.id, bytesOf(10));
    await rm((await kept(server))[0] ?? '');
    expect((await download(message, 'alice')).status).toBe(404);
  });
});

describe('for as long as their message is', () => {
  test('a restart changes nothing', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await post(server, room.id, bytesOf(100_000));
    await server.restart();
    const { files = [] } = await server.as('alice').ok<Message>('GET', `/v1/messages/${message.id}`);
    expect((await download({ files }, 'alice')).bytes.equals(bytesOf(100_000))).toBe(true);
  });

  test('deleting the message removes the content (FILE-8)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const [message, other] = [await post(server, room.id, bytesOf(10)), await post(server, room.id, bytesOf(11))];
    await server.as('alice').ok('DELETE', `/v1/messages/${message.id}`);
    expect((await download(message, 'alice')).status).toBe(404);
    await untilKept(server, 1);
    expect((await download(other, 'alice')).status).toBe(200);
  });

  test('so does deleting its room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const other = await post(server, (await server.room('Other', 'alice')).id, bytesOf(10));
    for (let at = 0; at < 3; at += 1) await post(server, room.id, bytesOf(10));
    await server.as('alice').ok('DELETE', `/v1/rooms/${room.id}`);
    await untilKept(server, 1);
    expect((await download(other, 'alice')).status).toBe(200);
  });

  test('a stop before the content was removed only puts it off', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const [gone, stays] = [await post(server, room.id, bytesOf(10)), await post(server, room.id, bytesOf(11))];
    // As if the process had ended with the commit.
    await server.app.db.write(async ({ query }) => {
      const oldest = query.selectFrom('messages').select('id').orderBy('id').limit(1);
      await query.deleteFrom('messages').where('id', 'in', oldest).execute();
    });
    expect(await kept(server)).toHaveLength(2);
    await server.restart();
    await untilKept(server, 1);
    const readAgain = await server.as('alice').ok<Message>('GET', `/v1/messages/${stays.id}`);
    expect((await download(readAgain, 'alice')).status).toBe(200);
    expect((await server.as('alice').get(`/v1/messages/${gone.id}`)).status).toBe(404);
    await untilRows(server, 1);
  });

  test('a stop before the message was posted leaves nothing: neither a draft nor a content that was kept', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await post(server, room.id, bytesOf(10));
    const folder = path.join(server.folder, 'files');
    const uuid = '0190c8c8-0000-7000-8000-0000000000ab';
    await mkdir(path.join(folder, 'incoming'), { recursive: true });
    await mkdir(path.join(folder, 'ab'), { recursive: true });
    await writeFile(path.join(folder, 'incoming', '0190c8c8-0000-7000-8000-0000000000cd'), 'half of it');
    await writeFile(path.join(folder, 'ab', uuid), 'all of it');
    await server.app.db.write(({ query }) =>
      query.insertInto('files').values({ uuid, position: 0, size: 9, createdAt: 0 }).execute(),
    );
    await server.restart();
    await untilKept(server, 1);
    await untilRows(server, 1);
    const readAgain = await server.as('alice').ok<Message>('GET', `/v1/messages/${message.id}`);
    expect((await download(readAgain, 'alice')).status).toBe(200);
  });

  test('a message that is posted while others are swept keeps its file', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    await post(server, room.id, bytesOf(10));
    const message = await post(server, room.id, bytesOf(11));
    const [orphan, file] = await rows(server);
    if (!orphan || !file) throw new Error('There are no files.');
    const { db, log, clock } = server.app;
    // The one belongs to nothing, the other to a message that is about to be written.
    await db.write(({ query }) => query.updateTable('files').set({ messageId: null }).execute());
    const removed: string[] = [];
    const store = {
      put: never,
      open: never,
      clear: async () => {},
      async remove(uuid: string) {
        removed.push(uuid);
        // Meanwhile the message is there, and nobody posts any more.
        await db.write(({ query }) =>
          query.updateTable('files').set({ messageId: file.messageId }).where('id', '=', file.id).execute(),
        );
        sweeper.release(file.uuid, true);
      },
    };
    const sweeper = new Sweeper({ db, log, clock, logger: pino({ level: 'silent' }), store });
    sweeper.spare(file.uuid);
    await sweeper.start();
    await sweeper.settled();
    expect(removed).toEqual([orphan.uuid]);
    expect((await download(message, 'alice')).status).toBe(200);
  });

  test('what cannot be removed is tried again', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const message = await post(server, room.id, bytesOf(10));
    const [file = ''] = await kept(server);
    // A file in the place of its folder cannot be looked into.
    const folder = path.dirname(file);
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    await server.as('alice').ok('DELETE', `/v1/messages/${message.id}`);
    while (server.clock.timers === 0) await new Promise(setImmediate);
    expect(await rows(server)).toHaveLength(1);
    await rm(folder);
    while ((await rows(server)).length > 0) {
      server.clock.advance(60_000);
      await new Promise(setImmediate);
    }
  });
});
