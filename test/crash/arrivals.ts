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
  readonly #recorded = new Set<string>();
  #listeningAt: number | undefined;
  readonly #firstAfterMs: number[] = [];

  static async start(): Promise<Arrivals> {
    const arrivals = new Arrivals();
    arrivals.#server.listen(0, '127.0.0.1');
    await once(arrivals.#server, 'listening');
    return arrivals;
  }

  private constructor() {
    // By connection: what was sent before the end may be read after it.
    const lives = new WeakMap<object, number>();
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
        const life = lives.get(request.socket) ?? this.#life;
        this.all.push({ life, webhookId: id, messageId: data.id, deliveryId, status, wasRecorded });
        this.#notePromptness();
        // Some answers take a while, so that kills find requests in flight.
        setTimeout(() => response.writeHead(status).end(), Math.random() * 10);
      });
    });
    this.#server.on('connection', (socket) => lives.set(socket, this.#life));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  /** The server has ended; `recorded` are the attempts that it put on record, `delivery-id number`. */
  newLife(recorded: readonly string[]): void {
    this.#life += 1;
    for (const attempt of recorded) this.#recorded.add(attempt);
    this.#listeningAt = undefined;
  }

  /** The present life accepts connections. */
  listening(): void {
    this.#listeningAt = Date.now();
  }

  /**
   * Arrivals that had succeeded as far as the receiver knows, and whose delivery came again. It was in flight, or answered
   * and not recorded, when the server of that life died; the life after may have died before it was its turn.
   */
  get repeated(): Arrival[] {
    const last = new Map<string, Arrival>();
    return this.all.flatMap((arrival) => {
      const before = last.get(arrival.deliveryId);
      if (before ?? arrival.status === 200) last.set(arrival.deliveryId, arrival);
      return before ? [before] : [];
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
