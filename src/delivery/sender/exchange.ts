import type { Dispatcher } from 'undici';
import type { Clock, Timer } from '../../core/clock.ts';
import { between, type ConnectPhases, type NewConnections } from './connecting.ts';
import { failureOf, malformed, noAnswer, type Failure } from './failure.ts';
import type { Outcome, Timings } from './outcome.ts';

type IncomingHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Tells undici to drop a request or the rest of a response; nobody sees it. */
const enough = new Error('The outcome is known already.');
const NOTHING = Buffer.alloc(0);

export interface ExchangeOptions {
  clock: Clock;
  timeoutMs: number;
  /** How much of the response body is kept; the stream is cut there. */
  maxBytes: number;
  newConnections: NewConnections;
  settle: (outcome: Outcome) => void;
}

/** One request and what comes back, from undici's callbacks to an outcome. Settles once, at its deadline at the latest. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #options: ExchangeOptions;
  readonly #deadline: Timer;
  #controller: Dispatcher.DispatchController | undefined;
  // These moments are of the monotonic clock, in ms.
  readonly #startedAt = performance.now();
  #sentAt = 0;
  #firstByteAt: number | undefined;
  #connectPhases: ConnectPhases | undefined;
  #status = 0;
  #headers: IncomingHeaders = {};
  readonly #chunks: Buffer[] = [];
  #size = 0;
  #settled = false;

  constructor(options: ExchangeOptions) {
    const { clock, timeoutMs } = options;
    this.#options = options;
    this.#deadline = clock.setTimer(timeoutMs, () => this.#expire());
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It expired while it waited for a connection. Throwing drops it and leaves the connection to the next; abort()
    // would close the connection.
    if (this.#settled) throw enough;
    this.#controller = controller;
    this.#connectPhases = this.#options.newConnections.take();
  }

  onRequestSent(): void {
    this.#sentAt = performance.now();
  }

  /** An announcement has a first byte as well; that of the answer counts. */
  onResponseStarted(): void {
    this.#firstByteAt = performance.now();
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: IncomingHeaders): void {
    // 103 Early Hints and the like announce the answer, they are not it.
    if (status < 200) return;
    if (status > 599) {
      this.#fail(malformed);
      return controller.abort(enough);
    }
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
    if (this.#settled) return;
    if (!this.#controller) this.#connectPhases = this.#options.newConnections.take();
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
      timings: this.#timings(),
    });
  }

  #fail({ reason, message }: Failure): void {
    this.#settle({ kind: 'error', reason, message, timings: this.#timings() });
  }

  /** What comes after the first outcome, such as the error of our own abort, changes nothing. */
  #settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#deadline.cancel();
    this.#options.settle(outcome);
  }

  #timings(): Timings {
    const timings = { ...this.#connectPhases } as Timings;
    if (this.#firstByteAt !== undefined) timings.firstByteMs = between(this.#sentAt, this.#firstByteAt);
    timings.totalMs = between(this.#startedAt, performance.now());
    return timings;
  }
}

function joined(headers: IncomingHeaders): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [name, value = ''] of Object.entries(headers)) {
    result[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return result;
}
