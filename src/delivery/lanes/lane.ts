import { isFresh, type Delivery } from '../delivery.ts';
import { AdaptiveCap } from './adaptive-cap.ts';
import type { RoomOrder } from './room-order.ts';

/** An answer that takes longer than this makes a receiver slow (ms). */
const SLOW_MS = 1_000;
/** Of so many turns in a row at least one is a retry's, when one is due: fresh events never end on a busy webhook. */
const TURNS_PER_RETRY = 16;

/** What a notice is long beyond its event's data, roughly (bytes). */
const ENVELOPE_BYTES = 700;

/** What a delivery takes of its lane's turn (bytes). */
export function costOf({ event }: Delivery): number {
  return ENVELOPE_BYTES + event.dataJson.length;
}

interface Reading {
  wholeBefore: number;
}

/** A request that is out. */
interface Out {
  /** ms */
  startedAt: number;
  /** Others of the lane that were out when it began. */
  beside: number;
}

/**
 * What is known of a lane's receiver. `trusted`: its last answer was a success, and came soon. `unknown`: it has not been
 * asked since the lane was made. `suspect`: it is slow, or fails.
 */
export type Standing = 'trusted' | 'unknown' | 'suspect';

/** The in-memory queue of one webhook: its order, its in-flight cap, its back-off. */
export class Lane {
  readonly webhookId: number;
  readonly cap: AdaptiveCap;
  /** First attempts, in the order of events (DEL-10). */
  readonly #fresh: Delivery[] = [];
  /** Retries and what is sent anew, in the order in which they fell due. */
  readonly #again: Delivery[] = [];
  #freshTurns = 0;
  /** Requests that are out, the oldest first. */
  readonly #out = new Map<Delivery, Out>();
  /** Slots it holds: requests that are out, and outcomes that are not recorded yet. */
  slots = 0;
  /** What it has not used up of its turns (bytes). */
  deficit = 0;
  /** Which line it stands in for a slot. */
  line: Standing | undefined;
  /** Whether its turn was cut short for want of a slot. */
  resumes = false;
  /** Whether the last attempt that ended was a success; undefined: none has ended. */
  worked: boolean | undefined;
  #answersLate = false;
  #keepsWaiting = false;
  /** More waited than the cap lets go. */
  pressed = false;
  /** When it last had anything to do (ms). */
  usedAt = 0;
  /** Events whose deliveries are on their way to the table, not yet committed. */
  readonly #spilling = new Set<number>();
  readonly #readings = new Set<Reading>();
  /** First attempts wait in the table: what comes new goes there too, so that it keeps its place. */
  behind = false;
  /** The table is being read for it. */
  loading = false;
  /** Rows of the table that are in the queue or in flight, by event. */
  readonly loaded = new Set<number>();
  /** The question that was asked last, while it is not answered. */
  #asking: Promise<boolean> | undefined;
  /** Only where the webhook's ordering is `room`. */
  order: RoomOrder | undefined;

  constructor(webhookId: number, mostInFlight: number) {
    this.webhookId = webhookId;
    this.cap = new AdaptiveCap(mostInFlight);
  }

  get length(): number {
    return this.#fresh.length + this.#again.length;
  }

  /** Whether this event's delivery is in memory, and where. */
  whereIs(eventId: number): 'inFlight' | 'queued' | undefined {
    const isIt = ({ event }: Delivery) => event.seq === eventId;
    if (this.#out.keys().some(isIt)) return 'inFlight';
    const queued = this.#fresh.some(isIt) || this.#again.some(isIt) || this.order?.keeps(eventId) === true;
    return queued ? 'queued' : undefined;
  }

  get inFlight(): number {
    return this.#out.size;
  }

  get standing(): Standing {
    if (this.#answersLate || this.#keepsWaiting || this.worked === false) return 'suspect';
    return this.worked === undefined ? 'unknown' : 'trusted';
  }

  get idle(): boolean {
    const nothing = this.length + this.inFlight + this.slots + this.spilling + this.loaded.size === 0;
    return nothing && !this.behind && !this.loading && this.order === undefined && this.line === undefined;
  }

  /** Deliveries on their way to the table, not yet committed. */
  get spilling(): number {
    return this.#spilling.size;
  }

  /** The delivery of this event leaves for the table. */
  spills(seq: number): void {
    this.#spilling.add(seq);
    for (const reading of this.#readings) reading.wholeBefore = Math.min(reading.wholeBefore, seq);
  }

  /** It is there. */
  spilled(seq: number): void {
    this.#spilling.delete(seq);
  }

  /**
   * Reads the table for this lane, and puts what was found to use. `wholeBefore`: from this event on something may be
   * missing in it, because it was on its way; what comes after that must not be sent yet (DEL-10).
   */
  async reading<T>(read: () => Promise<T>, use: (found: T, wholeBefore: number) => void): Promise<void> {
    const reading: Reading = { wholeBefore: Infinity };
    for (const seq of this.#spilling) reading.wholeBefore = Math.min(reading.wholeBefore, seq);
    this.#readings.add(reading);
    try {
      use(await read(), reading.wholeBefore);
    } finally {
      this.#readings.delete(reading);
    }
  }

  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  /**
   * Asks something before a delivery is sent: one after the other, so that nobody overtakes (DEL-10). When one question
   * cannot be answered, those that wait for their turn are not either.
   */
  async ask(question: () => Promise<boolean>): Promise<boolean> {
    const asking = this.#asking ? this.#asking.then(question) : question();
    this.#asking = asking;
    try {
      return await asking;
    } finally {
      if (this.#asking === asking) this.#asking = undefined;
    }
  }

  add(delivery: Delivery): void {
    (isFresh(delivery) ? this.#fresh : this.#again).push(delivery);
  }

  /** What goes next, when it costs no more than `bytes`: fresh events before retries. */
  take(bytes: number): Delivery | undefined {
    const retry = this.#fresh.length === 0 || (this.#again.length > 0 && this.#freshTurns >= TURNS_PER_RETRY - 1);
    const queue = retry ? this.#again : this.#fresh;
    const [next] = queue;
    if (!next || costOf(next) > bytes) return undefined;
    this.#freshTurns = retry ? 0 : this.#freshTurns + 1;
    return queue.shift();
  }

  /** Empties the queue when something in it that has no row has waited since before `since`. */
  takeLate(since: number): Delivery[] {
    const late = this.#fresh.some(({ stored, enteredAt }) => !stored && enteredAt < since);
    return late ? this.takeFresh() : [];
  }

  /** All of it leaves together: what came later must not overtake. */
  takeFresh(): Delivery[] {
    return this.#fresh.splice(0);
  }

  /** Empties the queue. */
  takeAll(): Delivery[] {
    return [...this.#fresh.splice(0), ...this.#again.splice(0)];
  }

  began(delivery: Delivery, now: number): void {
    this.#out.set(delivery, { startedAt: now, beside: this.#out.size });
    this.slots += 1;
  }

  /** Answers when it began, and how many were out beside it. */
  ended(delivery: Delivery): Out {
    const { startedAt = 0, beside = 0 } = this.#out.get(delivery) ?? {};
    this.#out.delete(delivery);
    return { startedAt, beside: Math.max(beside, this.#out.size) };
  }

  /** Looks whether its receiver keeps requests waiting. */
  watch(now: number): void {
    const [oldest] = this.#out.values();
    this.#keepsWaiting = oldest !== undefined && now - oldest.startedAt > SLOW_MS;
  }

  answeredAfter(durationMs: number): void {
    this.#answersLate = durationMs > SLOW_MS;
  }
}
