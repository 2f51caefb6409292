import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { Delivery } from './delivery.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { firstDue, hasUntried, waitingOf } from './store.ts';

/** How soon to look again when the store could not be read (ms). */
const READ_RETRY_MS = 1_000;

/**
 * The deliveries that wait in the table: retries that are not due yet, and what a full or slow lane had to give back.
 * Knows for each webhook only when its first one is due, and loads a few at a time when its lane has room.
 */
export class Backlog {
  readonly #db: Database;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #lanes: Lanes;
  readonly #due = new Map<number, number>();
  #timer: Timer | undefined;
  #timerAt = Infinity;
  readonly #loading = new Set<number>();
  #open = true;

  constructor({ db, clock, logger }: { db: Database; clock: Clock; logger: Logger }, lanes: Lanes) {
    this.#db = db;
    this.#clock = clock;
    this.#logger = logger;
    this.#lanes = lanes;
  }

  /** Finds what an earlier run left waiting. Its lanes start behind: what waits longest goes first. */
  async start(): Promise<void> {
    for (const { webhookId, dueAt } of await firstDue(this.#db.reader)) {
      this.#lanes.of(webhookId).behind = true;
      this.note(webhookId, dueAt);
    }
  }

  /** A delivery of this webhook waits in the table from now on. */
  note(webhookId: number, dueAt: number): void {
    if (dueAt < (this.#due.get(webhookId) ?? Infinity)) this.#due.set(webhookId, dueAt);
    this.#wakeAt(dueAt);
  }

  /** The lane has room: it may take what is due. */
  offer(lane: Lane): void {
    const dueAt = this.#due.get(lane.webhookId);
    if (dueAt !== undefined && dueAt <= this.#clock.now()) void this.#load(lane);
  }

  close(): void {
    this.#open = false;
    this.#timer?.cancel();
  }

  /** One timer, at the earliest due time of all webhooks. */
  #wakeAt(dueAt: number): void {
    if (!this.#open || dueAt >= this.#timerAt) return;
    this.#timer?.cancel();
    this.#timerAt = dueAt;
    this.#timer = this.#clock.setTimer(dueAt - this.#clock.now(), () => this.#loadDue());
  }

  /** A lane without room is passed over: it is offered the rest as its requests end. */
  #loadDue(): void {
    this.#timerAt = Infinity;
    const now = this.#clock.now();
    let next = Infinity;
    for (const [webhookId, dueAt] of this.#due) {
      if (dueAt <= now) void this.#load(this.#lanes.of(webhookId));
      else next = Math.min(next, dueAt);
    }
    if (next !== Infinity) this.#wakeAt(next);
  }

  async #load(lane: Lane): Promise<void> {
    const { webhookId } = lane;
    const room = this.#lanes.roomFor(lane);
    if (!this.#open || room === 0 || this.#loading.has(webhookId)) return;
    this.#loading.add(webhookId);
    // Before the reading, so that what is noted meanwhile is kept.
    this.#due.delete(webhookId);
    try {
      const rows = await waitingOf(this.#db.reader, webhookId, lane.loaded.size + room + 1);
      const fresh = rows.filter(({ rowId }) => !lane.loaded.has(rowId));
      const now = this.#clock.now();
      const taken = fresh.slice(0, room).filter(({ dueAt }) => dueAt <= now);
      const left = fresh[taken.length];
      for (const { rowId } of taken) lane.loaded.add(rowId);
      lane.behind &&=
        lane.spilling > 0 || left?.attempts === 0 || (await hasUntried(this.#db.reader, webhookId, lane.loaded));
      if (left) this.#noteLeft(webhookId, left.dueAt, now);
      for (const { rowId, dueAt: _, body, ...rest } of taken) {
        const delivery: Delivery = {
          ...rest,
          rowId,
          webhookId,
          body: body ?? undefined,
          progress: undefined,
          enteredAt: now,
        };
        this.#lanes.add(lane, delivery);
      }
    } catch (error) {
      this.#logger[logLevelOf(error)]({ err: error, webhookId }, 'could not read the deliveries that wait');
      this.note(webhookId, this.#clock.now() + READ_RETRY_MS);
    } finally {
      this.#loading.delete(webhookId);
      this.offer(lane);
    }
  }

  /** What is due already is left because the lane is full: no timer, it is offered as the lane's requests end. */
  #noteLeft(webhookId: number, dueAt: number, now: number): void {
    if (dueAt > now) this.note(webhookId, dueAt);
    else this.#due.set(webhookId, dueAt);
  }
}
