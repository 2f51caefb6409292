import type { Logger } from 'pino';
import type { Clock, Timer } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { logLevelOf, type Database } from '../db/index.ts';
import type { EventBatch, EventLog } from '../eventlog/index.ts';
import type { WebhookChange, WebhookRegistry } from '../webhooks/index.ts';
import { Abandoned } from './abandoned.ts';
import { Backlog } from './backlog.ts';
import type { Courier, Tried } from './courier.ts';
import { isUntried, type Delivery, type EventProgress, type Settlement } from './delivery.ts';
import { goneReason, unlessGone } from './gone.ts';
import { insist, OWN_FAULT_DELAY_MS, type Insisting } from './insist.ts';
import type { Lane } from './lanes/lane.ts';
import { Lanes, type LaneLimits } from './lanes/lanes.ts';
import { OrderedRooms } from './lanes/ordered-rooms.ts';
import type { Matcher } from './matcher.ts';
import type { Recorder } from './recorder.ts';
import type { Recorded } from './store/records.ts';
import { recordedWebhooks, waitingWebhooks } from './store/waiting.ts';

/** A delivery that has waited longer in its lane goes to the table (rule 3), in ms. */
const LONGEST_IN_LANE_MS = 1_000;
/** Events read and not yet acknowledged; beyond, reading pauses. */
const MOST_EVENTS_OPEN = 5_000;

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
  readonly #insisting: Insisting;
  #reading: Promise<void> | undefined;
  #sweeper: Timer | undefined;
  readonly #attempts = new Set<Promise<void>>();
  #eventsOpen = 0;
  #caughtUp = false;
  #mayGoOn: () => void = () => {};

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.lanes = new Lanes(parts.limits, parts.clock, (lane, delivery) => this.#begin(lane, delivery));
    this.#insisting = { clock: parts.clock, logger: parts.logger, signal: this.#stop.signal };
    const abandoned = new Abandoned({ ...this.#insisting, db: parts.db });
    this.backlog = new Backlog(parts, this.lanes, (webhookId, reason) => abandoned.drop(webhookId, reason));
    this.#ordered = new OrderedRooms({ ...parts, ...this.#insisting }, this.lanes, {
      store: (lane, delivery) => this.#spill(lane, delivery, 'afterRoom'),
      wake: (webhookId) => this.backlog.note(webhookId, parts.clock.now()),
    });
    parts.recorder.onRecorded((records) => this.#recorded(records));
    parts.recorder.onEventsDone = (count) => this.#eventsDone(count);
    parts.registry.onChange((change) => this.#follow(change));
  }

  /** Events read and not yet acknowledged. */
  get eventsOpen(): number {
    return this.#eventsOpen;
  }

  async start(): Promise<void> {
    const { db, log, registry } = this.#parts;
    const waiting = await waitingWebhooks(db.reader);
    for (const { webhookId, behindRooms } of waiting) {
      // The ordering was given up, and the earlier run ended before it came to its rooms.
      const leftOver = behindRooms && registry.get(webhookId)?.ordering === 'none';
      if (leftOver) void this.#ordered.end(this.lanes.of(webhookId));
    }
    await this.#ordered.start(waiting);
    this.backlog.start(waiting);
    if (log.settled >= log.repeatsUpTo) this.#catchUp();
    this.#sweep();
    this.#reading = this.#read();
  }

  /**
   * What an earlier run had read and not recorded has found its place again. Only now is the table drawn from: some of it
   * comes after that.
   */
  #catchUp(): void {
    this.#caughtUp = true;
    this.backlog.resume();
    this.#ordered.resume();
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
      await insist(this.#insisting, 'could not read the event log', async () => {
        for await (const batch of this.#parts.log.read(signal)) await this.#take(batch);
      });
    }
  }

  async #take({ events, repeated }: EventBatch): Promise<void> {
    this.#eventsOpen += events.length;
    for (const event of events) {
      await insist(this.#insisting, 'could not match an event', () => this.#dispatch(event, repeated));
      if (!this.#caughtUp && event.seq >= this.#parts.log.repeatsUpTo) this.#catchUp();
    }
    while (this.#eventsOpen >= MOST_EVENTS_OPEN && !this.#stop.signal.aborted) {
      await new Promise<void>((resolve) => (this.#mayGoOn = resolve));
    }
  }

  async #dispatch(event: LoggedEvent, repeated: boolean): Promise<void> {
    const { db, clock, matcher, recorder, firstMessageDelayMs } = this.#parts;
    const recorded = repeated ? await recordedWebhooks(db.reader, event.seq) : nothing;
    const webhooks = (await matcher.match(event)).filter(({ id }) => !recorded.has(id));
    if (webhooks.length === 0) recorder.nothingToDeliver(event);
    const progress: EventProgress = { event, open: webhooks.length };
    const enqueue = () => {
      for (const { id } of webhooks) this.#enqueue(event, id, progress);
    };
    if (event.facts.opensRoom === true && firstMessageDelayMs > 0) clock.setTimer(firstMessageDelayMs, enqueue);
    else enqueue();
  }

  #enqueue(event: LoggedEvent, webhookId: number, progress: EventProgress): void {
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
    const isOrdered = this.#parts.registry.get(webhookId)?.ordering === 'room';
    if (isOrdered && !this.#ordered.mayGo(lane, delivery)) return;
    if (this.lanes.accepts(lane)) this.lanes.add(lane, delivery);
    else this.#spill(lane, delivery);
  }

  /** Rule 3: out of memory and into the table, due at once or after an earlier one of its room. */
  #spill(lane: Lane, delivery: Delivery, dueAt: number | 'afterRoom' = delivery.enteredAt): void {
    if (dueAt !== 'afterRoom') lane.behind = true;
    lane.spills(delivery.event.seq);
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
    const attempt = this.#attempt(lane, delivery)
      .catch((error: unknown): Tried => this.#postpone(delivery, error))
      .then(({ settlement, ended }) => {
        this.#attempts.delete(attempt);
        this.#parts.recorder.record({ delivery, settlement, fromSlot: true });
        // It keeps its place: what comes after it waits in the table as well.
        if (isUntried(delivery, settlement)) for (const later of lane.takeFresh()) this.#spill(lane, later);
        this.lanes.ended(lane, delivery, ended);
      });
    this.#attempts.add(attempt);
  }

  async #attempt(lane: Lane, delivery: Delivery): Promise<Tried> {
    const { registry, courier, clock } = this.#parts;
    if ((delivery.stored || lane.isAsking) && !(await this.#isStillSeen(lane, delivery))) {
      return unsent({ state: 'dropped', reason: 'The owner may no longer see the room.' });
    }
    const webhook = registry.get(delivery.webhookId);
    const gone = goneReason(webhook);
    if (!webhook || gone !== undefined) return unsent({ state: 'dropped', reason: gone ?? '' });
    if (webhook.status !== 'active') {
      return unsent({ state: 'waiting', reason: 'The webhook is inactive.', dueAt: clock.now() });
    }
    return courier.attempt(delivery, webhook);
  }

  /** Rule 5. Who need not ask waits for those of the lane who do. */
  #isStillSeen(lane: Lane, { stored, event, webhookId }: Delivery): Promise<boolean> {
    const { registry, matcher } = this.#parts;
    return lane.ask(async () => {
      const webhook = registry.get(webhookId);
      return !stored || !webhook || matcher.stillSees(webhook, event);
    });
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
      // A row that was new with this may have been read and loaded between its commit and now.
      if (delivery.stored) lane.loaded.delete(delivery.event.seq);
      if (!fromSlot) lane.spilled(delivery.event.seq);
      if (settlement.state === 'waiting') this.#waits(lane, delivery, settlement);
      if (lane.order) this.#ordered.recorded(lane, delivery, settlement);
      this.backlog.offer(lane);
      if (fromSlot) this.lanes.release(lane);
    }
  }

  #waits(lane: Lane, delivery: Delivery, settlement: Extract<Settlement, { state: 'waiting' }>): void {
    const { registry, clock } = this.#parts;
    const { webhookId } = lane;
    const webhook = unlessGone(registry.get(webhookId));
    if (webhook && settlement.dueAt !== 'afterRoom') {
      lane.behind ||= isUntried(delivery, settlement);
      return this.backlog.note(webhookId, settlement.dueAt);
    }
    // The webhook is gone, or it was not certain whether the lane is still behind.
    if (!webhook || lane.behind) this.backlog.note(webhookId, clock.now());
    if (webhook?.ordering === 'none') void this.#ordered.end(lane);
    else if (webhook) this.#ordered.stored(lane, delivery);
  }

  #eventsDone(count: number): void {
    this.#eventsOpen -= count;
    this.#mayGoOn();
  }

  #follow(change: WebhookChange): void {
    const now = this.#parts.clock.now();
    const id = change.kind === 'removed' ? change.id : change.webhook.id;
    const lane = this.lanes.find(id);
    if (change.kind === 'removed' || change.webhook.ownerIsGone) {
      if (lane) this.#ordered.forget(lane);
      return this.backlog.note(id, now);
    }
    const { status, ordering } = change.webhook;
    if (ordering === 'none' && lane?.order) void this.#ordered.end(lane);
    if (status === 'active') this.backlog.note(id, now);
  }
}

const nothing: ReadonlySet<number> = new Set();

/** No request was made: the lane learns nothing. */
function unsent(settlement: Settlement): Tried {
  return { settlement, ended: { verdict: 'none', durationMs: 0 } };
}
