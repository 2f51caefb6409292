import type { Delivery } from './delivery.ts';
import { Lane } from './lane.ts';

export interface LaneLimits {
  /**
   * Requests in flight or answered and not yet recorded, over all webhooks. A crash repeats at most as many.
   */
  slots: number;
  /** Requests in flight for one webhook. */
  perWebhook: number;
  /** Deliveries waiting in memory for one webhook; what exceeds it goes to the table (rule 3). */
  queueLength: number;
}

/** A lane is filled up to so many times what it may have in flight. */
const REFILL = 8;

/**
 * Shares the slots among the webhooks: each has a lane of its own, lanes with something to send take turns, and none
 * takes more than its cap (rule 4).
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #start: (lane: Lane, delivery: Delivery) => void;
  readonly #lanes = new Map<number, Lane>();
  /** Lanes in line for a slot, the next one first; from `#turn` on. */
  #line: Lane[] = [];
  #turn = 0;
  #slotsTaken = 0;
  #open = true;

  /** `start` begins an attempt; it must call `attempted` when the request has ended and `release` when it is recorded. */
  constructor(limits: LaneLimits, start: (lane: Lane, delivery: Delivery) => void) {
    this.#limits = limits;
    this.#start = start;
  }

  get slotsTaken(): number {
    return this.#slotsTaken;
  }

  of(webhookId: number): Lane {
    let lane = this.#lanes.get(webhookId);
    if (!lane) this.#lanes.set(webhookId, (lane = new Lane(webhookId)));
    return lane;
  }

  all(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Whether the lane takes another delivery, or it belongs into the table. */
  accepts(lane: Lane): boolean {
    return !lane.behind && lane.queue.length < this.#limits.queueLength;
  }

  /**
   * How many rows of the table the lane can take. A lane that is busy enough takes none: rows are read many at a time,
   * and only so many that a backlog stays out of memory.
   */
  roomFor(lane: Lane): number {
    const { perWebhook } = this.#limits;
    return lane.queue.length > perWebhook ? 0 : REFILL * perWebhook - lane.queue.length;
  }

  add(lane: Lane, delivery: Delivery): void {
    lane.queue.push(delivery);
    this.#joinLine(lane);
    this.#pump();
  }

  /** A request has ended: its lane may send the next one. */
  attempted(lane: Lane): void {
    lane.inFlight -= 1;
    this.#joinLine(lane);
    this.#pump();
  }

  /** Its outcome is durable: the slot is free. */
  release(count: number): void {
    this.#slotsTaken -= count;
    this.#pump();
  }

  /** Forgets a lane that has nothing left. */
  tidy(lane: Lane): void {
    if (lane.idle && !lane.ready) this.#lanes.delete(lane.webhookId);
  }

  /** Nothing is started any more. */
  close(): void {
    this.#open = false;
  }

  #joinLine(lane: Lane): void {
    if (lane.ready || lane.queue.length === 0 || lane.inFlight >= this.#limits.perWebhook) return;
    lane.ready = true;
    this.#line.push(lane);
  }

  #pump(): void {
    while (this.#open && this.#slotsTaken < this.#limits.slots) {
      const lane = this.#line[this.#turn];
      if (!lane) break;
      this.#turn += 1;
      lane.ready = false;
      const delivery = lane.queue.shift();
      if (!delivery) continue;
      lane.inFlight += 1;
      this.#slotsTaken += 1;
      this.#joinLine(lane);
      this.#start(lane, delivery);
    }
    // Those who had their turn are cut off now and then, not one by one.
    if (this.#turn > 1_000 || this.#turn === this.#line.length) {
      this.#line = this.#line.slice(this.#turn);
      this.#turn = 0;
    }
  }
}
