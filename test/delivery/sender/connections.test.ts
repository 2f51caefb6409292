import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { TestClock } from '../../support/clock.ts';
import { answering, http, listen, send, senderWith } from './support.ts';

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
    const clock = new TestClock();
    const sender = senderWith({ clock, mostOrigins: 3, connectionsPerOrigin: 1 });
    const slow = send(sender, busy.url);
    const finish = await asked.promise;
    for (const { url } of [first, second, first]) {
      clock.advance(1);
      await send(sender, url);
    }
    const [socket] = second.sockets;
    await Promise.all([socket && once(socket, 'close'), send(sender, third.url)]);
    expect([...first.sockets].map(({ destroyed }) => destroyed)).toEqual([false]);
    finish();
    expect(await slow).toMatchObject({ status: 200 });
    expect(await send(sender, second.url)).toMatchObject({ status: 200 });
  });

  test('of an origin that nobody has used for a minute are closed', async () => {
    const clock = new TestClock();
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
