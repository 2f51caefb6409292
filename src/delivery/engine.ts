import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { EventBatch, EventLog } from '../eventlog/index.ts';
import type { ActiveWebhook, WebhookChange, WebhookRegistry } from '../webhooks/index.ts';
import { Backlog } from './backlog.ts';
import type { Courier, Tried } from './courier.ts';
import { isUntried, type Delivery, type EventProgress, type Settlement } from './delivery.ts';
import type { Lane } from './lanes/lane.ts';
import { Lanes, type LaneLimits } from './lanes/lanes.ts';
import { OrderedRooms } from './lanes/ordered-rooms.ts';
import type { Matcher } from './matcher.ts';
import type { Recorder } from './recorder.ts';
import type { Recorded } from './store/records.ts';
import { dropWaiting, recordedWebhooks } from './store/waiting.ts';

/** A delivery that has waited longer in its lane goes to the table (rule 3), in ms. */
const LONGEST_IN_LANE_MS = 1_000;
/** When to try again what failed on our own side, in ms. */
const OWN_FAULT_DELAY_MS = 1_000;
/** Events read and not yet acknowledged; beyond, reading pauses. */
const MOST_EVENTS_OPEN = 5_000;
/** Rows that one transaction drops, so that nobody waits for a long one. */
const DROP_BATCH = 1_000;

export interface EngineParts {
  db: Database;
  log: EventLog;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
  matcher: Pick<Matcher, 'match' | 'stillSees'>;
  courier: Pick<Courier, 'attempt'>;
  recorder: Recorder;
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
  readonly lanes: Lanes;
  readonly backlog: Backlog;
  readonly #ordered: OrderedRooms;
  readonly #stop = new AbortController();
  #reading: Promise<void> | undefined;
  #sweeper: Timer | undefined;
  readonly #attempts = new Set<Promise<void>>();
  #eventsOpen = 0;
  #mayGoOn: () => void = () => {};

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.lanes = new Lanes(parts.limits, parts.clock, (lane, delivery) => this.#begin(lane, delivery));
    this.backlog = new Backlog(parts, this.lanes);
    this.#ordered = new OrderedRooms(parts, this.lanes, (lane, delivery) => this.#spill(lane, delivery, 'afterRoom'));
    parts.recorder.onRecorded((records) => this.#recorded(records));
    parts.recorder.onEventsDone = (count) => this.#eventsDone(count);
    parts.registry.onChange((change) => this.#follow(change));
  }

  /** Events read and not yet acknowledged. */
  get eventsOpen(): number {
    return this.#eventsOpen;
  }

  async start(): Promise<void> {
    await this.#ordered.start();
    await this.backlog.start();
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
    this.backlog.close();
    this.lanes.close();
    await this.#reading;
    const grace = new Promise<void>((resolve) => this.#parts.clock.setTimer(graceMs, resolve));
    await Promise.race([Promise.all(this.#attempts), grace]);
    await this.#parts.recorder.close();
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
    const { db, clock, matcher, recorder, firstMessageDelayMs } = this.#parts;
    const recorded = repeated ? await recordedWebhooks(db.reader, event.seq) : nothing;
    const webhooks = (await matcher.match(event)).filter(({ id }) => !recorded.has(id));
    if (webhooks.length === 0) recorder.nothingToDeliver(event);
    const progress: EventProgress = { event, open: webhooks.length };
    const enqueue = () => {
      for (const webhook of webhooks) this.#enqueue(event, webhook, progress);
    };
    if (event.facts.opensRoom === true && firstMessageDelayMs > 0) clock.setTimer(firstMessageDelayMs, enqueue);
    else enqueue();
  }

  #enqueue(event: LoggedEvent, { id: webhookId, ordering }: ActiveWebhook, progress: EventProgress): void {
    const delivery: Delivery = {
      event,
      webhookId,
      progress,
      attempts: 0,
      attemptsBefore: 0,
      told: undefined,
      stored: false,
      dueAt: undefined,
      replayId: undefined,
      enteredAt: this.#parts.clock.now(),
    };
    const lane = this.lanes.of(webhookId);
    if (ordering === 'room' && !this.#ordered.mayGo(lane, delivery)) return;
    if (this.lanes.accepts(lane)) this.lanes.add(lane, delivery);
    else this.#spill(lane, delivery);
  }

  /** Rule 3: out of memory and into the table, due at once or after an earlier one of its room. */
  #spill(lane: Lane, delivery: Delivery, dueAt: number | 'afterRoom' = delivery.enteredAt): void {
    if (dueAt !== 'afterRoom') lane.behind = true;
    lane.spilling += 1;
    lane.spilled += 1;
    const settlement: Settlement = { state: 'waiting', reason: 'It waits for its turn.', dueAt };
    this.#parts.recorder.record({ delivery, settlement, fromSlot: false });
  }

  #sweep(): void {
    this.#sweeper = this.#parts.clock.setTimer(LONGEST_IN_LANE_MS / 4, () => {
      const tooOld = this.#parts.clock.now() - LONGEST_IN_LANE_MS;
      for (const lane of this.lanes.all()) {
        for (const delivery of lane.takeLate(tooOld)) this.#giveBack(lane, delivery);
        for (const delivery of lane.order?.takeLate(tooOld) ?? []) this.#spill(lane, delivery, 'afterRoom');
      }
      this.lanes.watch();
      this.#sweep();
    });
  }

  /** A row of the table that waits for a time is there already. */
  #giveBack(lane: Lane, delivery: Delivery): void {
    if (!delivery.stored || lane.order) return this.#spill(lane, delivery);
    lane.loaded.delete(delivery.event.seq);
    lane.behind = true;
    this.backlog.note(lane.webhookId, delivery.enteredAt);
  }

  #begin(lane: Lane, delivery: Delivery): void {
    const attempt = this.#attempt(delivery)
      .catch((error: unknown): Tried => this.#postpone(delivery, error))
      .then(({ settlement, ended }) => {
        this.#attempts.delete(attempt);
        this.#parts.recorder.record({ delivery, settlement, fromSlot: true });
        this.lanes.ended(lane, delivery, ended);
      });
    this.#attempts.add(attempt);
  }

  async #attempt(delivery: Delivery): Promise<Tried> {
    const { registry, matcher, courier, clock } = this.#parts;
    const webhook = registry.get(delivery.webhookId);
    if (!webhook) return unsent({ state: 'dropped', reason: 'The webhook was deleted.' });
    if (webhook.status !== 'active') {
      return unsent({ state: 'waiting', reason: 'The webhook is inactive.', dueAt: clock.now() });
    }
    if (delivery.stored && !(await matcher.stillSees(webhook, delivery.event))) {
      return unsent({ state: 'dropped', reason: 'The owner may no longer see the room.' });
    }
    return courier.attempt(delivery, webhook);
  }

