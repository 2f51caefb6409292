import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notice } from '../../src/contract/index.ts';

/** One request that reached the receiver. */
export interface Received {
  headers: IncomingHttpHeaders;
  /** As it came over the wire. */
  body: string;
  notice: Notice;
}

type Answer = number | ((response: ServerResponse, received: Received) => void);

/** A real HTTP server in the place of somebody's bot: keeps what it got, answers as it is told. */
export class Receiver implements AsyncDisposable {
  readonly url: string;
  readonly received: Received[] = [];
  /** A status, or what to do with the response. */
  answer: Answer = 200;
  readonly #close: () => Promise<void>;
  #waiting: (() => void)[] = [];
  #seen = 0;

  static async start(): Promise<Receiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const receiver = new Receiver(`http://127.0.0.1:${port}/hook`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        receiver.#take({ headers: request.headers, body, notice: JSON.parse(body) as Notice }, response);
      });
    });
    return receiver;
  }

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  /** The next request that no earlier call has answered, waited for when it has not come yet. */
  async next(): Promise<Received> {
    const [received] = await this.take(1);
    if (!received) throw new Error('take(1) gave nothing');
    return received;
  }

  /** The next `count` requests, in the order of arrival. */
  async take(count: number): Promise<Received[]> {
    while (this.received.length < this.#seen + count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#seen += count;
    return this.received.slice(this.#seen - count, this.#seen);
  }

  /** Requests that nobody has asked for yet. */
  get unseen(): Received[] {
    return this.received.slice(this.#seen);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }

  #take(received: Received, response: ServerResponse): void {
    this.received.push(received);
    if (typeof this.answer === 'number') response.writeHead(this.answer).end();
    else this.answer(response, received);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
