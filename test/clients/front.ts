import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** Stands in front of a server: refuses as it is told to, and passes on the rest. */
export class Front {
  readonly url: string;
  /** With which status each request was answered. */
  readonly answered: number[] = [];
  #answeredOne = (): void => {};

  /** `refusals`: for the first requests, one each. */
  static async start(behind: string, refusals: readonly Refusal[]): Promise<Front> {
    const left = [...refusals];
    const server = createServer((incoming, outgoing) => {
      const refusal = left.shift();
      outgoing.once('finish', () => {
        front.answered.push(outgoing.statusCode);
        front.#answeredOne();
      });
      if (refusal) outgoing.writeHead(refusal.status, refusal.headers).end();
      else passOn(behind, incoming, outgoing);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const front = new Front(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return front;
  }

  /** Resolves when so many have been answered. */
  async until(count: number): Promise<void> {
    while (this.answered.length < count) await new Promise<void>((resolve) => (this.#answeredOne = resolve));
  }

  private constructor(url: string) {
    this.url = url;
  }
}

export interface Refusal {
  status: number;
  headers?: Record<string, string>;
}

/** The same request to another server, and its answer back. */
export function passOn(behind: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, headers, url } = incoming;
  const forwarded = request(new URL(url ?? '/', behind), { method, headers, agent: false }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  incoming.pipe(forwarded);
}
