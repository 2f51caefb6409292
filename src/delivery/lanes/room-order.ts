import type { Delivery } from '../delivery.ts';

/** One room of a webhook while something of it is under way or waits to be tried again. */
interface Gate {
  /** Events whose delivery the room waits for; more than one only when the ordering was asked for after they began. */
  readonly heads: Set<number>;
  /** What comes after them, in memory. */
  readonly behind: Delivery[];
  /** After that, more waits in the table. */
  stored: boolean;
}

/** What is let go when a room's head is done. */
export type Released = { from: 'memory'; delivery: Delivery } | { from: 'table' } | undefined;

/**
 * The order of a webhook whose ordering is `room`: of each room one delivery is under way, the next one goes when it has
 * been delivered or given up. So a room whose delivery failed waits for itself alone.
 */
export class RoomOrder {
  readonly #gates = new Map<string, Gate>();

  get empty(): boolean {
    return this.#gates.size === 0;
  }

  /** Rooms of which nothing is under way, though something waits in the table. */
  roomsWithoutHead(): string[] {
    return [...this.#gates].filter(([, { heads }]) => heads.size === 0).map(([roomUuid]) => roomUuid);
  }

  /** Deliveries that are kept in memory until their turn comes. */
  get length(): number {
    return this.#gates.values().reduce((sum, { behind }) => sum + behind.length, 0);
  }

  keeps(eventId: number): boolean {
    return this.#gates.values().some(({ behind }) => behind.some(({ event }) => event.seq === eventId));
  }

  /** A delivery that may go, in the table or in memory: its room waits for it. */
  head(roomUuid: string, eventId: number): void {
    this.#gateOf(roomUuid).heads.add(eventId);
  }

  /** More of the room waits in the table. Answers whether that is news, and nothing is under way that it waits for. */
  stored(roomUuid: string): boolean {
    const gate = this.#gateOf(roomUuid);
    const isNews = !gate.stored;
    gate.stored = true;
    return isNews && gate.heads.size === 0;
  }

  /**
   * `go`: nothing of its room is under way, and it is the head now. `behind`: it is kept until its turn comes. `store`:
   * it belongs into the table, after the others of its room.
   */
  admit(delivery: Delivery, mostBehind: number): 'go' | 'behind' | 'store' {
    const { roomUuid, seq } = delivery.event;
    const gate = this.#gates.get(roomUuid);
    if (!gate) {
      this.head(roomUuid, seq);
      return 'go';
    }
    if (gate.stored || gate.behind.length >= mostBehind) {
      gate.stored = true;
      return 'store';
    }
    gate.behind.push(delivery);
    return 'behind';
  }

  /** The delivery of this event waits to be tried again: what is behind it leaves memory, for the table. */
  failed({ event }: Delivery): Delivery[] {
    const gate = this.#gates.get(event.roomUuid);
    if (!gate?.heads.has(event.seq) || gate.behind.length === 0) return [];
    gate.stored = true;
    return gate.behind.splice(0);
  }

  /** The delivery of this event is done, one way or the other: what goes next. */
  done({ event }: Delivery): Released {
    const gate = this.#gates.get(event.roomUuid);
    if (!gate?.heads.delete(event.seq) || gate.heads.size > 0) return undefined;
    const delivery = gate.behind.shift();
    if (delivery) {
      gate.heads.add(delivery.event.seq);
      return { from: 'memory', delivery };
    }
    if (gate.stored) return { from: 'table' };
    this.#gates.delete(event.roomUuid);
    return undefined;
  }

  /** The next ones of a room, as the table had them; `more`: it may have others. Answers the one that may go. */
  loaded(roomUuid: string, deliveries: readonly Delivery[], more: boolean): Delivery | undefined {
    const gate = this.#gateOf(roomUuid);
    const [first, ...rest] = deliveries;
    gate.stored = more;
    gate.behind.push(...rest);
    if (first) gate.heads.add(first.event.seq);
    else if (!more) this.#gates.delete(roomUuid);
    return first;
  }

  /** What has waited in memory since before `since`, with all that comes after it in its room. */
  takeLate(since: number): Delivery[] {
    return [...this.#gates.values()].flatMap((gate) => {
      const late = gate.behind.some(({ stored, enteredAt }) => !stored && enteredAt < since);
      if (late) gate.stored = true;
      return late ? gate.behind.splice(0) : [];
    });
  }

  /** Empties the memory of all rooms. */
  takeAll(): Delivery[] {
    return [...this.#gates.values()].flatMap((gate) => gate.behind.splice(0));
  }

  #gateOf(roomUuid: string): Gate {
    let gate = this.#gates.get(roomUuid);
    if (!gate) this.#gates.set(roomUuid, (gate = { heads: new Set(), behind: [], stored: false }));
    return gate;
  }
}
