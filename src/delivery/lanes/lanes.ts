import type { Clock } from '../../core/clock.ts';
import type { Delivery } from '../delivery.ts';
import { costOf, Lane, type Standing } from './lane.ts';

export interface LaneLimits {
  /** Requests in flight or answered and not yet recorded, over all webhooks. A crash repeats at most as many. */
  slots: number;
  /** Requests in flight for one webhook at the most. */
  perWebhook: number;
  /** Deliveries waiting in memory for one webhook; what exceeds it goes to the table (rule 3). */
  queueLength: number;
  /**
   * The part of the slots, in (0, 1], that slow and failing receivers may hold together (rule 4), and those that nobody
   * knows yet beside them.
   */
  suspectShare: number;
}

/** How an attempt ended, as far as its lane is concerned. */
export interface Ended {
  /** `bad`: the receiver is to be spared (timeout, no connection, 5xx, 429); `refused`: it works, and said no. */
  verdict: 'good' | 'refused' | 'bad' | 'none';
  durationMs: number;
}

/** What a lane may send in one turn, in bytes: some two notices of the usual size. */
const QUANTUM = 2_048;
/** A lane is filled up to so many times what it may have in flight, from the table; with many lanes, up to fewer. */
const REFILL = 8;
const LEAST_REFILL = 2;
/** So many deliveries all lanes together are filled up to, unless they are very many (some 10 MiB). */
const MOST_FILLED = 8_000;
/** A lane that has had nothing to do for so long is forgotten, and what was learnt of its receiver (ms). */
const FORGET_MS = 60_000;

/**
 * Shares the slots among the webhooks. Each has a lane of its own; lanes with something to send take turns (deficit
 * round-robin over bytes), none takes more than its cap, and those whose receivers are slow, failing or unknown take no
 * more than their share (rule 4).
 */
export class Lanes {
  readonly #limits: LaneLimits;
  readonly #clock: Clock;
  readonly #start: (lane: Lane, delivery: Delivery) => void;
  readonly #lanes = new Map<number, Lane>();
  readonly #lines: Readonly<Record<Standing, Line>> = { trusted: new Line(), unknown: new Line(), suspect: new Line() };
  readonly #share: number;
  #slotsTaken = 0;
  /** The same by what is known now of those who hold them. */
  readonly #taken: Record<Standing, number> = { trusted: 0, unknown: 0, suspect: 0 };
  #open = true;

  /** `start` begins an attempt; it must call `ended` when the request has and `release` when it is recorded. */
  constructor(limits: LaneLimits, clock: Clock, start: (lane: Lane, delivery: Delivery) => void) {
    this.#limits = limits;
    this.#clock = clock;
    this.#start = start;
    this.#share = Math.max(1, Math.floor(limits.slots * limits.suspectShare));
  }

  get slots(): number {
    return this.#limits.slots;
  }

  /** Of them, what suspect lanes may hold together; unknown ones have as many of their own. */
  get suspectSlots(): number {
    return this.#share;
  }

  get slotsTaken(): number {
    return this.#slotsTaken;
  }

  /** By what is known of the receivers of those who hold them. */
  get slotsBy(): Readonly<Record<Standing, number>> {
    return this.#taken;
  }

  of(webhookId: number): Lane {
    let lane = this.#lanes.get(webhookId);
    if (!lane) this.#lanes.set(webhookId, (lane = new Lane(webhookId, this.#limits.perWebhook)));
    return lane;
  }

  /** The lane of a webhook that has one. */
  find(webhookId: number): Lane | undefined {
    return this.#lanes.get(webhookId);
  }

