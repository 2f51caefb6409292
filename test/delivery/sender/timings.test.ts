import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { TestClock } from '../../support/clock.ts';
import { answering, cert, guardOf, http, https, nextMessage, raw, send, senderWith } from './support.ts';

afterEach(() => vi.restoreAllMocks());

/** Which steps took time; that they fit into the whole holds for every outcome. */
function stepsOf({ timings: { totalMs, ...steps } }: Awaited<ReturnType<typeof send>>): string[] {
  const lengths = Object.values(steps);
  const sum = lengths.reduce((total, ms) => total + ms, 0);
  expect(Math.min(totalMs, ...lengths)).toBeGreaterThanOrEqual(0);
  // Each of them is rounded to the microsecond.
  expect(sum).toBeLessThan(totalMs + 0.003);
  return Object.keys(steps);
}

describe('an answer', () => {
  test('over a new connection tells what the connection cost, over a kept one does not', async () => {
    const { url } = await http(answering(200));
    const sender = senderWith({ connectionsPerOrigin: 1 });
    expect(stepsOf(await send(sender, url))).toEqual(['connectMs', 'firstByteMs']);
    expect(stepsOf(await send(sender, url))).toEqual(['firstByteMs']);
  });

  test('by a name, over TLS', async () => {
    const sender = senderWith({ guard: guardOf(['*.test']), ca: cert });
    expect(stepsOf(await send(sender, await https()))).toEqual(['dnsMs', 'connectMs', 'tlsMs', 'firstByteMs']);
  });

  test('is the one that was first on its connection, when several connect at the same time', async () => {
    const asked = new Map<Socket, number>();
    const { url } = await http((request, response) => {
      const count = (asked.get(request.socket) ?? 0) + 1;
      asked.set(request.socket, count);
      response.end(count === 1 ? 'first' : 'later');
    });
    const sender = senderWith({ connectionsPerOrigin: 4 });
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => send(sender, url)));
    const bodies = outcomes.map((outcome) => outcome.kind === 'response' && outcome.body.toString());
    expect(asked.size).toBe(4);
    expect(bodies.map((body) => body === 'first')).toEqual(outcomes.map(({ timings }) => 'connectMs' in timings));
  });

  test('over a connection that was made for another request, which has expired, does not either', async () => {
    const clock = new TestClock();
    const lookup = Promise.withResolvers<{ address: string; family: number }[]>();
    const { port } = await http(answering(200));
    const guard = guardOf(['*.test'], () => lookup.promise);
    const sender = senderWith({ guard, clock, timeoutMs: 10_000, connectionsPerOrigin: 1 });
    const url = `http://receiver.test:${port}/`;
    const expired = send(sender, url);
    clock.advance(10_000);
    const answered = send(sender, url);
    lookup.resolve([{ address: '127.0.0.1', family: 4 }]);
    expect(stepsOf(await expired)).toEqual([]);
    expect(stepsOf(await answered)).toEqual(['firstByteMs']);
  });
});

describe('a failure tells how far it came', () => {
  test('to the name server', async () => {
    const sender = senderWith({ guard: guardOf(['*.test'], () => Promise.reject(new Error('ENOTFOUND'))) });
    expect(stepsOf(await send(sender, 'http://receiver.test/'))).toEqual(['dnsMs']);
  });

  test('not even there', async () => {
    const refusing = guardOf([]);
    expect(stepsOf(await send(senderWith({ guard: refusing }), 'http://127.0.0.1/'))).toEqual([]);
    expect(stepsOf(await send(senderWith(), 'http://127.0.0.1:0/'))).toEqual([]);
  });

  test('to the port', async () => {
    const { server, url } = await http(answering(200));
    server.close();
    await once(server, 'close');
    expect(stepsOf(await send(senderWith(), url))).toEqual(['connectMs']);
  });

  test('to the certificate', async () => {
    const sender = senderWith({ guard: guardOf(['*.test']) });
    expect(stepsOf(await send(sender, await https()))).toEqual(['dnsMs', 'connectMs', 'tlsMs']);
  });

  test('to the request', async () => {
    const { url } = await raw((socket) => socket.end());
    expect(stepsOf(await send(senderWith(), url))).toEqual(['connectMs']);
  });

  test('to the first byte', async () => {
    const { url } = await raw((socket) => socket.end('HTTP/1.1 20'));
    expect(stepsOf(await send(senderWith(), url))).toEqual(['connectMs', 'firstByteMs']);
  });
});

test('the first byte is that of the answer, not of what announces it', async () => {
  const asked = Promise.withResolvers<Socket>();
  const { url } = await raw((socket) => asked.resolve(socket));
  const outcome = send(senderWith(), url);
  const socket = await asked.promise;
  const announced = nextMessage('undici:request:headers');
  socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
  await announced;
  const realNow = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => realNow() + 60_000);
  socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
  expect((await outcome).timings.firstByteMs).toBeGreaterThanOrEqual(60_000);
});
