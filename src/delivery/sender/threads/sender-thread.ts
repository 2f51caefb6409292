import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { between } from '../connecting.ts';
import type { Deadlines, Group } from '../deadlines.ts';
import type { Failure } from '../failure.ts';
import type { Outcome } from '../outcome.ts';
import type { OutgoingRequest } from '../sending.ts';
import { unpacked, type NumberedRequest, type Order, type Report, type ThreadOptions } from './messages.ts';

// The sources run as they are, the build as .js: the thread's file has the ending of this one.
const script = new URL(`./thread-main${path.extname(import.meta.filename)}`, import.meta.url);

const ended: Failure = { reason: 'internal', message: 'The sender thread ended.' };

export interface SenderThreadParts {
  options: ThreadOptions;
  /** Later than those of the thread itself: a request that reaches one shows that the thread hangs. */
  deadlines: Deadlines;
  onFault: (error: unknown) => void;
}

/** A thread that sends, as its owner sees it. Starts with its first request, and once more with the next after it ended. */
export class SenderThread {
  readonly #parts: SenderThreadParts;
  readonly #pending = new Map<number, Pending>();
  #worker: Worker | undefined;
  #outbox: NumberedRequest[] = [];
  #lastId = 0;

  constructor(parts: SenderThreadParts) {
    this.#parts = parts;
  }

  /** Requests that it has. */
  get load(): number {
    return this.#pending.size;
  }

  send({ url, headers, body }: OutgoingRequest, settled: (outcome: Outcome) => void): void {
    const id = ++this.#lastId;
    const pending = new Pending(settled, this.#parts.deadlines, () => this.#suspect(id));
    this.#pending.set(id, pending);
    if (this.#outbox.push({ id, url, headers, body }) === 1) setImmediate(() => this.#post());
  }

  listensOn(port: number): void {
    this.#parts.options.port = port;
    this.#worker?.postMessage({ port } satisfies Order);
  }

  /** Ends the thread; whatever it has not answered fails so. */
  async destroy(failure: Failure): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#outbox = [];
    for (const pending of this.#pending.values())
      pending.settle({ kind: 'error', ...failure, timings: { totalMs: 0 } });
    this.#pending.clear();
    await worker?.terminate();
  }

  /** Once in a turn of the event loop, for a message costs more than what is in it. */
  #post(): void {
    if (this.#outbox.length === 0) return;
    this.#worker ??= this.#start();
    this.#worker.postMessage({ requests: this.#outbox } satisfies Order);
    this.#outbox = [];
  }

  #start(): Worker {
    const worker = new Worker(script, { name: 'hearth sender', workerData: this.#parts.options });
    worker.unref();
    worker.on('message', (report: Report) => this.#take(report));
    let cause: unknown;
    worker.on('error', (error) => (cause = error));
    worker.on('exit', (code) => {
      if (this.#worker !== worker) return;
      this.#parts.onFault(new Error(`A sender thread ended with ${code}.`, { cause }));
      void this.destroy(ended);
    });
    return worker;
  }

  #take(report: Report): void {
    for (const { id, outcome } of report) {
      this.#pending.get(id)?.settle(unpacked(outcome));
      this.#pending.delete(id);
    }
  }

  /** After a turn of the event loop, for when it was this thread that hung, the answer is there. */
  #suspect(id: number): void {
    setImmediate(() => {
      if (!this.#pending.has(id)) return;
      this.#parts.onFault(new Error('A sender thread hangs.'));
      void this.destroy(ended);
    });
  }
}

/** A request that a thread has. */
class Pending {
  readonly #settled: (outcome: Outcome) => void;
  readonly #startedAt = performance.now();
  readonly #deadline: Group;
  readonly expire: () => void;

  constructor(settled: (outcome: Outcome) => void, deadlines: Deadlines, expire: () => void) {
    this.#settled = settled;
    this.expire = expire;
    this.#deadline = deadlines.join(this, this.#startedAt);
  }

  /** The whole time is what its caller has waited. */
  settle(outcome: Outcome): void {
    this.#deadline.leave(this);
    this.#settled({
      ...outcome,
      timings: { ...outcome.timings, totalMs: between(this.#startedAt, performance.now()) },
    });
  }
}
