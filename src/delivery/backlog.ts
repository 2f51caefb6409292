import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import { goneReason, unlessGone } from './gone.ts';
import { DueTimes } from './lanes/due-times.ts';
import type { Lane } from './lanes/lane.ts';
import type { Lanes } from './lanes/lanes.ts';
import { asDelivery, dueOf, untriedOf, type WaitingRow, type WaitingWebhook } from './store/waiting.ts';

/** How soon to look again when the store could not be read (ms). */
const READ_RETRY_MS = 1_000;

export interface BacklogParts {
  db: Database;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
}

/** What waits in the table for one webhook. */
interface Found {
  due: readonly WaitingRow[];
  untried: readonly WaitingRow[];
  /** From this event on something may be missing in `untried`. */
  wholeBefore: number;
}

/**
 * The deliveries that wait in the table: first attempts that a full or slow lane had to give back, and whatever is due
 * at a later time. Knows for each webhook only when to look, and loads a few at a time when its lane has room. Those of
 * an inactive webhook stay where they are.
 */
export class Backlog {
  readonly #parts: BacklogParts;
  readonly #lanes: Lanes;
  readonly #abandon: (webhookId: number, reason: string) => void;
  readonly #times: DueTimes;
  /** Webhooks with rows that are due and found no room in their lane: it asks for them as its requests end. */
  readonly #overdue = new Set<number>();
  #resumed = false;
  #open = true;

  /** `abandon` ends what waits for a webhook that is gone, or whose owner is. */
  constructor(parts: BacklogParts, lanes: Lanes, abandon: (webhookId: number, reason: string) => void) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#abandon = abandon;
    this.#times = new DueTimes(parts.clock, (webhookId) => {
      this.#overdue.add(webhookId);
      void this.#load(webhookId);
    });
  }

  /** Webhooks for which something waits. */
  get size(): number {
    return this.#times.size + this.#overdue.size;
  }

  /** What an earlier run left. Where first attempts are among it, lanes start behind: new ones go after. */
  start(waiting: readonly WaitingWebhook[]): void {
    const { registry, clock } = this.#parts;
    for (const { webhookId, untriedAt, dueAt } of waiting) {
      if (untriedAt !== null) this.#lanes.of(webhookId).behind = true;
      // What waits for a room is not the backlog's, unless the webhook is gone.
      const first = unlessGone(registry.get(webhookId))
        ? Math.min(untriedAt ?? Infinity, dueAt ?? Infinity)
        : clock.now();
      if (first < Infinity) this.note(webhookId, first);
    }
  }

  /** The table may be drawn from. */
  resume(): void {
    this.#resumed = true;
    for (const webhookId of this.#overdue) void this.#load(webhookId);
  }

  /** A delivery of this webhook waits in the table until then. */
  note(webhookId: number, dueAt: number): void {
    // What is overdue is looked for whenever there is room, and with it when to look again: no timer for that.
    if (this.#overdue.has(webhookId)) void this.#load(webhookId);
    else this.#times.note(webhookId, dueAt);
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
    if (!this.#open || !this.#resumed) return;
    const lane = this.#lanes.of(webhookId);
    const webhook = registry.get(webhookId);
    if (webhook?.status !== 'active') {
      this.#overdue.delete(webhookId);
      this.#times.forget(webhookId);
      const gone = goneReason(webhook);
      if (gone !== undefined) {
        lane.behind = false;
        this.#abandon(webhookId, gone);
      }
      return;
    }
    const room = this.#lanes.roomFor(lane);
    if (room === 0 || lane.loading) return;
    lane.loading = true;
    // Before the reading, so that what is noted meanwhile is kept.
    this.#overdue.delete(webhookId);
    try {
      await this.#fill(lane, room);
    } catch (error) {
      logger[logLevelOf(error)]({ err: error, webhookId }, 'could not read the deliveries that wait');
      this.note(webhookId, clock.now() + READ_RETRY_MS);
    } finally {
      lane.loading = false;
      this.offer(lane);
    }
  }

  async #fill(lane: Lane, room: number): Promise<void> {
    const { reader } = this.#parts.db;
    const due = await this.#read(lane, room, (limit) => dueOf(reader, lane.webhookId, limit));
    const readUntried = async () =>
      lane.behind ? this.#read(lane, room, (limit) => untriedOf(reader, lane.webhookId, limit)) : [];
    await lane.reading(readUntried, (untried, wholeBefore) => this.#take(lane, room, { due, untried, wholeBefore }));
  }

  /** Fresh before late, as in the lane. */
  #take(lane: Lane, room: number, { due, untried, wholeBefore }: Found): void {
    const now = this.#parts.clock.now();
    const isDue = ({ dueAt }: WaitingRow) => (dueAt ?? now) <= now;
    // What is missing is noted when it is there.
    const inOrder = untried.filter(({ event }) => event.seq < wholeBefore);
    // None goes before one that must wait.
    const early = inOrder.findIndex((row) => !isDue(row));
    const fresh = inOrder.slice(0, early === -1 ? room : Math.min(room, early));
    const late = due.filter(isDue).slice(0, room - fresh.length);
    lane.behind &&= wholeBefore < Infinity || untried.length > fresh.length;
    for (const left of [inOrder[fresh.length], due[late.length]]) {
      if (left) this.#noteLeft(lane.webhookId, left.dueAt ?? now, now);
    }
    for (const { event } of [...fresh, ...late]) lane.loaded.add(event.seq);
    this.#lanes.addAll(
      lane,
      [...fresh, ...late].map((row) => asDelivery(row, lane.webhookId, now)),
    );
  }

  /**
   * One more than there is room for, and none of those that were in memory when the reading began: what became of them
   * meanwhile, the rows may not tell.
   */
  async #read(lane: Lane, room: number, read: (limit: number) => Promise<WaitingRow[]>): Promise<WaitingRow[]> {
    const inMemory = new Set(lane.loaded);
    const rows = await read(inMemory.size + room + 1);
    return rows.filter(({ event }) => !inMemory.has(event.seq));
  }

  /** What is due already is left because the lane is full: it is offered as the lane's requests end. */
  #noteLeft(webhookId: number, dueAt: number, now: number): void {
    if (dueAt > now) this.note(webhookId, dueAt);
    else this.#overdue.add(webhookId);
  }
}
