import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  body: string;
}

/**
 * One kept-alive HTTP/1.1 connection that has one request under way at a time. It knows just enough of HTTP for answers
 * with a Content-Length, so that the load costs a small part of the server under load.
 */
export class Connection {
  readonly #socket: Socket;
  #pending = '';
  #resolve: (answer: Answer) => void = () => {};
  #reject: (error: Error) => void = () => {};

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    // One character for each byte, so that lengths agree; what is read of an answer is ASCII.
    socket.setEncoding('latin1').on('data', (text: string) => this.#take(text));
    socket.on('error', (error) => this.#reject(error));
    socket.on('close', () => this.#reject(new Error('The server closed the connection.')));
  }

  post(request: Buffer): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      if (this.#socket.destroyed) return reject(new Error('The server has closed the connection.'));
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    this.#pending += text;
    const headEnd = this.#pending.indexOf('\r\n\r\n');
    if (headEnd === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#pending)?.[1] ?? 0);
    if (this.#pending.length < headEnd + 4 + length) return;
    const answer = { status: Number(this.#pending.slice(9, 12)), body: this.#pending.slice(headEnd + 4) };
    this.#pending = '';
    this.#resolve(answer);
  }
}

/** A POST of JSON as bytes, made once and sent often. */
export function postRequest(url: URL, headers: Record<string, string>, body: string): Buffer {
  const all = {
    host: url.host,
    connection: 'keep-alive',
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
