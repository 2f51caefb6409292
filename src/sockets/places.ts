import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import { positionOf, savePlaces } from './store.ts';

/** Between two writes, in ms: after a crash, what was acknowledged within it is told again. */
const PAUSE_MS = 1_000;

interface PlaceParts {
  db: Database;
  clock: Clock;
  logger: Logger;
}

/** How far each device has come in the log. A device moves with every acknowledgement; the store hears of it in batches. */
export class Places {
  readonly #parts: PlaceParts;
  /** Not in the store yet. */
  readonly #moved = new Map<number, number>();
  /** Counts the writes, so that a reading which one of them overtook is not believed. */
  #writes = 0;
  #timer: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(parts: PlaceParts) {
    this.#parts = parts;
  }

  async of(deviceId: number): Promise<number> {
    const before = this.#writes;
    const stored = await positionOf(this.#parts.db.reader, deviceId);
    const moved = this.#moved.get(deviceId);
    if (moved !== undefined) return moved;
    return this.#writes === before ? stored : this.of(deviceId);
  }

  /** Also says that the device has a socket now. */
  note(deviceId: number, position: number): void {
    this.#moved.set(deviceId, position);
    this.#timer ??= this.#parts.clock.setTimer(PAUSE_MS, () => void this.save());
  }

  /** Writes what has moved; what cannot be written now is tried again. */
  save(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#moved.size === 0) return;
    const { db, clock, logger } = this.#parts;
    const seenAt = clock.now();
    const places = [...this.#moved].map(([id, position]) => ({ id, position, seenAt }));
    try {
      await db.writeRepeatable((tx) => savePlaces(tx, places));
    } catch (error) {
      logger[logLevelOf(error)]({ err: error }, 'could not save how far devices have come');
      this.#timer ??= clock.setTimer(PAUSE_MS, () => void this.save());
      return;
    }
    this.#writes += 1;
    for (const { id, position } of places) if (this.#moved.get(id) === position) this.#moved.delete(id);
  }
}
