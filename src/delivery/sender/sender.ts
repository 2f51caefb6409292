import { createSecureContext, type SecureContext } from 'node:tls';
import { Pool, type buildConnector } from 'undici';
import { systemClock, type Clock } from '../../core/clock.ts';
import { readTarget, type AddressGuard, type Connector } from '../guard/index.ts';
import { NewConnections } from './connecting.ts';
import { Exchange, type ExchangeOptions } from './exchange.ts';
import { stopped, type Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import { Pools } from './pools.ts';

export interface SenderOptions {
  /** Vets every connection. */
  guard: AddressGuard;
  userAgent: string;
  /** For the whole exchange: connection, headers and body (DEL-3). */
  timeoutMs?: number;
  /** For looking up the name, TCP and TLS. */
  connectTimeoutMs?: number;
  /** How much of a response body is kept. */
  maxResponseBytes?: number;
  /** Requests to one origin at the same time; further ones wait for a connection (DEL-12). */
  connectionsPerOrigin?: number;
  /** Origins whose connections are kept. */
  mostOrigins?: number;
  /** PEM; in place of the system's certificate authorities (DEL-13). */
  ca?: string | undefined;
  verifyTls?: boolean;
  clock?: Clock;
}

interface OutgoingRequest {
  url: string;
  /** In addition to the sender's own, which they replace where the names (in lower case) are the same. */
  headers: Readonly<Record<string, string>>;
  body: Buffer | string;
}

/** Headers of a response beyond this many bytes are an error. */
const MAX_HEADER_BYTES = 16 * 1024;

/**
 * An idle connection is closed before the five seconds are over after which many servers do it themselves. A server's
 * `Keep-Alive` header is believed instead, less a margin for the way, up to the longest time. What remains is a receiver
 * that closes at the very moment of the next request: that attempt fails, as it must, for nobody can tell whether the
 * receiver took it in.
 */
const KEEP_ALIVE_MS = 4_000;
const KEEP_ALIVE_MARGIN_MS = 1_000;
const LONGEST_KEEP_ALIVE_MS = 60_000;

const MOST_TARGETS = 10_000;

/**
 * Sends POST requests to receivers over kept connections, and says what came of each. Follows no redirects, asks for no
 * encoding, always gives the length of the body. The outcome is there as soon as the response body has ended, reached
 * what is kept of it, broke off, or the deadline came: once there is a status, a body cannot turn it into a failure.
 */
export class Sender {
  readonly #limits: Omit<ExchangeOptions, 'settle'>;
  /** Go out with every request, beside those that HTTP itself needs. */
  readonly headers: Readonly<Record<string, string>>;
  readonly #pools: Pools;
  #open = true;
  readonly #targets = new Map<string, URL | string>();
  #underWay = 0;
  #drained: () => void = () => {};

  constructor(options: SenderOptions) {
    const { timeoutMs = 10_000, maxResponseBytes = 16 * 1024, mostOrigins = 1_000, clock = systemClock } = options;
    const newConnections = new NewConnections();
    this.#limits = { clock, timeoutMs, maxBytes: maxResponseBytes, newConnections };
    this.headers = {
      'content-type': 'application/json',
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': options.userAgent,
    };
    // Or every connection would read all the authorities once more.
    const secureContext = createSecureContext(options.ca === undefined ? {} : { ca: options.ca });
    const open = (origin: URL): Pool =>
      openPool(origin, newConnections.timed(connectorTo(origin, secureContext, options)), options);
    this.#pools = new Pools({ open, clock, most: mostOrigins });
  }

  /** Never rejects. */
  send({ url, headers, body }: OutgoingRequest): Promise<Outcome> {
    const target = this.#targetOf(url);
    if (typeof target === 'string') return failed({ reason: 'invalid-request', message: target });
    if (!this.#open) return failed(stopped);
    this.#underWay += 1;
    return new Promise((resolve) => {
      const settle = (outcome: Outcome): void => {
        this.#underWay -= 1;
        if (this.#underWay === 0) this.#drained();
        resolve(outcome);
      };
      const path = target.pathname + target.search;
      const request = { method: 'POST', path, headers: { ...this.headers, ...headers }, body } as const;
      this.#pools.of(target).dispatch(request, new Exchange({ ...this.#limits, settle }));
    });
  }

  /** Reading a URL costs as much as a third of sending to it, and a server sends to few different ones. */
  #targetOf(url: string): URL | string {
    let target = this.#targets.get(url);
    if (target === undefined) {
      target = readTarget(url);
      if (this.#targets.size >= MOST_TARGETS) this.#targets.clear();
      this.#targets.set(url, target);
    }
    return target;
  }

  /** Takes nothing more and waits for what is under way, none of which outlives its deadline. */
  async close(): Promise<void> {
    this.#open = false;
    if (this.#underWay > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#pools.destroy();
  }

  /** Takes nothing more and breaks off what is under way. */
  async destroy(): Promise<void> {
    this.#open = false;
    await this.#pools.destroy();
  }
}

function connectorTo(origin: URL, secureContext: SecureContext, options: SenderOptions): Connector {
  const { guard, verifyTls = true, connectTimeoutMs = 3_000 } = options;
  return guard.connector(origin, {
    timeout: connectTimeoutMs,
    allowH2: false,
    rejectUnauthorized: verifyTls,
    secureContext,
  });
}

function openPool(origin: URL, connect: buildConnector.connector, { connectionsPerOrigin = 64 }: SenderOptions): Pool {
  return new Pool(origin.origin, {
    connect,
    connections: connectionsPerOrigin,
    // Or a pool would open one connection and wait to see whether it can share it before it opens more.
    allowH2: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: LONGEST_KEEP_ALIVE_MS,
    keepAliveTimeoutThreshold: KEEP_ALIVE_MARGIN_MS,
    // The deadline of the exchange covers these.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

function failed(failure: Failure): Promise<Outcome> {
  return Promise.resolve({ kind: 'error', ...failure, timings: { totalMs: 0 } });
}
