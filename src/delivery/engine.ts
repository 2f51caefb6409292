import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { EventBatch, EventLog } from '../eventlog/index.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import { Backlog } from './backlog.ts';
import type { Courier } from './courier.ts';
import type { Delivery, EventProgress, Settlement } from './delivery.ts';
import type { Lane } from './lane.ts';
import { Lanes, type LaneLimits } from './lanes.ts';
import type { Matcher } from './matcher.ts';
import { Recorder, type Recorded } from './recorder.ts';
import { dropWaiting, recordedWebhooks } from './store.ts';

/** A delivery that has waited longer in its lane goes to the table (rule 3), in ms. */
const LONGEST_IN_LANE_MS = 1_000;
/** When to try again what failed on our own side, in ms. */
const OWN_FAULT_DELAY_MS = 1_000;
/** Events read and not yet acknowledged; beyond, reading pauses. */
const MOST_EVENTS_OPEN = 5_000;

export interface EngineParts {
  db: Database;
  log: EventLog;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
  matcher: Matcher;
  courier: Courier;
  limits: LaneLimits;
  /**
   * How long the first message of a new 1:1 room is held back, in ms. Bot frameworks look the room up when they hear of
   * it, and drop messages until they know it.
   */
  firstMessageDelayMs: number;
}

