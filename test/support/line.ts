import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What lies between a client and the server: an address that stays, and connections that can be cut. */
export class Line implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #all = new Set<Socket>();
  readonly #webSockets = new Set<Socket>();
  #cuts = 0;

  static async open(target: () => string): Promise<Line> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(server, target);
  }

  private constructor(server: Server, target: () => string) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('connection', (near) => {
      const far = connect(Number(new URL(target()).port), '127.0.0.1');
      // Nothing but the head of its first request tells what a connection is for.
      near.once('data', (head: Buffer) => {
        if (/^upgrade: websocket/im.test(head.toString())) this.#webSockets.add(near);
      });
      near.pipe(far).pipe(near);
      this.#all.add(near);
      for (const socket of [near, far]) {
        socket
          .on('error', () => {})
          .once('close', () => {
            this.#all.delete(near);
            this.#webSockets.delete(near);
            near.destroy();
            far.destroy();
          });
      }
    });
  }

  /** Web sockets that were cut on purpose. */
  get webSocketsCut(): number {
    return this.#cuts;
  }

  cut(): void {
    for (const socket of this.#all) socket.destroy();
  }

  /** Leaves other requests alone. */
  cutWebSockets(): void {
    this.#cuts += this.#webSockets.size;
    for (const socket of this.#webSockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
