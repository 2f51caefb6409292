import type { Client } from 'undici';
import type { Exchange } from './exchange.ts';

/** A connection, or what will be one again at its next request. */
interface Connection {
  client: Client;
  release: () => void;
}

/**
 * The connections to one origin, each for one request at a time; what finds none free waits for its turn. undici's own
 * pool costs a tenth of a request more: it searches its connections one after the other, and wraps what waits.
 */
export class Pool {
  readonly #open: () => Client;
  readonly #most: number;
  readonly #connections: Connection[] = [];
  /** The one used last is the next, so that those beyond need become idle and close. */
  readonly #free: Connection[] = [];
  readonly #waiting: Exchange[] = [];

  constructor(open: () => Client, most: number) {
    this.#open = open;
    this.#most = most;
  }

  get isIdle(): boolean {
    return this.#free.length === this.#connections.length;
  }

  send(exchange: Exchange): void {
    const connection = this.#free.pop() ?? this.#another();
    if (connection) exchange.begin(connection.client, connection.release);
    else this.#waiting.push(exchange);
  }

  /** Breaks off the requests under way. */
  async destroy(): Promise<void> {
    for (const exchange of this.#waiting.splice(0)) exchange.stop();
    await Promise.all(this.#connections.map(({ client }) => client.destroy()));
  }

  #another(): Connection | undefined {
    if (this.#connections.length >= this.#most) return undefined;
    const connection: Connection = { client: this.#open(), release: () => this.#release(connection) };
    this.#connections.push(connection);
    return connection;
  }

  #release(connection: Connection): void {
    let next = this.#waiting.shift();
    // Some have reached their deadline here.
    while (next?.isOver) next = this.#waiting.shift();
    if (next) next.begin(connection.client, connection.release);
    else this.#free.push(connection);
  }
}
