import { systemClock, type Clock } from '../../../core/clock.ts';
import { Deadlines } from '../deadlines.ts';
import { stopped } from '../failure.ts';
import { Intake } from '../intake.ts';
import type { Outcome } from '../outcome.ts';
import { ownHeaders, type OutgoingRequest, type Sending } from '../sending.ts';
import type { ThreadOptions } from './messages.ts';
import { SenderThread } from './sender-thread.ts';

export interface ThreadedSenderOptions extends ThreadOptions {
  threads: number;
  /** Notices threads that hang; the threads themselves go by the system's clock. */
  clock?: Clock;
  /** Told when a thread failed. Its requests end in an outcome, and others take its place. */
  onFault: (error: unknown) => void;
}

/** Beyond the time of a request, in ms: whoever has not reported by then hangs. */
const GRACE_MS = 1_000;
/** Requests that the thread of an origin may have more than the one with the least, before others help it. */
const MOST_AHEAD = 16;

/** Sends from several threads. An origin keeps to one of them, and with it to its connections, until that has too much to do. */
export class ThreadedSender implements Sending {
  readonly headers: Sending['headers'];
  readonly #threads: readonly SenderThread[];
  readonly #deadlines: Deadlines;
  readonly #intake = new Intake();
  /** Whether several threads may have requests to one origin: not if it may have fewer connections than there are threads. */
  readonly #spreads: boolean;

  constructor({ threads, clock = systemClock, onFault, ...given }: ThreadedSenderOptions) {
    const { timeoutMs = 10_000, connectionsPerOrigin = 64 } = given;
    const share = Math.max(1, Math.floor(connectionsPerOrigin / threads));
    const options = { ...given, connectionsPerOrigin: share };
    this.headers = ownHeaders(given.userAgent);
    this.#deadlines = new Deadlines(clock, timeoutMs + GRACE_MS);
    this.#spreads = connectionsPerOrigin >= threads;
    const parts = { deadlines: this.#deadlines, onFault };
    this.#threads = Array.from({ length: threads }, () => new SenderThread({ ...parts, options: { ...options } }));
  }

  send(request: OutgoingRequest): Promise<Outcome> {
    return this.#intake.take(request.url, ({ origin }, settled) => this.#threadFor(origin).send(request, settled));
  }

  /** The address guards refuse this port of the machine from now on. */
  listensOn(port: number): void {
    for (const thread of this.#threads) thread.listensOn(port);
  }

  async close(): Promise<void> {
    this.#intake.close();
    await this.#intake.drained();
    await this.destroy();
  }

  async destroy(): Promise<void> {
    this.#intake.close();
    await Promise.all(this.#threads.map((thread) => thread.destroy(stopped)));
    this.#deadlines.close();
  }

  #threadFor(origin: string): SenderThread {
    const own = this.#threads[hashOf(origin) % this.#threads.length] as SenderThread;
    if (!this.#spreads) return own;
    const idlest = this.#threads.reduce((least, thread) => (thread.load < least.load ? thread : least));
    return own.load <= idlest.load + MOST_AHEAD ? own : idlest;
  }
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
