import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { ContentStore } from './content-store.ts';
import { forget, unattached } from './store.ts';

/** What could not be removed is tried again after this time, in ms. */
const AGAIN_MS = 60_000;
const BATCH = 100;

export interface SweeperParts {
  db: Database;
  log: Pick<EventLog, 'onCommit'>;
  clock: Clock;
  logger: Logger;
  store: ContentStore;
}

/**
 * Removes the content of files that belong to no message: the message was deleted, or its room was, or it never came about
 * (FILE-8). Their rows say which, so nothing is forgotten over a crash; a row goes after its content.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  /** Contents whose messages are being posted. */
  readonly #spared = new Set<string>();
  #sweeping: Promise<void> | undefined;
  #more = false;
  #open = true;
  #again: Timer | undefined;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    parts.log.onCommit((events) => {
      // Messages go by themselves or with their room, and then its members do.
      if (events.some(({ event }) => event === 'deleted')) this.#soon();
    });
  }

  async start(): Promise<void> {
    await this.#parts.store.clear();
    this.#soon();
  }

  spare(uuid: string): void {
    this.#spared.add(uuid);
  }

  /** `attached`: it belongs to a message now. */
  release(uuid: string, attached: boolean): void {
    this.#spared.delete(uuid);
    if (!attached) this.#soon();
  }

  /** Resolves when what is to be removed now is removed, or could not be. */
  async settled(): Promise<void> {
    while (this.#sweeping) await this.#sweeping;
  }

  async close(): Promise<void> {
    this.#open = false;
    this.#again?.cancel();
    await this.settled();
  }

  #soon(): void {
    this.#more = true;
    if (this.#open) this.#sweeping ??= this.#run();
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    try {
      while (this.#more && this.#open) {
        this.#more = false;
        await this.#sweep();
      }
    } catch (error) {
      logger[logLevelOf(error)]({ err: error }, 'could not remove the content of files that are gone');
      this.#again?.cancel();
      this.#again = clock.setTimer(AGAIN_MS, () => this.#soon());
    } finally {
      this.#sweeping = undefined;
    }
  }

  async #sweep(): Promise<void> {
    const { db, store } = this.#parts;
    for (let last = 0, found = BATCH; found === BATCH && this.#open;) {
      const rows = await unattached(db.reader, last, BATCH);
      // Asked now: by the time it is its turn, a message that was being posted may have its file.
      const orphans = rows.filter(({ uuid }) => !this.#spared.has(uuid));
      for (const { id, uuid } of orphans) {
        await store.remove(uuid);
        await db.write((tx) => forget(tx, id));
      }
      found = rows.length;
      last = rows.at(-1)?.id ?? last;
    }
  }
}
