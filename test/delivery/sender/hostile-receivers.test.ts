import { createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome, SenderOptions } from '../../../src/delivery/sender/index.ts';
import { TestClock } from '../../support/clock.ts';
import { until } from '../support.ts';
import { answering, cert, expiredCert, guardOf, http, key, listen, raw, send, senderWith } from './support.ts';

// Vitest fails when a rejection is left over; that is part of every test here.

type Chunk = string | Buffer;
/** What becomes of the connection when all is said. */
type Ending = 'stays' | 'closes' | 'resets';
/** What a receiver says, one chunk in each turn of the event loop. */
type Script = Generator<Chunk, Ending>;

interface Hostile {
  /** Begins with the first bytes of the request, or as soon as there is a connection. */
  says: () => Script;
  at?: 'request' | 'accept';
  /** Speaks TLS. */
  tls?: TlsOptions;
  scheme?: 'http' | 'https';
  host?: string;
  body?: string;
  options?: Partial<SenderOptions>;
  /** Nothing but the deadline ends it. */
  endless?: true;
  /** The sender has no reason to close the connection. */
  kept?: true;
  outcome: object;
}

/** By then the sender has read what was said before: both are in this process. */
const A_FEW_TURNS = 50;

/** These chunks, and then so. */
function* say(chunks: readonly Chunk[], ending: Ending = 'stays'): Script {
  yield* chunks;
  yield* Array<string>(A_FEW_TURNS).fill('');
  return ending;
}

function* endlessly(head: Chunk, more: Chunk): Script {
  yield head;
  for (;;) yield more;
}

/** Plays a script; counts its turns. */
class Actor {
  turns = 0;
  readonly #says: () => Script;

  constructor(says: () => Script) {
    this.#says = says;
  }

  /** `connection` is what carries `socket`: the same, but for TLS. */
  enter(socket: Socket, connection = socket): void {
    socket.on('error', () => {});
    this.#go(socket, this.#says(), connection);
  }

  #go(socket: Socket, script: Script, connection: Socket): void {
    if (socket.destroyed) return;
    this.turns += 1;
    const { done, value } = script.next();
    if (!done) {
      const goOn = () => this.#go(socket, script, connection);
      if (value.length === 0 || socket.write(value)) setImmediate(goOn);
      else socket.once('drain', goOn);
    } else if (value === 'closes') socket.end();
    else if (value === 'resets') connection.resetAndDestroy();
  }
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;
const EMPTY = 'Content-Length: 0\r\n\r\n';
const bigBody = JSON.stringify('x'.repeat(32 * 1024 * 1024));
/** 1 GiB of nothing in 1 MiB: a gzip file may have many members. */
const bomb = Buffer.concat(Array<Buffer>(1_024).fill(gzipSync(Buffer.alloc(1024 * 1024))));

const late = { kind: 'error', reason: 'timeout', message: 'The receiver did not answer within 10 s.' };
const closed = {
  kind: 'error',
  reason: 'connection',
  message: 'The receiver closed the connection before it had answered.',
};
const malformed = { kind: 'error', reason: 'protocol', message: 'The answer is not HTTP/1.1.' };
const tooLarge = { kind: 'error', reason: 'protocol', message: 'The headers of the answer are too large.' };
const unexpected = { kind: 'error', reason: 'protocol', message: 'The answer is not one to this request.' };
const cut = (body: string) => ({ kind: 'response', status: 200, truncated: true, body: Buffer.from(body) });
const whole = (body: string) => ({ kind: 'response', status: 200, truncated: false, body: Buffer.from(body) });
const untrusted = (code: string) => ({
  kind: 'error',
  reason: 'tls',
  message: `A secure connection to the receiver was not possible (${code}).`,
});

