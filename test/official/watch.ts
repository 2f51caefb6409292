import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Judge } from './judge.ts';

export interface Seen {
  exchanges: number;
  /** Operations that were met with success. */
  met: string[];
  /** Positions in `deviations`. */
  needed: number[];
  objections: string[];
}

/** Watches the HTTP servers of this process: each request to Hearth, and its answer, is put before the judge. */
export class Watch implements Disposable {
  readonly #judge: Judge;
  #exchanges = 0;
  readonly #met = new Set<string>();
  readonly #needed = new Set<number>();
  readonly #objections = new Set<string>();
  /** For requests that are meant to be wrong. */
  answersOnly = false;

  constructor(judge: Judge) {
    this.#judge = judge;
    subscribe(channel, this.#onRequest);
  }

  /** What has been seen since the last call. */
  take(): Seen {
    const seen = {
      exchanges: this.#exchanges,
      met: [...this.#met],
      needed: [...this.#needed],
      objections: [...this.#objections],
    };
    this.#exchanges = 0;
    for (const kept of [this.#met, this.#needed, this.#objections]) kept.clear();
    return seen;
  }

  [Symbol.dispose](): void {
    unsubscribe(channel, this.#onRequest);
  }

  readonly #onRequest = (message: unknown): void => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const { method = '', url = '' } = request;
    const operation = this.#judge.find(method, url);
    if (!operation) return;
    const { 'content-type': type = '' } = request.headers;
    // Uploads are not kept: they are large, and not JSON.
    const received = type.startsWith('multipart/') ? [] : tap(request, 'push');
    const sent = [tap(response, 'write'), tap(response, 'end')];
    const isHearth = tellsTrackingId(response);
    response.once('finish', () => {
      if (!isHearth()) return;
      const { needed, objections } = this.#judge.judge(operation, this.answersOnly ? 'answers' : 'both', {
        url,
        type,
        body: Buffer.concat(received).toString('utf8'),
        status: response.statusCode,
        answer: Buffer.concat(sent.flat()).toString('utf8'),
      });
      this.#exchanges += 1;
      if (response.statusCode < 300) this.#met.add(operation.name);
      for (const at of needed) this.#needed.add(at);
      for (const objection of objections) this.#objections.add(objection);
    });
  };
}

const channel = 'http.server.request.start';

/** Whether an answer has turned out to be Hearth's: receivers and other stand-ins have no tracking id. */
function tellsTrackingId(response: ServerResponse): () => boolean {
  // Headers that go out with `writeHead` are not to be had from the response afterwards.
  const writeHead = Reflect.get(response, 'writeHead') as (...args: unknown[]) => ServerResponse;
  let told = false;
  response.writeHead = function writeHeadAndLook(this: ServerResponse, ...args: unknown[]) {
    told = args.some((arg) => typeof arg === 'object' && arg !== null && 'trackingid' in arg);
    return Reflect.apply(writeHead, this, args);
  };
  return () => told || response.hasHeader('trackingid');
}

/** Keeps the chunks that go through a method of a stream. */
function tap<Name extends string>(stream: Record<Name, (...args: never[]) => unknown>, name: Name): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const original = stream[name];
  function keepAndPassOn(this: unknown, ...args: unknown[]): unknown {
    const [chunk] = args;
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk));
    if (chunk instanceof Uint8Array) chunks.push(chunk);
    return Reflect.apply(original, this, args);
  }
  Object.assign(stream, { [name]: keepAndPassOn });
  return chunks;
}
