import { createSecureContext, type SecureContext } from 'node:tls';
import { parse } from 'content-disposition';
import { Client, type Dispatcher } from 'undici';
import { systemClock, type Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { nameInUrl, type FetchFile } from '../../files/index.ts';
import { readTarget, type AddressGuard } from '../guard/index.ts';
import { connectorTo } from '../sender/index.ts';
import { answered, encoded, failed, redirectedTooOften, tooLarge, tooLate, unfit } from './refusals.ts';

export interface DownloaderOptions {
  /** Vets every connection, those of redirects too (FILE-7). */
  guard: AddressGuard;
  /** What to call in place of a URL. */
  rewrite: (url: string) => string;
  userAgent: string;
  /** Bytes of a file. */
  limit: number;
  /** For all of it: connections, redirects and the content. */
  timeoutMs: number;
  connectTimeoutMs: number;
  /** PEM; in place of the system's certificate authorities. */
  ca?: string | undefined;
  verifyTls?: boolean;
  clock?: Clock;
}

/** Enough for a link that leads over a sign-in or two to the host of the files. */
const MOST_REDIRECTS = 3;
const MAX_HEADER_BYTES = 16 * 1024;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** One download, from its first request until its content has been taken. */
interface Download {
  signal: AbortSignal;
  /** Everybody that was asked on the way. */
  clients: Client[];
}

/**
 * Gets files that people name by URL. A redirect is followed, to any address that the guard permits and never from https to
 * http; no token, cookie or user name goes along. What is refused is refused with an `ApiError` that tells no address.
 */
export class Downloader {
  readonly #options: DownloaderOptions;
  readonly #clock: Clock;
  readonly #underWay = new Set<AbortController>();
  #secureContext: SecureContext | undefined;

  constructor(options: DownloaderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Content that is not taken to its end is broken off. */
  readonly fetch: FetchFile = async (url, take) => {
    const stop = new AbortController();
    const clients: Client[] = [];
    const timer = this.#clock.setTimer(this.#options.timeoutMs, () => stop.abort());
    this.#underWay.add(stop);
    try {
      const { headers, body } = await this.#ask(url, { signal: stop.signal, clients });
      const content = this.#contentOf(body, stop.signal);
      return await take({ content, name: nameIn(headers) ?? nameInUrl(url), type: textOf(headers['content-type']) });
    } finally {
      timer.cancel();
      this.#underWay.delete(stop);
      await Promise.all(clients.map((client) => client.destroy()));
    }
  };

  /** Breaks off what is under way. */
  close(): void {
    for (const stop of this.#underWay) stop.abort();
  }

  async #ask(url: string, download: Download): Promise<Dispatcher.ResponseData> {
    let target = targetOf(url);
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const response = await this.#request(target, download);
      const { statusCode: status, headers } = response;
      const location = REDIRECTS.has(status) ? textOf(headers['location']) : undefined;
      if (location === undefined) {
        this.#mustFit(response);
        return response;
      }
      response.body.on('error', () => {}).destroy();
      target = redirected(target, location);
    }
    throw redirectedTooOften(MOST_REDIRECTS);
  }

  async #request(named: URL, { signal, clients }: Download): Promise<Dispatcher.ResponseData> {
    const { ca, userAgent, rewrite } = this.#options;
    const target = new URL(rewrite(named.href));
    this.#secureContext ??= createSecureContext(ca === undefined ? {} : { ca });
    const connect = connectorTo(target, this.#secureContext, this.#options);
    const client = new Client(target.origin, {
      connect: (options, callback) => void connect(options, callback),
      allowH2: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      // The deadline of the download covers these.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    clients.push(client);
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': userAgent };
    try {
      return await client.request({ method: 'GET', path: target.pathname + target.search, headers, signal });
    } catch (error) {
      throw this.#refusal(error, signal);
    }
  }

  /** As far as the head tells. */
  #mustFit({ statusCode: status, headers }: Dispatcher.ResponseData): void {
    if (status !== 200) throw answered(status);
    const encoding = textOf(headers['content-encoding'])?.trim().toLowerCase() ?? '';
    if (encoding !== '' && encoding !== 'identity') throw encoded();
    if (Number(textOf(headers['content-length'])) > this.#options.limit) throw tooLarge(this.#options.limit);
  }

  async *#contentOf(body: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > this.#options.limit) throw tooLarge(this.#options.limit);
        yield chunk;
      }
    } catch (error) {
      throw this.#refusal(error, signal);
    }
  }

  #refusal(error: unknown, signal: AbortSignal): ApiError {
    if (error instanceof ApiError) return error;
    return signal.aborted ? tooLate(this.#options.timeoutMs) : failed(error);
  }
}

function targetOf(url: string): URL {
  const target = readTarget(url);
  if (typeof target === 'string') throw unfit(target);
  return target;
}

function redirected(from: URL, location: string): URL {
  const to = URL.parse(location, from.href);
  if (to === null) throw unfit('It redirects to what is no URL.');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw unfit('It redirects from https to http.');
  return targetOf(to.href);
}

/** FILE-6 */
function nameIn(headers: Dispatcher.ResponseData['headers']): string | undefined {
  const given = textOf(headers['content-disposition']);
  const name = given === undefined ? undefined : parse(given).parameters['filename'];
  return name === '' ? undefined : name;
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
