import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../core/clock.ts';
import { failureOf, noAnswer, type Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';

type IncomingHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Tells undici to drop a request or the rest of a response; nobody sees it. */
const enough = new Error('The outcome is known already.');
const NOTHING = Buffer.alloc(0);

export interface ExchangeOptions {
  clock: Clock;
  timeoutMs: number;
  /** How much of the response body is kept; the stream is cut there. */
  maxBytes: number;
  settle: (outcome: Outcome) => void;
}

/** One request and what comes back, from undici's callbacks to an outcome. Settles once, at its deadline at the latest. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #startedAt: number;
  readonly #deadline: Timer;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: IncomingHeaders = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #settled = false;

  constructor(options: ExchangeOptions) {
    const { clock, timeoutMs } = options;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#deadline = clock.setTimer(timeoutMs, () => this.#expire());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It expired while it waited for a connection. Throwing drops it and leaves the connection to the next; abort()
    // would close the connection.
    if (this.#settled) throw enough;
    this.#controller = controller;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHeaders): void {
    // 103 Early Hints and the like announce the answer, they are not it.
    if (status < 200) return;
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#options.maxBytes - this.#size;
    this.#chunks.push(chunk.subarray(0, room));
    this.#size += Math.min(chunk.length, room);
    if (chunk.length <= room) return;
    this.#answer(true);
    controller.abort(enough);
  }

  onResponseEnd(): void {
    this.#answer(false);
  }

  onResponseError(_: unknown, error: Error): void {
    if (this.#status === 0) this.#fail(failureOf(error));
    else this.#answer(true);
  }

  #expire(): void {
    if (this.#status === 0) this.#fail(noAnswer(this.#controller !== undefined, this.#options.timeoutMs));
    else this.#answer(true);
    this.#controller?.abort(enough);
  }

  #answer(truncated: boolean): void {
    this.#settle({
      kind: 'response',
      status: this.#status,
      headers: joined(this.#headers),
      // Copied, for a chunk is a view of all that was read from the socket.
      body: this.#size === 0 ? NOTHING : Buffer.concat(this.#chunks, this.#size),
      truncated,
      durationMs: this.#duration(),
    });
  }

  #fail({ reason, message }: Failure): void {
    this.#settle({ kind: 'error', reason, message, durationMs: this.#duration() });
  }

  /** What comes after the first outcome, such as the error of our own abort, changes nothing. */
  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadline.cancel();
    this.#options.settle(outcome);
  }

  /** By the wall clock, which may be set back meanwhile. */
  #duration(): number {
    return Math.max(0, this.#options.clock.now() - this.#startedAt);
  }
}

function joined(headers: IncomingHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers)) {
    result[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return result;
}