const slow: Record<string, Hostile> = {
  'a status line, a byte at a time': { says: () => endlessly('HTTP/1.1 200 ', 'O'), endless: true, outcome: late },
  'headers, a byte at a time': { says: () => endlessly(`${OK}X-More: `, 'a'), endless: true, outcome: late },
  'a body, a byte at a time': {
    says: () => endlessly(`${OK}Content-Length: 100000\r\n\r\n`, 'a'),
    endless: true,
    outcome: { status: 200, truncated: true, body: expect.objectContaining({ 0: 97, 4: 97 }) },
  },
  'a chunked body, a byte at a time': {
    *says() {
      yield CHUNKED;
      for (;;) yield* '1\r\na\r\n';
    },
    endless: true,
    outcome: { status: 200, truncated: true, body: expect.objectContaining({ 0: 97, 4: 97 }) },
  },
  'nothing, and reads nothing': { says: () => say([]), body: bigBody, endless: true, outcome: late },
};

const endless: Record<string, Hostile> = {
  headers: { says: () => endlessly(OK, 'X-More: 1234567890\r\n'), outcome: tooLarge },
  'one header': { says: () => endlessly(`${OK}X-More: `, 'a'.repeat(1024)), outcome: tooLarge },
  'a reason phrase': { says: () => endlessly('HTTP/1.1 200 ', 'a'.repeat(1024)), endless: true, outcome: late },
  'a body': { says: () => endlessly(`${OK}\r\n`, 'a'.repeat(1024)), outcome: cut('a'.repeat(16 * 1024)) },
  'tiny chunks': { says: () => endlessly(CHUNKED, '1\r\na\r\n'.repeat(100)), outcome: cut('a'.repeat(16 * 1024)) },
  'chunk extensions': {
    says: () => endlessly(`${CHUNKED}1;`, 'a=b;'.repeat(256)),
    endless: true,
    outcome: cut(''),
  },
  trailers: { says: () => endlessly(`${CHUNKED}1\r\na\r\n0\r\n`, 'X-More: 1234567890\r\n'), outcome: cut('a') },
  announcements: {
    says: () => endlessly('', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n'),
    endless: true,
    outcome: late,
  },
  'empty lines': { says: () => endlessly('', '\r\n'), endless: true, outcome: late },
  'a gzip bomb': {
    says: () => say([`${OK}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`, bomb]),
    outcome: { status: 200, truncated: true, body: bomb.subarray(0, 16 * 1024) },
  },
};

const strange: Record<string, Hostile> = {
  'a redirect to a metadata address': {
    says: () => say([`HTTP/1.1 307 Here\r\nLocation: http://169.254.169.254/latest/meta-data/\r\n${EMPTY}`]),
    kept: true,
    outcome: { status: 307, headers: { location: 'http://169.254.169.254/latest/meta-data/' } },
  },
  'a body of NULs': {
    says: () => say([`${OK}Content-Length: 3\r\n\r\n\0\0\0`]),
    kept: true,
    outcome: whole('\0\0\0'),
  },
  'a body that is not UTF-8': {
    says: () => say([`${OK}Content-Length: 2\r\n\r\n`, Buffer.from([0xff, 0xc0])]),
    kept: true,
    outcome: { status: 200, body: Buffer.from([0xff, 0xc0]) },
  },
  'a header with a NUL in it': { says: () => say([`${OK}X-One: a\0b\r\n${EMPTY}`]), outcome: malformed },
  'a header that is not UTF-8': {
    says: () => say([OK, Buffer.from('X-One: \xff\xfe\r\n', 'latin1'), EMPTY]),
    kept: true,
    outcome: { status: 200, headers: { 'x-one': 'ÿþ' } },
  },
  'a header named __proto__': { says: () => say([`${OK}__proto__: a\r\n${EMPTY}`]), kept: true, outcome: whole('') },
  'a length that is negative': { says: () => say([`${OK}Content-Length: -1\r\n\r\n`]), outcome: malformed },
  'a length beyond all numbers': {
    says: () => say([`${OK}Content-Length: ${'9'.repeat(30)}\r\n\r\n`]),
    outcome: malformed,
  },
  'more than it announced': { says: () => say([`${OK}Content-Length: 3\r\n\r\nabcdef`]), outcome: whole('abc') },
  'less than it announced': {
    says: () => say([`${OK}Content-Length: 9\r\n\r\nabc`], 'closes'),
    outcome: cut('abc'),
  },
  'a length and chunks': {
    says: () => say([`${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`]),
    outcome: malformed,
  },
  'chunks that are none': { says: () => say([`${CHUNKED}zz\r\nabc`]), outcome: cut('') },
  'a second answer nobody asked for': {
    says: () => say([`${OK}${EMPTY}HTTP/1.1 500 No\r\n${EMPTY}`]),
    outcome: whole(''),
  },
  'HTTP/0.9': { says: () => say(['<html>thanks</html>'], 'closes'), outcome: malformed },
  'HTTP/2': { says: () => say([Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]), outcome: malformed },
  'HTTP/2 as a client': { says: () => say(['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n']), outcome: malformed },
  'a change of protocol': {
    says: () => say(['HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n']),
    outcome: unexpected,
  },
  'a change of protocol to none': { says: () => say(['HTTP/1.1 101 Switching\r\n\r\n']), outcome: malformed },
  'what only who asked is told': { says: () => say(['HTTP/1.1 100 Continue\r\n\r\n']), outcome: unexpected },
  ...Object.fromEntries(
    ['99', '099', '600', '999', '1000', '-200', '2 0'].map((status): [string, Hostile] => [
      `status ${status}`,
      { says: () => say([`HTTP/1.1 ${status} Odd\r\n${EMPTY}`]), outcome: malformed },
    ]),
  ),
};

const breaking: Record<string, Hostile> = {
  'when it is made': { says: () => say([], 'resets'), at: 'accept', outcome: closed },
  'after the request': { says: () => say([], 'resets'), outcome: closed },
  'in the request': { says: () => say([], 'resets'), body: bigBody, outcome: closed },
  'in the status line': { says: () => say(['HTTP/1.1 2'], 'resets'), outcome: closed },
  'in the headers': { says: () => say([`${OK}X-On`], 'resets'), outcome: closed },
  'in the body': { says: () => say([`${OK}Content-Length: 9\r\n\r\nabc`], 'resets'), outcome: cut('abc') },
  'in a chunk': { says: () => say([`${CHUNKED}9\r\nabc`], 'resets'), outcome: cut('abc') },
  // Nobody can tell: such a body ends with its connection, which some systems reset when all is sent.
  'in a body of unknown length': { says: () => say([`${OK}\r\nabc`], 'resets'), outcome: whole('abc') },
};

const insecure: Record<string, Hostile> = {
  'signs its certificate itself': {
    says: () => say([]),
    tls: { key, cert },
    options: { ca: undefined },
    outcome: untrusted('DEPTH_ZERO_SELF_SIGNED_CERT'),
  },
  'has an expired certificate': {
    says: () => say([]),
    tls: { key, cert: expiredCert },
    options: { ca: expiredCert },
    outcome: untrusted('CERT_HAS_EXPIRED'),
  },
  'has a certificate for another name': {
    says: () => say([]),
    tls: { key, cert },
    host: 'other.test',
    outcome: untrusted('ERR_TLS_CERT_ALTNAME_INVALID'),
  },
  'knows TLS 1.0 only': {
    says: () => say([]),
    tls: { key, cert, minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
    outcome: untrusted('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
  },
  'answers in plain HTTP': {
    says: () => say([`HTTP/1.1 400 Bad Request\r\n${EMPTY}`]),
    scheme: 'https',
    outcome: { kind: 'error', reason: 'tls' },
  },
  'never ends the handshake': {
    says: () => say([]),
    scheme: 'https',
    options: { connectTimeoutMs: 50 },
    outcome: { reason: 'connect-timeout', message: 'No connection to the receiver came about in time.' },
  },
  'closes in the handshake': { says: () => say([], 'closes'), scheme: 'https', outcome: closed },
  'resets in the handshake': { says: () => say([], 'resets'), scheme: 'https', outcome: closed },
  'resets after the handshake': { says: () => say([], 'resets'), tls: { key, cert }, at: 'accept', outcome: closed },
  'resets in the body': {
    says: () => say([`${OK}Content-Length: 9\r\n\r\nabc`], 'resets'),
    tls: { key, cert },
    outcome: cut('abc'),
  },
};

/** What answers are made of. */
const words = [
  OK,
  CHUNKED,
  `${OK}${EMPTY}`,
  'HTTP/1.1 ',
  '200 OK',
  '103 Early',
  '\r\n',
  '\r\n\r\n',
  ': ',
  'X',
  '3\r\nabc',
];
const fields = [
  'Content-Length: 3',
  'Transfer-Encoding: chunked',
  'Connection: close',
  'Connection: upgrade\r\nUpgrade: x',
];

/** One sentence, and nothing in it that only this network knows. */
function readable(outcome: Outcome): void {
  if (outcome.kind === 'response') return;
  expect(outcome.message).toMatch(/^[A-Z][^\n.]{10,200}(?:HTTP\/1\.1)?\.$/);
  expect(outcome.message).not.toContain('127.0.0.1');
}

async function meet(hostile: Hostile): Promise<void> {
  const { says, at = 'request', tls, scheme = tls ? 'https' : 'http', host, body = '{}', options } = hostile;
  const clock = new TestClock();
  const actor = new Actor(says);
  const connected = (socket: Socket) => {
    const [connection] = sockets;
    if (at === 'accept') return actor.enter(socket, connection);
    socket.on('error', () => {});
    // Reads no further: what else comes stays where it is.
    socket.once('readable', () => {
      socket.read();
      actor.enter(socket, connection);
    });
  };
  const { port, sockets } = await listen(tls ? createTlsServer(tls, connected) : createServer(connected));
  const healthy = await http(answering(200));
  const sender = senderWith({ guard: guardOf(['127.0.0.1', '*.test']), clock, ca: cert, ...options });

  const sending = send(sender, `${scheme}://${host ?? 'receiver.test'}:${port}/`, body);
  if (hostile.endless) {
    await until(() => actor.turns > A_FEW_TURNS);
    clock.advance(10_000);
  }
  const outcome = await sending;
  expect(outcome).toMatchObject(hostile.outcome);
  readable(outcome);

  expect(sockets.size).toBe(1);
  // Who has stopped reading hears of the end only behind what was sent before.
  for (const socket of sockets) socket.resume();
  if (!hostile.kept) await until(() => [...sockets].every((socket) => socket.destroyed));
  expect(await send(sender, healthy.url)).toMatchObject({ status: 200 });
}

describe('a receiver that is slow: says', () => {
  test.each(Object.entries(slow))('%s', (_, hostile) => meet(hostile));
});
describe('a receiver that never ends', () => {
  test.each(Object.entries(endless))('%s', (_, hostile) => meet(hostile));
});
describe('a receiver that is strange: says', () => {
  test.each(Object.entries(strange))('%s', (_, hostile) => meet(hostile));
});
describe('a receiver that resets the connection', () => {
  test.each(Object.entries(breaking))('%s', (_, hostile) => meet(hostile));
});
describe('a receiver that is not to be trusted: it', () => {
  test.each(Object.entries(insecure))('%s', (_, hostile) => meet(hostile));
});

test('whatever is said, in whatever pieces, comes to one outcome, and the next request to an answer', async () => {
  const bytes = fc.uint8Array({ maxLength: 20 }).map((array) => Buffer.from(array));
  const chunk = fc.oneof(fc.constantFrom(...words, ...fields), bytes) as fc.Arbitrary<Chunk>;
  const ending = fc.constantFrom<Ending>('closes', 'resets');
  let says: () => Script;
  const { url, sockets } = await raw((socket) => new Actor(says).enter(socket));
  const healthy = await http(answering(200));
  const sender = senderWith();
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 12 }), ending, async (chunks, ending) => {
      says = () => say(chunks, ending);
      readable(await send(sender, url));
      expect(await send(sender, healthy.url)).toMatchObject({ status: 200 });
    }),
  );
  await until(() => [...sockets].every((socket) => socket.destroyed));
});
