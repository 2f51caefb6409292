import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { automaticThreads } from '../../../src/delivery/sender/index.ts';
import { TestClock } from '../../support/clock.ts';
import { startServer } from '../../support/server.ts';
import { recorded, until } from '../support.ts';
import { answering, cert, http, https, send, threadedSenderWith } from './support.ts';

/** Those that this test has started. */
let workers: Worker[] = [];
const note = (worker: Worker): void => void workers.push(worker);
beforeEach(() => void process.on('worker', note));
afterEach(() => {
  process.off('worker', note);
  workers = [];
});

const gone = { kind: 'error', reason: 'internal', message: 'The sender thread ended.' };
const stopped = { kind: 'error', reason: 'stopped', message: 'This server was stopping.' };

test.each([
  [1, 0],
  [2, 0],
  [3, 0],
  [4, 2],
  [64, 2],
])('on %i cores the server has %i sender threads of its own accord', (cores, threads) => {
  expect(automaticThreads(cores)).toBe(threads);
});

describe('requests', () => {
  test('to one origin share connections; many of them are shared out among the threads', async () => {
    const { url, sockets } = await http(answering(200));
    const sender = threadedSenderWith({ threads: 3, connectionsPerOrigin: 9 });
    for (let count = 0; count < 10; count++) await send(sender, url);
    expect(workers).toHaveLength(1);
    const outcomes = await Promise.all(Array.from({ length: 200 }, () => send(sender, url)));
    expect(outcomes.map((outcome) => outcome.kind === 'response' && outcome.status)).toEqual(Array(200).fill(200));
    expect(workers).toHaveLength(3);
    expect(sockets.size).toBeLessThanOrEqual(9);
  });

  test('never have more connections than allowed, however few those are', async () => {
    const { url, sockets } = await http(answering(200));
    const sender = threadedSenderWith({ threads: 3, connectionsPerOrigin: 1 });
    await Promise.all(Array.from({ length: 50 }, () => send(sender, url)));
    expect(sockets.size).toBe(1);
  });

  test('tell where their time went', async () => {
    const { url } = await http(answering(200));
    const { timings } = await send(threadedSenderWith(), url);
    expect(Object.keys(timings).toSorted()).toEqual(['connectMs', 'firstByteMs', 'totalMs']);
    expect(timings.totalMs).toBeGreaterThanOrEqual((timings.connectMs ?? 0) + (timings.firstByteMs ?? 0) - 0.002);
  });

  test('to receivers with a certificate of an authority that was given', async () => {
    const { port } = new URL(await https());
    const sender = threadedSenderWith({ ca: cert });
    const message = 'A secure connection to the receiver was not possible (ERR_TLS_CERT_ALTNAME_INVALID).';
    expect(await send(sender, `https://127.0.0.1:${port}/`)).toMatchObject({ reason: 'tls', message });
    const careless = threadedSenderWith({ verifyTls: false });
    expect(await send(careless, `https://127.0.0.1:${port}/`)).toMatchObject({ status: 200 });
  });
});

describe('the address guard of a thread', () => {
  const refused = { reason: 'refused-address', message: 'This is not an address that this server may call.' };

  test('refuses what nobody has allowed', async () => {
    const { url, sockets } = await http(answering(200));
    expect(await send(threadedSenderWith({ allow: ['10.0.0.0/8'] }), url)).toMatchObject(refused);
    expect(await send(threadedSenderWith(), 'http://169.254.169.254/latest/meta-data/')).toMatchObject(refused);
    expect(sockets.size).toBe(0);
  });
});

describe('a thread that ends', () => {
  test('fails its requests, and another takes its place', async () => {
    const asked = Promise.withResolvers<void>();
    const hanging = await http(() => asked.resolve());
    const healthy = await http(answering(200));
    const faults: unknown[] = [];
    const sender = threadedSenderWith({ onFault: (error) => faults.push(error) });
    const outcome = send(sender, hanging.url);
    await asked.promise;
    await workers[0]?.terminate();
    expect(await outcome).toMatchObject(gone);
    expect(faults).toMatchObject([{ message: 'A sender thread ended with 1.' }]);
    expect(await send(sender, healthy.url)).toMatchObject({ status: 200 });
    expect(workers).toHaveLength(2);
  });

  test('by an error tells which', async () => {
    const { url } = await http(answering(200));
    const faults: unknown[] = [];
    const sender = threadedSenderWith({ allow: ['not an entry'], onFault: (error) => faults.push(error) });
    expect(await send(sender, url)).toMatchObject(gone);
    expect(faults).toMatchObject([{ cause: { message: expect.stringContaining("'not an entry' cannot be allowed") } }]);
  });
});

test('a thread that hangs fails its requests a second after their time, and another takes its place', async () => {
  const clock = new TestClock();
  const asked = Promise.withResolvers<void>();
  const hanging = await http(() => asked.resolve());
  const healthy = await http(answering(200));
  const faults: unknown[] = [];
  const sender = threadedSenderWith({ clock, timeoutMs: 60_000, onFault: (error) => faults.push(error) });
  const outcome = send(sender, hanging.url);
  await asked.promise;
  // The clock of the thread is another: to this one it looks as if it missed the deadline.
  clock.advance(61_000);
  expect(await outcome).toMatchObject(gone);
  expect(faults).toMatchObject([{ message: 'A sender thread hangs.' }]);
  expect(await send(sender, healthy.url)).toMatchObject({ status: 200 });
});

test('an answer that waited while this thread hung still counts', async () => {
  const clock = new TestClock();
  const { url } = await http(answering(200));
  const sender = threadedSenderWith({ clock });
  const outcome = send(sender, url);
  const reported = Promise.withResolvers<void>();
  await until(() => workers.length === 1);
  workers[0]?.prependOnceListener('message', () => {
    // The report is being taken in the turn in which the time is over.
    clock.advance(11_000);
    reported.resolve();
  });
  await reported.promise;
  expect(await outcome).toMatchObject({ status: 200 });
});

test('a server delivers from its threads', async () => {
  const server = await startServer(({ delivery, ...options }) => ({
    ...options,
    delivery: { ...delivery, senderThreads: 1 },
  }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { secret: 's3cret' });
  await server.as('bob').say(room, 'hello');
  expect((await receiver.next()).headers['user-agent']).toMatch(/^Hearth/);
  await recorded(server, { state: 'delivered', attempts: 1, lastStatus: 200 });
  expect(workers.map(({ threadName }) => threadName)).toContain('hearth sender');
});

describe('stopping', () => {
  test('destroy breaks off what is under way and takes nothing more', async () => {
    const asked = Promise.withResolvers<void>();
    const { url, sockets } = await http(() => asked.resolve());
    const sender = threadedSenderWith({ threads: 2 });
    const outcome = send(sender, url);
    await asked.promise;
    const late = send(sender, url);
    await sender.destroy();
    expect(await Promise.all([outcome, late, send(sender, url)])).toMatchObject([stopped, stopped, stopped]);
    await until(() => [...sockets].every((socket) => socket.destroyed));
  });

  test('close waits for what is under way', async () => {
    const asked = Promise.withResolvers<() => void>();
    const { url } = await http((_, response) => asked.resolve(() => response.end()));
    const sender = threadedSenderWith();
    const outcome = send(sender, url);
    const finish = await asked.promise;
    const ended = workers[0] && once(workers[0], 'exit');
    const closing = sender.close();
    expect(await send(sender, url)).toMatchObject(stopped);
    finish();
    expect(await outcome).toMatchObject({ status: 200 });
    await Promise.all([closing, ended]);
  });
});
