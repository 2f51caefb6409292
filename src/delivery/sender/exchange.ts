import type { Dispatcher } from 'undici';
import { between, type ConnectPhases, type NewConnections } from './connecting.ts';
import type { Deadlines, Group } from './deadlines.ts';
import { failureOf, malformed, noAnswer, stopped, type Failure } from './failure.ts';
import type { Outcome, Timings } from './outcome.ts';

type IncomingHeaders = Parameters<NonNullable<Dispatcher.DispatchHandler['onResponseStart']>>[2];

/** Tells undici to drop a request or the rest of a response; nobody sees it. */
const enough = new Error('The outcome is known already.');
const NOTHING = Buffer.alloc(0);
const NO_HEADERS: IncomingHeaders = {};

/** What is the same for all exchanges of a sender. */
export interface ExchangeTerms {
  timeoutMs: number;
  /** How much of the response body is kept; the stream is cut there. */
  maxBytes: number;
  deadlines: Deadlines;
  newConnections: NewConnections;
}

/** One request and what comes back, from undici's callbacks to an outcome. Settles once, at its deadline at the latest. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #terms: ExchangeTerms;
  readonly #request: Dispatcher.DispatchOptions;
  readonly #settled: (outcome: Outcome) => void;
  readonly #deadline: Group;
  #released: () => void = () => {};
  #controller: Dispatcher.DispatchController | undefined;
  // These moments are of the monotonic clock, in ms.
  readonly #startedAt = performance.now();
  #sentAt = 0;
  #firstByteAt = 0;
  #connectPhases: ConnectPhases | undefined;
  #status = 0;
  #headers: IncomingHeaders = NO_HEADERS;
  /** Its first `#size` bytes. */
  #body: Buffer = NOTHING;
  #size = 0;
  #over = false;

  constructor(terms: ExchangeTerms, request: Dispatcher.DispatchOptions, settled: (outcome: Outcome) => void) {
    this.#terms = terms;
    this.#request = request;
    this.#settled = settled;
    this.#deadline = terms.deadlines.join(this, this.#startedAt);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /**
   * `released` is called a turn of the event loop after the dispatcher has done with it: some servers close a connection
   * that they said they would keep, and an undici client is not ready for a request while it reports an error.
   */
  begin(dispatcher: Dispatcher, released: () => void): void {
    this.#released = released;
    dispatcher.dispatch(this.#request, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // It expired while it waited for a connection. Throwing drops it and leaves the connection to the next; abort()
    // would close the connection.
    if (this.#over) throw enough;
    this.#controller = controller;
    this.#connectPhases = this.#terms.newConnections.take();
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
    const room = this.#terms.maxBytes - this.#size;
    if (chunk.length <= room) return this.#keep(chunk);
    this.#keep(chunk.subarray(0, room));
    this.#answer(true);
    controller.abort(enough);
  }

  onResponseEnd(): void {
    this.#answer(false);
    setImmediate(this.#released);
  }

  onResponseError(_: unknown, error: Error): void {
    setImmediate(this.#released);
    if (this.#over) return;
    if (!this.#controller) this.#connectPhases = this.#terms.newConnections.take();
    if (this.#status === 0) this.#fail(failureOf(error));
    else this.#answer(true);
  }

  expire(): void {
    if (this.#status === 0) this.#fail(noAnswer(this.#controller !== undefined, this.#terms.timeoutMs));
    else this.#answer(true);
    this.#controller?.abort(enough);
  }

  stop(): void {
    this.#fail(stopped);
  }

  #answer(truncated: boolean): void {
    this.#settle({
      kind: 'response',
      status: this.#status,
      headers: joined(this.#headers),
      body: this.#body.length === this.#size ? this.#body : this.#body.subarray(0, this.#size),
      truncated,
      timings: this.#timings(),
    });
  }

  #fail({ reason, message }: Failure): void {
    this.#settle({ kind: 'error', reason, message, timings: this.#timings() });
  }

  /** What comes after the first outcome, such as the error of our own abort, changes nothing. */
  #settle(outcome: Outcome): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline.leave(this);
    this.#settled(outcome);
  }

  #keep(chunk: Buffer): void {
    const size = this.#size + chunk.length;
    if (this.#size === 0) {
      // A chunk is a view of all that was read from the socket, which may be much more than is to be kept.
      this.#body = chunk.buffer.byteLength > this.#terms.maxBytes ? Buffer.from(chunk) : chunk;
    } else {
      if (size > this.#body.length) this.#body = this.#larger(size);
      chunk.copy(this.#body, this.#size);
    }
    this.#size = size;
  }

  #larger(size: number): Buffer {
    const larger = Buffer.allocUnsafe(Math.max(size, Math.min(2 * this.#body.length, this.#terms.maxBytes)));
    this.#body.copy(larger, 0, 0, this.#size);
    return larger;
  }

  #timings(): Timings {
    const timings = { ...this.#connectPhases } as Timings;
    if (this.#firstByteAt !== 0) timings.firstByteMs = between(this.#sentAt, this.#firstByteAt);
    timings.totalMs = between(this.#startedAt, performance.now());
    return timings;
  }
}

/** In place: most headers come once. */
function joined(headers: IncomingHeaders): Record<string, string> {
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== 'string') headers[name] = value?.join(', ');
  }
  return headers as Record<string, string>;
}