  all(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Whether the lane takes another delivery, or it belongs into the table. */
  accepts(lane: Lane): boolean {
    return !lane.behind && lane.length < this.#limits.queueLength;
  }

  /**
   * How many rows of the table the lane can take. A lane that is busy enough takes none: rows are read many at a time,
   * and only so many that a backlog stays out of memory.
   */
  roomFor(lane: Lane): number {
    const cap = lane.cap.value;
    if (lane.length > cap) return 0;
    const share = Math.floor(MOST_FILLED / this.#lanes.size);
    return Math.min(REFILL * cap, Math.max(LEAST_REFILL * cap, share)) - lane.length;
  }

  add(lane: Lane, delivery: Delivery): void {
    lane.add(delivery);
    this.#joinLine(lane);
    this.#pump();
  }

  /** Several at once take turns with the others from the start. */
  addAll(lane: Lane, deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) lane.add(delivery);
    this.#joinLine(lane);
    this.#pump();
  }

  /** A request has ended: its lane learns from it, and may send the next one. */
  ended(lane: Lane, delivery: Delivery, { verdict, durationMs }: Ended): void {
    const now = this.#clock.now();
    const { startedAt, beside } = lane.ended(delivery);
    lane.usedAt = now;
    this.#change(lane, () => {
      if (verdict === 'none') return;
      if (verdict === 'bad') lane.cap.failed(startedAt, now);
      else lane.cap.succeeded(durationMs, { inFlight: beside, needed: lane.pressed });
      if (verdict !== 'bad') lane.answeredAfter(durationMs);
      lane.worked = verdict === 'good';
    });
    this.#joinLine(lane);
    this.#pump();
  }

  /** An outcome is durable: its slot is free. */
  release(lane: Lane): void {
    lane.slots -= 1;
    this.#slotsTaken -= 1;
    this.#taken[lane.standing] -= 1;
    this.#pump();
  }

  /** Finds out who has become slow, lets caps rest that are not needed, and forgets lanes that have nothing to do. */
  watch(): void {
    const now = this.#clock.now();
    for (const lane of this.#lanes.values()) {
      this.#change(lane, () => lane.watch(now));
      if (!lane.pressed) lane.cap.rest();
      lane.pressed = lane.length > 0 && lane.inFlight >= lane.cap.value;
      if (lane.idle && now - lane.usedAt > FORGET_MS) this.#lanes.delete(lane.webhookId);
    }
    this.#pump();
  }

  /** Nothing is started any more. */
  close(): void {
    this.#open = false;
  }

  /** What a lane holds counts where it belongs, also when `effect` changes what is known of it. */
  #change(lane: Lane, effect: () => void): void {
    const before = lane.standing;
    effect();
    const now = lane.standing;
    if (now === before) return;
    this.#taken[before] -= lane.slots;
    this.#taken[now] += lane.slots;
  }

  #joinLine(lane: Lane): void {
    if (lane.line !== undefined || lane.length === 0) return;
    if (lane.inFlight >= lane.cap.value) {
      lane.pressed = true;
      return;
    }
    lane.line = lane.standing;
    this.#lines[lane.line].push(lane);
  }

  /** The lines take turns too, so that none starves the others. */
  #pump(): void {
    for (;;) {
      const trusted = this.#serve('trusted');
      const unknown = this.#serve('unknown');
      const suspect = this.#serve('suspect');
      if (!trusted && !unknown && !suspect) return;
    }
  }

  /**
   * Slots that lanes of this standing may take now. Unknown receivers do not wait for suspect ones to answer; but an
   * unknown one that keeps its request waiting becomes suspect, so both together have a bound as well.
   */
  #free(standing: Standing): number {
    const { unknown, suspect } = this.#taken;
    const free = this.#limits.slots - this.#slotsTaken;
    if (standing === 'suspect') return Math.min(free, this.#share - suspect);
    if (standing === 'unknown') return Math.min(free, this.#share - unknown, 2 * this.#share - unknown - suspect);
    return free;
  }

  /** Gives the first lane of the line its turn; answers whether there was one, and a slot for it. */
  #serve(standing: Standing): boolean {
    if (!this.#open || this.#free(standing) <= 0) return false;
    const lane = this.#lines[standing].shift();
    if (!lane) return false;
    lane.line = undefined;
    if (lane.standing === standing) this.#takeTurn(lane, standing);
    this.#joinLine(lane);
    return true;
  }

  #takeTurn(lane: Lane, standing: Standing): void {
    if (!lane.resumes) lane.deficit += QUANTUM;
    lane.resumes = false;
    while (lane.inFlight < lane.cap.value) {
      if (this.#free(standing) <= 0) return this.#keepTurn(lane, standing);
      const delivery = lane.take(lane.deficit);
      if (!delivery) break;
      lane.deficit -= costOf(delivery);
      this.#slotsTaken += 1;
      this.#taken[standing] += 1;
      lane.began(delivery, this.#clock.now());
      this.#start(lane, delivery);
    }
    if (lane.length === 0) lane.deficit = 0;
  }

  /** It goes on with its turn as soon as a slot is free. */
  #keepTurn(lane: Lane, standing: Standing): void {
    if (lane.length === 0) return;
    lane.resumes = true;
    lane.line = standing;
    this.#lines[standing].unshift(lane);
  }
}

/** Lanes that wait for a slot, first come first served. */
class Line {
  #lanes: Lane[] = [];
  #turn = 0;

  push(lane: Lane): void {
    this.#lanes.push(lane);
  }

  unshift(lane: Lane): void {
    if (this.#turn === 0) return void this.#lanes.unshift(lane);
    this.#turn -= 1;
    this.#lanes[this.#turn] = lane;
  }

  shift(): Lane | undefined {
    const lane = this.#lanes[this.#turn];
    if (!lane) return undefined;
    this.#turn += 1;
    // Those who had their turn are cut off now and then, not one by one.
    if (this.#turn > 1_000 || this.#turn === this.#lanes.length) {
      this.#lanes = this.#lanes.slice(this.#turn);
      this.#turn = 0;
    }
    return lane;
  }
}
