import { once } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TestClock } from '../../support/clock.ts';
import { answering, cert, guardOf, http, https, nextMessage, send, senderWith } from './support.ts';

const anyNumber: unknown = expect.any(Number);

describe('a status is an answer', () => {
  test('a body that has not ended at the deadline', async () => {
    const clock = new TestClock();
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
    });
    await closed.promise;
  });
});

describe('no status is a failure', () => {
  test('no answer before the deadline', async () => {
    const clock = new TestClock();
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
      timings: { connectMs: anyNumber, totalMs: anyNumber },
    });
  });

  test('what waited for a connection until its deadline is dropped, and costs no connection', async () => {
    const clock = new TestClock();
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

describe('TLS', () => {
  const named = guardOf(['*.test', '127.0.0.1']);

  test('a certificate of a given authority', async () => {
    expect(await send(senderWith({ guard: named, ca: cert }), await https())).toMatchObject({ status: 200 });
  });

  test('any certificate, when verification is off', async () => {
    expect(await send(senderWith({ guard: named, verifyTls: false }), await https())).toMatchObject({ status: 200 });
  });
});
