import type { Logger } from 'pino';
import type { Clock } from '../../core/clock.ts';
import { logLevelOf, type Database } from '../../db/index.ts';
import type { WebhookRegistry } from '../../webhooks/index.ts';
import type { Delivery, Settlement } from '../delivery.ts';
import { asDelivery, behindRoom, releaseRooms, waitingRooms } from '../store/waiting.ts';
import type { Lane } from './lane.ts';
import type { Lanes } from './lanes.ts';
import { RoomOrder } from './room-order.ts';

/** Deliveries of one room that wait in memory behind another; what exceeds it waits in the table. */
const MOST_BEHIND = 100;
/** How soon to try again what the store refused (ms). */
const STORE_RETRY_MS = 1_000;

interface Parts {
  db: Database;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
}

/** Brings the deliveries of webhooks whose ordering is `room` into their lanes one at a time for each room. */
export class OrderedRooms {
  readonly #parts: Parts;
  readonly #lanes: Lanes;
  readonly #store: (lane: Lane, delivery: Delivery) => void;

  /** `store` takes a delivery out of memory: it waits in the table after an earlier one of its room. */
  constructor(parts: Parts, lanes: Lanes, store: (lane: Lane, delivery: Delivery) => void) {
    this.#parts = parts;
    this.#lanes = lanes;
    this.#store = store;
  }

  /** Finds what an earlier run left waiting. A room whose head was recorded as done, and no more, goes on. */
  async start(): Promise<void> {
    const { db, registry } = this.#parts;
    for (const { id, ordering } of registry.all()) {
      if (ordering !== 'room') continue;
      const rooms = await waitingRooms(db.reader, id);
      const lane = this.#lanes.of(id);
      for (const { roomUuid, head } of rooms) {
        if (head === null) this.#orderOf(lane).stored(roomUuid);
        else this.#orderOf(lane).head(roomUuid, head);
      }
      const withHead = new Set(rooms.filter(({ head }) => head !== null).map(({ roomUuid }) => roomUuid));
      for (const { roomUuid } of rooms) if (!withHead.has(roomUuid)) await this.#load(lane, roomUuid);
    }
  }

  /** Whether a new delivery may enter its lane; else it is kept until the ones before it in its room are done. */
  mayGo(lane: Lane, delivery: Delivery): boolean {
    const place = this.#orderOf(lane).admit(delivery, MOST_BEHIND);
    if (place === 'store') this.#store(lane, delivery);
    return place === 'go';
  }

  /** What became of a delivery is durable: its room goes on, or leaves memory until it is tried again. */
  recorded(lane: Lane, delivery: Delivery, settlement: Settlement): void {
    const order = this.#orderOf(lane);
    if (settlement.state === 'waiting') {
      if (settlement.attempt) for (const later of order.failed(delivery)) this.#store(lane, later);
      return;
    }
    const released = order.done(delivery);
    if (released?.from === 'memory') this.#lanes.add(lane, released.delivery);
    if (released?.from === 'table') void this.#load(lane, delivery.event.roomUuid);
    this.#tidy(lane);
  }

  /** The ordering was given up: what waited goes at once. */
  async end(lane: Lane): Promise<void> {
    const { db, clock, logger } = this.#parts;
    const waiting = lane.order?.takeAll() ?? [];
    lane.order = undefined;
    this.#lanes.addAll(lane, waiting);
    try {
      await db.write((tx) => releaseRooms(tx, lane.webhookId, clock.now()));
    } catch (error) {
      logger[logLevelOf(error)](
        { err: error, webhookId: lane.webhookId },
        'could not release deliveries that waited for a room',
      );
    }
    lane.behind = true;
  }

  async #load(lane: Lane, roomUuid: string): Promise<void> {
    const { db, clock, logger } = this.#parts;
    // What is on its way to the table while it is read may not be seen.
    const { spilled, spilling } = lane;
    try {
      const rows = await behindRoom(db.reader, lane.webhookId, roomUuid, MOST_BEHIND);
      const now = clock.now();
      const deliveries = rows.map((row) => asDelivery(row, lane.webhookId, now));
      for (const { event } of deliveries) lane.loaded.add(event.seq);
      const more = rows.length === MOST_BEHIND || spilling > 0 || lane.spilled !== spilled;
      const next = this.#orderOf(lane).loaded(roomUuid, deliveries, more);
      if (next) this.#lanes.add(lane, next);
      // Nothing was there yet of what is on its way: its commit is waited for.
      else if (more) clock.setTimer(STORE_RETRY_MS / 20, () => void this.#load(lane, roomUuid));
      this.#tidy(lane);
    } catch (error) {
      logger[logLevelOf(error)](
        { err: error, webhookId: lane.webhookId },
        'could not read the deliveries that wait for a room',
      );
      clock.setTimer(STORE_RETRY_MS, () => void this.#load(lane, roomUuid));
    }
  }

  #orderOf(lane: Lane): RoomOrder {
    lane.order ??= new RoomOrder();
    return lane.order;
  }

  #tidy(lane: Lane): void {
    if (lane.order?.empty) lane.order = undefined;
  }
}
