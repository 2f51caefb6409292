import { closings, type Closing } from './closing.ts';

/** As much of a socket as others may do to it. */
interface OpenSocket {
  end(closing: Closing): void;
}

/** The sockets that have been authorized, one for each device. */
export class OpenSockets {
  readonly #sockets = new Map<number, OpenSocket>();
  #eventsTold = 0;

  get size(): number {
    return this.#sockets.size;
  }

  /** Since the start, on all sockets together; those that were told anew count again. */
  get eventsTold(): number {
    return this.#eventsTold;
  }

  countEvent(): void {
    this.#eventsTold += 1;
  }

  has(deviceId: number): boolean {
    return this.#sockets.has(deviceId);
  }

  /** The device's socket is this one from now on, until it has ended; an earlier one ends at once. */
  put(deviceId: number, socket: OpenSocket, ended: AbortSignal): void {
    this.#sockets.get(deviceId)?.end(closings.replaced);
    this.#sockets.set(deviceId, socket);
    ended.addEventListener('abort', () => {
      if (this.#sockets.get(deviceId) === socket) this.#sockets.delete(deviceId);
    });
  }

  /** The device is gone. */
  end(deviceId: number): void {
    this.#sockets.get(deviceId)?.end(closings.deleted);
  }
}
