import { createSecureContext, type SecureContext } from 'node:tls';
import { Client, type buildConnector } from 'undici';
import { systemClock, type Clock } from '../../core/clock.ts';
import type { AddressGuard, Connector } from '../guard/index.ts';
import { NewConnections } from './connecting.ts';
import { Deadlines } from './deadlines.ts';
import { Exchange, type ExchangeTerms } from './exchange.ts';
import { Intake } from './intake.ts';
import type { Outcome } from './outcome.ts';
import { Pool } from './pool.ts';
import { Pools } from './pools.ts';
import { ownHeaders, type OutgoingRequest, type Sending } from './sending.ts';

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

/** Sends from the thread that it is made in. */
export class Sender implements Sending {
  readonly #terms: ExchangeTerms;
  readonly headers: Sending['headers'];
  readonly #ownHeaders: readonly string[];
  readonly #pools: Pools;
  readonly #intake = new Intake();

  constructor(options: SenderOptions) {
    const { timeoutMs = 10_000, maxResponseBytes = 16 * 1024, clock = systemClock } = options;
    const { mostOrigins = 1_000, connectionsPerOrigin = 64 } = options;
    const newConnections = new NewConnections();
    const deadlines = new Deadlines(clock, timeoutMs);
    this.#terms = { timeoutMs, maxBytes: maxResponseBytes, deadlines, newConnections };
    this.headers = ownHeaders(options.userAgent);
    this.#ownHeaders = Object.entries(this.headers).flat();
    // Or every connection would read all the authorities once more.
    const secureContext = createSecureContext(options.ca === undefined ? {} : { ca: options.ca });
    const open = (origin: string): Pool => {
      const connect = newConnections.timed(connectorTo(new URL(origin), secureContext, options));
      return new Pool(() => clientOf(origin, connect), connectionsPerOrigin);
    };
    this.#pools = new Pools({ open, clock, most: mostOrigins });
  }

  send({ url, headers, body }: OutgoingRequest): Promise<Outcome> {
    return this.#intake.take(url, ({ origin, path }, settled) => {
      const request = { method: 'POST', path, headers: this.#headersWith(headers), body, blocking: false } as const;
      this.#pools.of(origin).send(new Exchange(this.#terms, request, settled));
    });
  }

  /** Names and values in turns, as undici takes them with the least work. */
  #headersWith(headers: Readonly<Record<string, string>>): string[] {
    const all = this.#ownHeaders.slice();
    for (const name of Object.keys(headers)) {
      if (Object.hasOwn(this.headers, name)) all.splice(all.indexOf(name), 2);
      all.push(name, headers[name] as string);
    }
    return all;
  }

  async close(): Promise<void> {
    this.#intake.close();
    await this.#intake.drained();
    await this.destroy();
  }

  async destroy(): Promise<void> {
    this.#intake.close();
    await this.#pools.destroy();
    this.#terms.deadlines.close();
  }
}

export function connectorTo(
  origin: URL,
  secureContext: SecureContext,
  options: Pick<SenderOptions, 'guard' | 'verifyTls' | 'connectTimeoutMs'>,
): Connector {
  const { guard, verifyTls = true, connectTimeoutMs = 3_000 } = options;
  return guard.connector(origin, {
    timeout: connectTimeoutMs,
    allowH2: false,
    rejectUnauthorized: verifyTls,
    secureContext,
  });
}

function clientOf(origin: string, connect: buildConnector.connector): Client {
  return new Client(origin, {
    connect,
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
