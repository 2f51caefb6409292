import { WebSocket, type ClientOptions } from 'ws';
import { tokenOf, type Name, type TestServer } from '../support/server.ts';

/** A device as the server answers it. */
export interface Device {
  url: string;
  webSocketUrl: string;
  [key: string]: unknown;
}

/** The UUID in a public id. */
export function uuidOf(id: string): string {
  return Buffer.from(id, 'base64url').toString().split('/').at(-1) ?? '';
}

export const devicesPath = '/wdm/api/v1/devices';

export function register(server: TestServer, name: Name, body: object = {}): Promise<Device> {
  return server.as(name).ok<Device>('POST', devicesPath, body);
}

export interface Frame {
  id: string;
  type?: string;
  sequenceNumber: number;
  data: { eventType: string; activity: Activity; from?: number; to?: number };
}

export interface Activity {
  id: string;
  verb: string;
  url: string;
  published: string;
  actor: Record<string, string>;
  object: Record<string, unknown>;
  target: { id: string; url: string; tags: string[] };
  parent?: { id: string; type: string };
}

interface Manner extends ClientOptions {
  /** False: keeps what it was told to itself. */
  acknowledges?: boolean;
  /** Shown in the first frame; none: says nothing. */
  token?: string | undefined;
}

/** A client of the socket that speaks its protocol by itself, in whatever manner. */
export class SocketClient {
  readonly frames: Frame[] = [];
  /** How the server closed it. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #ws: WebSocket;
  #seen = 0;
  #over = false;
  #wake: () => void = () => {};

  /** Says who it is, and waits until it is let in, or is not. */
  static async open(url: string, name: Name, manner: Manner = {}): Promise<SocketClient> {
    const client = new SocketClient(url, { token: tokenOf(name), ...manner });
    await client.until(() => client.#over || client.frames.length > 0);
    return client;
  }

  /** Waits for nothing. */
  constructor(url: string, { acknowledges = true, token, ...options }: Manner = {}) {
    this.#ws = new WebSocket(url, options);
    this.#ws.on('open', () => {
      if (token !== undefined) this.say({ id: 'first', type: 'authorization', data: { token: `Bearer ${token}` } });
      this.#wake();
    });
    this.#ws.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as Frame;
      this.frames.push(frame);
      if (acknowledges) this.acknowledge(frame);
      this.#wake();
    });
    this.#ws.on('error', () => {});
    this.closed = new Promise((resolve) =>
      this.#ws.on('close', (code, reason) => {
        this.#over = true;
        resolve({ code, reason: reason.toString() });
        this.#wake();
      }),
    );
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  say(frame: object | string): void {
    this.#ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  sayBinary(bytes: Uint8Array): void {
    this.#ws.send(bytes);
  }

  acknowledge({ id }: Frame): void {
    this.say({ messageId: id, type: 'ack' });
  }

  /** What it was told of, without the frames that only keep the conversation going. */
  get told(): Frame[] {
    return this.frames.filter(({ data }) => (data as Frame['data'] | undefined)?.eventType === 'conversation.activity');
  }

  /** The next events that no earlier call has answered. */
  async take(count: number): Promise<Frame[]> {
    await this.until(() => this.told.length >= this.#seen + count);
    this.#seen += count;
    return this.told.slice(this.#seen - count, this.#seen);
  }

  async next(): Promise<Activity> {
    const [frame] = await this.take(1);
    if (!frame) throw new Error('take(1) gave nothing');
    return frame.data.activity;
  }

  /** Resolves when a ping has come back: what was said before has arrived. */
  async settled(): Promise<void> {
    const id = `ping ${Math.random()}`;
    this.say({ type: 'ping', id });
    await this.until(() => this.frames.some((frame) => frame.type === 'pong' && frame.id === id));
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#over) throw new Error(`The socket has ended: ${JSON.stringify(await this.closed)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Takes nothing in any more. */
  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  close(): void {
    this.#ws.close();
  }

  /** As if the network had gone. */
  cut(): void {
    this.#ws.terminate();
  }
}