/** The way of an event from the log to its receivers: read, match, lane, attempt, record, acknowledge. */
export class DeliveryEngine {
  readonly #parts: EngineParts;
  readonly #lanes: Lanes;
  readonly #backlog: Backlog;
  readonly #recorder: Recorder;
  readonly #stop = new AbortController();
  #reading: Promise<void> | undefined;
  #sweeper: Timer | undefined;
  readonly #attempts = new Set<Promise<void>>();
  #eventsOpen = 0;
  #mayGoOn: () => void = () => {};

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#lanes = new Lanes(parts.limits, (lane, delivery) => this.#begin(lane, delivery));
    this.#backlog = new Backlog(parts, this.#lanes);
    this.#recorder = new Recorder(parts.log, parts.clock, parts.logger);
    this.#recorder.onRecorded = (records) => this.#recorded(records);
    this.#recorder.onEventsDone = (count) => this.#eventsDone(count);
    parts.registry.onChange((change) => {
      if (change.kind === 'removed') void this.#abandon(change.id);
    });
  }

  async start(): Promise<void> {
    await this.#backlog.start();
    this.#sweep();
    this.#reading = this.#read();
  }

  /**
   * Starts nothing new, gives the requests in flight `graceMs` to end, records what is known. Whatever is left then is
   * matched or tried again at the next start.
   */
  async close(graceMs: number): Promise<void> {
    this.#stop.abort();
    this.#mayGoOn();
    this.#sweeper?.cancel();
    this.#backlog.close();
    this.#lanes.close();
    await this.#reading;
    const grace = new Promise<void>((resolve) => this.#parts.clock.setTimer(graceMs, resolve));
    await Promise.race([Promise.all(this.#attempts), grace]);
    await this.#recorder.close();
  }

  async #read(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#insist('could not read the event log', async () => {
        for await (const batch of this.#parts.log.read(signal)) await this.#take(batch);
      });
    }
  }

  async #take({ events, repeated }: EventBatch): Promise<void> {
    this.#eventsOpen += events.length;
    for (const event of events) await this.#insist('could not match an event', () => this.#dispatch(event, repeated));
    while (this.#eventsOpen >= MOST_EVENTS_OPEN && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => (this.#mayGoOn = resolve));
    }
  }

  /** Tries again until it works or the engine stops: what the store refuses now it may allow in a moment. */
  async #insist(complaint: string, work: () => Promise<void>): Promise<void> {
    const { clock, logger } = this.#parts;
    while (!this.#stop.signal.aborted) {
      try {
        return await work();
      } catch (error) {
        logger[logLevelOf(error)]({ err: error }, complaint);
        await new Promise<void>((resolve) => clock.setTimer(OWN_FAULT_DELAY_MS, resolve));
      }
    }
  }

  async #dispatch(event: LoggedEvent, repeated: boolean): Promise<void> {
    const { db, clock, matcher, firstMessageDelayMs } = this.#parts;
    const recorded = repeated ? await recordedWebhooks(db.reader, event.seq) : nothing;
    const webhookIds = (await matcher.match(event)).map(({ id }) => id).filter((id) => !recorded.has(id));
    if (webhookIds.length === 0) this.#recorder.nothingToDeliver(event);
    const progress: EventProgress = { event, open: webhookIds.length };
    const enqueue = () => {
      for (const webhookId of webhookIds) this.#enqueue(event, webhookId, progress);
    };
    if (event.facts.opensRoom === true && firstMessageDelayMs > 0) clock.setTimer(firstMessageDelayMs, enqueue);
    else enqueue();
  }

  #enqueue(event: LoggedEvent, webhookId: number, progress: EventProgress): void {
    const enteredAt = this.#parts.clock.now();
    const delivery: Delivery = {
      event,
      webhookId,
      progress,
      attempts: 0,
      body: undefined,
      rowId: undefined,
      enteredAt,
    };
    const lane = this.#lanes.of(webhookId);
    if (this.#lanes.accepts(lane)) this.#lanes.add(lane, delivery);
    else this.#spill(lane, delivery);
  }

  /** Rule 3: out of memory and into the table, due at once. */
  #spill(lane: Lane, delivery: Delivery): void {
    lane.behind = true;
    lane.spilling += 1;
    const settlement: Settlement = { state: 'waiting', reason: 'The lane was full.', dueAt: delivery.enteredAt };
    this.#recorder.record({ delivery, settlement, fromSlot: false });
  }

  #sweep(): void {
    this.#sweeper = this.#parts.clock.setTimer(LONGEST_IN_LANE_MS / 4, () => {
      const tooOld = this.#parts.clock.now() - LONGEST_IN_LANE_MS;
      for (const lane of this.#lanes.all()) {
        if (lane.queue.some(({ enteredAt, rowId }) => rowId === undefined && enteredAt < tooOld)) this.#empty(lane);
        this.#lanes.tidy(lane);
      }
      this.#sweep();
    });
  }

  /** All of the queue leaves together: what came later must not overtake. Rows are in the table already. */
  #empty(lane: Lane): void {
    for (const delivery of lane.queue.splice(0)) {
      if (delivery.rowId === undefined) this.#spill(lane, delivery);
      else this.#putBack(lane, delivery, delivery.rowId);
    }
  }

  #putBack(lane: Lane, delivery: Delivery, rowId: number): void {
    lane.loaded.delete(rowId);
    lane.behind = true;
    this.#backlog.note(lane.webhookId, delivery.enteredAt);
  }

  #begin(lane: Lane, delivery: Delivery): void {
    const attempt = this.#attempt(delivery)
      .catch((error: unknown): Settlement => this.#postpone(delivery, error))
      .then((settlement) => {
        this.#attempts.delete(attempt);
        this.#recorder.record({ delivery, settlement, fromSlot: true });
        this.#lanes.attempted(lane);
      });
    this.#attempts.add(attempt);
  }

  async #attempt(delivery: Delivery): Promise<Settlement> {
    const { registry, matcher, courier } = this.#parts;
    const webhook = registry.get(delivery.webhookId);
    if (!webhook) return { state: 'dropped', reason: 'The webhook was deleted.' };
    if (webhook.status !== 'active') return { state: 'dropped', reason: 'The webhook is inactive.' };
    const first = delivery.rowId === undefined;
    if (!first && !(await matcher.stillSees(webhook, delivery.event))) {
      return { state: 'dropped', reason: 'The owner may no longer see the room.' };
    }
    return courier.attempt(delivery, webhook);
  }

  /** The fault is ours, not the receiver's: it does not count as an attempt. */
  #postpone(delivery: Delivery, error: unknown): Settlement {
    const { clock, logger } = this.#parts;
    const about = { err: error, webhookId: delivery.webhookId, event: delivery.event.uuid };
    logger[logLevelOf(error)](about, 'could not make an attempt');
    return {
      state: 'waiting',
      reason: 'The server could not make the attempt.',
      dueAt: clock.now() + OWN_FAULT_DELAY_MS,
    };
  }

  #recorded(records: readonly Recorded[]): void {
    for (const { delivery, settlement, fromSlot } of records) {
      const lane = this.#lanes.of(delivery.webhookId);
      if (!fromSlot) lane.spilling -= 1;
      if (delivery.rowId !== undefined) lane.loaded.delete(delivery.rowId);
      if (settlement.state === 'waiting') this.#backlog.note(delivery.webhookId, settlement.dueAt);
      this.#backlog.offer(lane);
    }
    this.#lanes.release(records.filter(({ fromSlot }) => fromSlot).length);
  }

  #eventsDone(count: number): void {
    this.#eventsOpen -= count;
    this.#mayGoOn();
  }

  /** The webhook is gone: nothing of it is sent any more. */
  async #abandon(webhookId: number): Promise<void> {
    const { db, logger } = this.#parts;
    try {
      await db.write((tx) => dropWaiting(tx, webhookId, 'The webhook was deleted.'));
    } catch (error) {
      logger.warn(
        { err: error, webhookId },
        'could not drop the deliveries of a deleted webhook; the next attempt will',
      );
    }
  }
}

const nothing: ReadonlySet<number> = new Set();
