import type { Logger } from 'pino';
import type { Caller, PersonType } from '../core/caller.ts';
import type { Clock, Timer } from '../core/clock.ts';
import { logLevelOf, statement, type Database } from '../db/index.ts';

/** Webex's: so long after the last request somebody counts as active. */
const ACTIVE_MS = 10 * 60_000;
/** How often what was seen is written down, whoever asks how much meanwhile. */
const SAVE_MS = 60_000;
/** People that one transaction writes down, so that nobody waits for a long one. */
const SAVED_AT_ONCE = 500;

export type Status = 'active' | 'inactive' | 'pending' | 'unknown';

/**
 * When each person was last here, by their requests. Requests write nothing: what they tell is kept in memory for a minute,
 * then written for everybody together.
 */
export class Presence {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  /** Seen since the last saving: internal key → ms. */
  readonly #unsaved = new Map<number, number>();
  #timer: Timer | undefined;
  #saving: Promise<void> = Promise.resolve();

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }) {
    this.#db = db;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** Bots have no presence (BOT-1). */
  seen({ personId, type }: Pick<Caller, 'personId' | 'type'>): void {
    if (type === 'bot') return;
    this.#unsaved.set(personId, this.#clock.now());
    this.#timer ??= this.#clock.setTimer(SAVE_MS, () => {
      this.#timer = undefined;
      this.#saving = this.#save();
    });
  }

  /** What is known of a person, whose row says `lastActivityAt`. */
  of({ id, type, lastActivityAt }: { id: number; type: PersonType; lastActivityAt: number | null }): {
    lastActivityAt: number | null;
    status: Status;
  } {
    const last = this.#unsaved.get(id) ?? lastActivityAt;
    if (type === 'bot') return { lastActivityAt: null, status: 'unknown' };
    if (last === null) return { lastActivityAt: null, status: 'pending' };
    return { lastActivityAt: last, status: this.#clock.now() - last < ACTIVE_MS ? 'active' : 'inactive' };
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#saving;
    await this.#save();
  }

  async #save(): Promise<void> {
    const rows = [...this.#unsaved].map(([id, at]) => ({ id, at }));
    try {
      for (let first = 0; first < rows.length; first += SAVED_AT_ONCE) {
        const some = rows.slice(first, first + SAVED_AT_ONCE);
        await this.#db.writeRepeatable((tx) => tx.run(saveActivity, some));
        // Whoever was seen again meanwhile is saved the next time.
        for (const { id, at } of some) if (this.#unsaved.get(id) === at) this.#unsaved.delete(id);
      }
    } catch (error) {
      // They are still in memory: the next request of anybody tries again a minute later.
      this.#logger[logLevelOf(error)]({ err: error }, 'could not save when people were last active');
    }
  }
}

const saveActivity = statement<{ id: number; at: number }>()((db, param) =>
  db
    .updateTable('people')
    .set({ lastActivityAt: param('at') })
    .where('id', '=', param('id')),
);