  /** The fault is ours, not the receiver's: it does not count as an attempt. */
  #postpone(delivery: Delivery, error: unknown): Tried {
    const { clock, logger } = this.#parts;
    const { webhookId, event } = delivery;
    logger[logLevelOf(error)]({ err: error, webhookId, event: event.uuid }, 'could not make an attempt');
    const dueAt = clock.now() + OWN_FAULT_DELAY_MS;
    return unsent({ state: 'waiting', reason: 'The server could not make the attempt.', dueAt });
  }

  #recorded(records: readonly Recorded[]): void {
    for (const { delivery, settlement, fromSlot } of records) {
      const lane = this.lanes.of(delivery.webhookId);
      lane.loaded.delete(delivery.event.seq);
      if (!fromSlot) lane.spilling -= 1;
      if (settlement.state === 'waiting' && settlement.dueAt !== 'afterRoom') {
        lane.behind ||= isUntried(delivery, settlement);
        this.backlog.note(delivery.webhookId, settlement.dueAt);
      }
      if (lane.order) this.#ordered.recorded(lane, delivery, settlement);
      this.backlog.offer(lane);
      if (fromSlot) this.lanes.release(lane);
    }
  }

  #eventsDone(count: number): void {
    this.#eventsOpen -= count;
    this.#mayGoOn();
  }

  #follow(change: WebhookChange): void {
    if (change.kind === 'removed') return void this.#abandon(change.id);
    const { id, status, ordering } = change.webhook;
    const wake = () => status === 'active' && this.backlog.note(id, this.#parts.clock.now());
    const lane = this.lanes.find(id);
    if (ordering === 'none' && lane?.order) void this.#ordered.end(lane).then(wake);
    else wake();
  }

  /** The webhook is gone: nothing of it is sent any more. */
  async #abandon(webhookId: number): Promise<void> {
    const { db, logger } = this.#parts;
    try {
      while (await db.write((tx) => dropWaiting(tx, webhookId, 'The webhook was deleted.', DROP_BATCH)));
    } catch (error) {
      logger.warn(
        { err: error, webhookId },
        'could not drop the deliveries of a deleted webhook; the next attempt will',
      );
    }
  }
}

const nothing: ReadonlySet<number> = new Set();

/** No request was made: the lane learns nothing. */
function unsent(settlement: Settlement): Tried {
  return { settlement, ended: { verdict: 'none', durationMs: 0 } };
}
