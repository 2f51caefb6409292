import { isIP, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { Connector } from '../guard/index.ts';

/** How long the steps of making a connection took, in ms. One that was not needed or not reached is absent. */
export interface ConnectPhases {
  dnsMs?: number;
  connectMs?: number;
  tlsMs?: number;
}

/**
 * Lets an exchange know what its connection has cost. undici starts the first exchange of a new connection, or fails the
 * one that waited for it, before the connector's callback has returned: whoever asks meanwhile is that one.
 */
export class NewConnections {
  #phases: ConnectPhases | undefined;

  timed(connect: Connector): buildConnector.connector {
    return (target, callback) => {
      let stopwatch: Stopwatch | undefined;
      const socket = connect(target, (...result) => {
        this.#phases = stopwatch?.stop();
        callback(...result);
        this.#phases = undefined;
      });
      if (socket) stopwatch = new Stopwatch(socket, target);
    };
  }

  /** Those of the connection that came about or failed at this moment, once. */
  take(): ConnectPhases | undefined {
    const phases = this.#phases;
    this.#phases = undefined;
    return phases;
  }
}

/** Takes the time of each step of a socket that is about to connect; a step that fails ends there. */
class Stopwatch {
  readonly #phases: ConnectPhases = {};
  #phase: keyof ConnectPhases;
  #since = performance.now();

  constructor(socket: Socket, { hostname, protocol }: buildConnector.Options) {
    this.#phase = isIP(hostname) === 0 ? 'dnsMs' : 'connectMs';
    // Comes once for each address of the name.
    socket.once('lookup', (error: Error | null) => {
      if (!error) this.#enter('connectMs');
    });
    if (protocol === 'https:') socket.once('connect', () => this.#enter('tlsMs'));
  }

  stop(): ConnectPhases {
    this.#end();
    return this.#phases;
  }

  #enter(phase: keyof ConnectPhases): void {
    this.#end();
    this.#phase = phase;
  }

  #end(): void {
    const now = performance.now();
    this.#phases[this.#phase] = between(this.#since, now);
    this.#since = now;
  }
}

/** In ms to the microsecond, for the moments' own digits go further than they mean. */
export function between(from: number, to: number): number {
  return Math.round((to - from) * 1_000) / 1_000;
}
