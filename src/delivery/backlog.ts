import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import { DueTimes } from './lanes/due-times.ts';
import type { Lane } from './lanes/lane.ts';
import type { Lanes } from './lanes/lanes.ts';
import { asDelivery, dueOf, firstDue, untriedOf, type WaitingRow } from './store/waiting.ts';

/** How soon to look again when the store could not be read (ms). */
const READ_RETRY_MS = 1_000;

export interface BacklogParts {
  db: Database;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
}

/**
 * The deliveries that wait in the table: first attempts that a full or slow lane had to give back, and whatever is due
 * at a later time. Knows for each webhook only when to look, and loads a few at a time when its lane has room. Those of
 * an inactive webhook stay where they are.
 */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #lanes: Lanes;
  readonly #times: DueTimes;
  /** Webhooks with rows that are due and found no room in their lane: it asks for them as its requests end. */
  readonly #overdue = new Set<number>();
  readonly #loading = new Set<number>();
  #open = true;

  constructor(parts: BacklogParts, lanes: Lanes) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#times = new DueTimes(parts.clock, (webhookId) => {
      this.#overdue.add(webhookId);
      void this.#load(webhookId);
    });
  }

  /** Webhooks for which something waits. */
  get size(): number {
    return this.#times.size + this.#overdue.size;
  }

  /** Finds what an earlier run left waiting. Where first attempts are among it, lanes start behind: new ones go after. */
  async start(): Promise<void> {
    for (const { webhookId, untriedAt, dueAt } of await firstDue(this.#parts.db.reader)) {
      if (untriedAt !== null) this.#lanes.of(webhookId).behind = true;
      this.note(webhookId, Math.min(untriedAt ?? Infinity, dueAt ?? Infinity));
    }
  }

  /** A delivery of this webhook waits in the table until then. */
  note(webhookId: number, dueAt: number): void {
    this.#times.note(webhookId, dueAt);
  }

  /** The lane has room: it may take what is due. */
  offer(lane: Lane): void {
    if (this.#overdue.has(lane.webhookId)) void this.#load(lane.webhookId);
  }

  close(): void {
    this.#open = false;
    this.#times.close();
  }

  async #load(webhookId: number): Promise<void> {
    const { clock, logger, registry } = this.#parts;
    if (registry.get(webhookId)?.status !== 'active') {
      this.#overdue.delete(webhookId);
      this.#times.forget(webhookId);
      return;
    }
    const lane = this.#lanes.of(webhookId);
    const room = this.#lanes.roomFor(lane);
    if (!this.#open || room === 0 || this.#loading.has(webhookId)) return;
    this.#loading.add(webhookId);
    // Before the reading, so that what is noted meanwhile is kept.
    this.#overdue.delete(webhookId);
    try {
      await this.#fill(lane, room);
    } catch (error) {
      logger[logLevelOf(error)]({ err: error, webhookId }, 'could not read the deliveries that wait');
      this.note(webhookId, clock.now() + READ_RETRY_MS);
    } finally {
      this.#loading.delete(webhookId);
      this.offer(lane);
    }
  }

  /** Fresh before late, as in the lane. */
  async #fill(lane: Lane, room: number): Promise<void> {
    const { reader } = this.#parts.db;
    const due = await this.#read(lane, room, (limit) => dueOf(reader, lane.webhookId, limit));
    // Whatever was on its way to the table while it was read may not have been seen.
    const { spilled, spilling } = lane;
    const untried = lane.behind
      ? await this.#read(lane, room, (limit) => untriedOf(reader, lane.webhookId, limit))
      : [];
    const now = this.#parts.clock.now();
    const fresh = untried.slice(0, room).filter(isDue);
    const late = due.filter(isDue).slice(0, room - fresh.length);
    lane.behind &&= spilling > 0 || lane.spilled !== spilled || untried.length > fresh.length;
    for (const left of [untried[fresh.length], due[late.length]]) {
      if (left) this.#noteLeft(lane.webhookId, left.dueAt ?? now, now);
    }
    for (const { event } of [...fresh, ...late]) lane.loaded.add(event.seq);
    this.#lanes.addAll(
      lane,
      [...fresh, ...late].map((row) => asDelivery(row, lane.webhookId, now)),
    );

    function isDue({ dueAt }: WaitingRow): boolean {
      return (dueAt ?? now) <= now;
    }
  }

  /** One more than there is room for, and none of those that are in memory already. */
  async #read(lane: Lane, room: number, read: (limit: number) => Promise<WaitingRow[]>): Promise<WaitingRow[]> {
    const rows = await read(lane.loaded.size + room + 1);
    return rows.filter(({ event }) => !lane.loaded.has(event.seq));
  }

  /** What is due already is left because the lane is full: it is offered as the lane's requests end. */
  #noteLeft(webhookId: number, dueAt: number, now: number): void {
    if (dueAt > now) this.note(webhookId, dueAt);
    else this.#overdue.add(webhookId);
  }
}
