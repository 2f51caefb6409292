import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Notice } from '../../src/contract/index.ts';

/** One request as the receiver saw it, and in which life of the server. */
interface Arrival {
  life: number;
  webhookId: string;
  messageId: string;
  deliveryId: string;
  status: number;
  /** This attempt was on record when the life began. */
  wasRecorded: boolean;
}

/** A receiver that outlives the server it is called by, and remembers every request. */
export class Arrivals implements AsyncDisposable {
  readonly all: Arrival[] = [];
  readonly #server: Server;
  #life = 0;
  #recorded: ReadonlySet<string> = new Set();
  #listeningAt: number | undefined;
  readonly #firstAfterMs: number[] = [];

  static async start(): Promise<Arrivals> {
    const arrivals = new Arrivals();
    arrivals.#server.listen(0, '127.0.0.1');
    await once(arrivals.#server, 'listening');
    return arrivals;
  }

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { id, data } = JSON.parse(Buffer.concat(chunks).toString()) as Notice;
        const deliveryId = String(request.headers['x-hearth-delivery-id']);
        const attempt = String(request.headers['x-hearth-attempt']);
        // Some fail, so that there are retries.
        const status = attempt === '1' && Math.random() < 0.05 ? 503 : 200;
        const wasRecorded = this.#recorded.has(`${deliveryId} ${attempt}`);
        this.all.push({ life: this.#life, webhookId: id, messageId: data.id, deliveryId, status, wasRecorded });
        this.#notePromptness();
        // Some answers take a while, so that kills find requests in flight.
        setTimeout(() => response.writeHead(status).end(), Math.random() * 10);
      });
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The server has ended; `recorded` are the attempts that it left on record, `delivery-id number`. */
  newLife(recorded: ReadonlySet<string>): void {
    this.#life += 1;
    this.#recorded = recorded;
    this.#listeningAt = undefined;
  }

  /** The present life accepts connections. */
  listening(): void {
    this.#listeningAt = Date.now();
  }

  /** What had succeeded before as far as the receiver knows, and came again. */
  get repetitions(): Arrival[] {
    const done = new Set<string>();
    return this.all.filter(({ deliveryId, status }) => {
      if (done.has(deliveryId)) return true;
      if (status === 200) done.add(deliveryId);
      return false;
    });
  }

  /** How soon the first request came after the server listened, in words; it may come before. */
  get restarts(): string {
    const sorted = this.#firstAfterMs.toSorted((a, b) => a - b);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    return `${median} ms in the median, ${sorted.at(-1) ?? 0} ms at the most`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #notePromptness(): void {
    if (this.#listeningAt === undefined) return;
    this.#firstAfterMs.push(Date.now() - this.#listeningAt);
    this.#listeningAt = undefined;
  }
}
