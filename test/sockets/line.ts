import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * What lies between a client and the server: an address that stays when the server is started anew, and web sockets that can
 * be cut while other requests go on.
 */
export class SocketLine implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #all = new Set<Socket>();
  readonly #webSockets = new Set<Socket>();
  #cuts = 0;

  static async open(target: () => string): Promise<SocketLine> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SocketLine(server, target);
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

  /** Web sockets that were cut. */
  get cuts(): number {
    return this.#cuts;
  }

  cutSockets(): void {
    for (const socket of this.#webSockets) {
      this.#cuts += 1;
      socket.destroy();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#all) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
