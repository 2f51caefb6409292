import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const DRIP_MS = 1_000;

/** Receivers that take a request in and send a byte of a header every second, without an end. */
export class SlowDrip {
  readonly #servers: Server[] = [];
  readonly #answering = new Set<Socket>();
  readonly #dripping = setInterval(() => {
    for (const socket of this.#answering) socket.write('x');
  }, DRIP_MS);
  #requests = 0;
  onRequest: () => void = () => {};

  /** That were ever made. */
  get requests(): number {
    return this.#requests;
  }

  /** So many receivers, each on a port of its own; their URLs. */
  async listen(count: number): Promise<string[]> {
    const urls: string[] = [];
    for (let at = 0; at < count; at++) {
      const server = createServer((socket) => this.#serve(socket)).listen(0, '127.0.0.1');
      await once(server, 'listening');
      this.#servers.push(server);
      urls.push(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`);
    }
    return urls;
  }

  close(): void {
    clearInterval(this.#dripping);
    for (const socket of this.#answering) socket.destroy();
    for (const server of this.#servers) server.close();
  }

  #serve(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#answering.delete(socket));
    socket.once('data', () => {
      this.#requests += 1;
      socket.write('HTTP/1.1 200 OK\r\nx-slow: ');
      this.#answering.add(socket);
      this.onRequest();
    });
    socket.resume();
  }
}
