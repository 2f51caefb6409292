import type { RawData, WebSocket } from 'ws';
import { closings, type Closing } from './closing.ts';
import { parseFrame, type Frame } from './frames.ts';

/** Bytes that may wait for a client which reads more slowly than it makes us answer. */
const MOST_WAITING = 1_048_576;

/** A web socket that speaks in frames of JSON. */
export class Wire {
  /** Aborts when the connection is gone. */
  readonly gone: AbortSignal;
  readonly #ws: WebSocket;
  #sent = 0;
  #heard = true;

  constructor(ws: WebSocket, hear: (frame: Frame) => void) {
    const gone = new AbortController();
    this.gone = gone.signal;
    this.#ws = ws;
    ws.on('message', (data, isBinary) => {
      this.#heard = true;
      const frame = isBinary ? undefined : parseFrame(textOf(data));
      if (frame) hear(frame);
      else this.close(closings.unreadable);
    });
    ws.on('pong', () => (this.#heard = true));
    ws.once('close', () => gone.abort());
  }

  /** Numbers the frame, and settles when the socket has taken it or is gone. */
  async send(frame: object): Promise<void> {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if (this.#ws.bufferedAmount > MOST_WAITING) return this.#ws.terminate();
    this.#sent += 1;
    const text = JSON.stringify({ ...frame, sequenceNumber: this.#sent });
    await new Promise<void>((resolve) => this.#ws.send(text, () => resolve()));
  }

  /** Asks for a sign of life. Ends the connection when there was none since it last asked. */
  probe(): void {
    if (!this.#heard) return this.#ws.terminate();
    this.#heard = false;
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
  }

  close({ code, reason }: Closing): void {
    this.#ws.close(code, reason);
  }
}

function textOf(data: RawData): string {
  return Buffer.isBuffer(data) ? data.toString() : Buffer.concat([data].flat() as Buffer[]).toString();
}
