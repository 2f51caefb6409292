import { logLevelOf, type Database } from '../../db/index.ts';
import type { WebhookRegistry } from '../../webhooks/index.ts';
import type { Delivery, Settlement } from '../delivery.ts';
import { insist, type Insisting } from '../insist.ts';
import {
  asDelivery,
  behindRoom,
  releaseRooms,
  waitingRooms,
  type WaitingRow,
  type WaitingWebhook,
} from '../store/waiting.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { RoomOrder } from './room-order.ts';

/** Deliveries of one room that wait in memory behind another; what exceeds it waits in the table. */
const MOST_BEHIND = 100;
/** Comes before every event. */
const EVERY_EVENT = 0;
/** How soon to try again what the store refused (ms). */
const STORE_RETRY_MS = 1_000;

interface Parts extends Insisting {
  db: Database;
  registry: WebhookRegistry;
}

interface Effects {
  /** Takes a delivery out of memory: it waits in the table after an earlier one of its room. */
  store: (lane: Lane, delivery: Delivery) => void;
  /** The table has something for this webhook now. */
  wake: (webhookId: number) => void;
}

/** Brings the deliveries of webhooks whose ordering is `room` into their lanes one at a time for each room. */
export class OrderedRooms {
  readonly #parts: Parts;
  readonly #lanes: Lanes;
  readonly #effects: Effects;
  #resumed = false;

  constructor(parts: Parts, lanes: Lanes, effects: Effects) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#effects = effects;
  }

  /** Finds what an earlier run left. */
  async start(waiting: readonly WaitingWebhook[]): Promise<void> {
    const { db, registry } = this.#parts;
    for (const { webhookId } of waiting) {
      if (registry.get(webhookId)?.ordering !== 'room') continue;
      const rooms = await waitingRooms(db.reader, webhookId);
      const lane = this.#lanes.of(webhookId);
      for (const { roomUuid, head } of rooms) {
        if (head === null) this.#orderOf(lane).stored(roomUuid);
        else this.#orderOf(lane).head(roomUuid, head);
      }
    }
  }

  /** The table may be drawn from: rooms of which nothing is under way go on. */
  resume(): void {
    this.#resumed = true;
    for (const lane of this.#lanes.all()) {
      for (const roomUuid of lane.order?.roomsWithoutHead() ?? []) void this.#load(lane, roomUuid);
    }
  }

  /** Whether a new delivery may enter its lane; else it is kept until the ones before it in its room are done. */
  mayGo(lane: Lane, delivery: Delivery): boolean {
    const place = this.#orderOf(lane).admit(delivery, MOST_BEHIND);
    if (place === 'store') this.#effects.store(lane, delivery);
    return place === 'go';
  }

  /** A delivery waits in the table for its room, which is forgotten where the ordering was given up and asked for again. */
  stored(lane: Lane, { event }: Delivery): void {
    if (this.#orderOf(lane).stored(event.roomUuid)) void this.#load(lane, event.roomUuid);
  }

  /** What became of a delivery is durable: its room goes on, or leaves memory until it is tried again. */
  recorded(lane: Lane, delivery: Delivery, settlement: Settlement): void {
    const order = this.#orderOf(lane);
    if (settlement.state === 'waiting') {
      if (settlement.attempt) for (const later of order.failed(delivery)) this.#effects.store(lane, later);
      return;
    }
    const released = order.done(delivery);
    if (released?.from === 'memory') this.#lanes.add(lane, released.delivery);
    if (released?.from === 'table') void this.#load(lane, delivery.event.roomUuid);
    this.#tidy(lane);
  }

  /** The ordering was given up: what waited goes at once, also out of the table. */
  async end(lane: Lane): Promise<void> {
    const { db, clock } = this.#parts;
    // New first attempts go after those that the table is about to let go.
    lane.behind = true;
    lane.spills(EVERY_EVENT);
    this.forget(lane);
    await insist(this.#parts, 'could not release deliveries that waited for a room', () =>
      db.write((tx) => releaseRooms(tx, lane.webhookId, clock.now())),
    );
    lane.spilled(EVERY_EVENT);
    this.#effects.wake(lane.webhookId);
  }

  /** What waits in memory goes at once. */
  forget(lane: Lane): void {
    const waiting = lane.order?.takeAll() ?? [];
    lane.order = undefined;
    this.#lanes.addAll(lane, waiting);
  }

  async #load(lane: Lane, roomUuid: string): Promise<void> {
    const { db, clock, logger } = this.#parts;
    if (!this.#resumed) return;
    const read = () => behindRoom(db.reader, lane.webhookId, roomUuid, MOST_BEHIND);
    try {
      await lane.reading(read, (rows, wholeBefore) => this.#take(lane, roomUuid, rows, wholeBefore));
    } catch (error) {
      logger[logLevelOf(error)](
        { err: error, webhookId: lane.webhookId },
        'could not read the deliveries that wait for a room',
      );
      clock.setTimer(STORE_RETRY_MS, () => void this.#load(lane, roomUuid));
    }
  }

  #take(lane: Lane, roomUuid: string, rows: readonly WaitingRow[], wholeBefore: number): void {
    const { clock } = this.#parts;
    const now = clock.now();
    const deliveries = rows
      .filter(({ event }) => event.seq < wholeBefore)
      .map((row) => asDelivery(row, lane.webhookId, now));
    for (const { event } of deliveries) lane.loaded.add(event.seq);
    const more = rows.length === MOST_BEHIND || wholeBefore < Infinity;
    const next = this.#orderOf(lane).loaded(roomUuid, deliveries, more);
    if (next) this.#lanes.add(lane, next);
    // Nothing was there yet of what is on its way: its commit is waited for.
    else if (more) clock.setTimer(STORE_RETRY_MS / 20, () => void this.#load(lane, roomUuid));
    this.#tidy(lane);
  }

  #orderOf(lane: Lane): RoomOrder {
    lane.order ??= new RoomOrder();
    return lane.order;
  }

  #tidy(lane: Lane): void {
    if (lane.order?.empty) lane.order = undefined;
  }
}
