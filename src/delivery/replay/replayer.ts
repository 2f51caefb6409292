import type { Logger } from 'pino';
import type { Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import { newUuid } from '../../core/ids.ts';
import { logLevelOf, type Database, type Writer } from '../../db/index.ts';
import type { EventLog } from '../../eventlog/index.ts';
import { parseFilter, type ActiveWebhook, type WebhookRegistry } from '../../webhooks/index.ts';
import type { Matcher } from '../matcher.ts';
import type { Recorder } from '../recorder.ts';
import { sendAnew } from '../store/anew.ts';
import type { Recorded } from '../store/records.ts';
import { findCandidates, type Choice, type Found } from './candidates.ts';
import { nextPace } from './pace.ts';
import {
  findReplay,
  findUnfinished,
  insertReplay,
  newestEvent,
  runningReplays,
  updateReplay,
  type NewReplay,
  type ReplayRow,
} from './store.ts';

/** Events that one look goes through; then the position is saved, and it is the next job's turn. */
const MOST_IN_ONE_LOOK = 10_000;
/** Events that are looked at to say how much there is to send. */
const MOST_COUNTED = 100_000;
/** How soon to try again what the store refused (ms). */
const STORE_RETRY_MS = 1_000;

export interface ReplayerParts {
  db: Database;
  log: Pick<EventLog, 'settled'>;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
  matcher: Matcher;
  recorder: Pick<Recorder, 'onRecorded' | 'nextChange'>;
  /** Deliveries of this webhook have become due. */
  wake: (webhookId: number) => void;
}

/**
 * Brings deliveries back in steps, and takes the next step of a job when nothing of the last one waits any more. All that
 * a job knows is in its row, and each step commits with it: a crash repeats nothing and skips nothing. One step at a
 * time is prepared, however many jobs there are.
 */
export class Replayer {
  readonly #parts: ReplayerParts;
  /** Jobs that may be able to go on. */
  readonly #ready = new Set<number>();
  #working: Promise<void> | undefined;
  /** Jobs that have come as far as the log is settled. */
  readonly #ahead = new Set<number>();
  /** Of inactive webhooks: their jobs. */
  readonly #resting = new Map<number, number>();
  #open = false;

  constructor(parts: ReplayerParts) {
    this.#parts = parts;
    parts.recorder.onRecorded((records) => this.#recorded(records));
    parts.registry.onChange((change) => {
      const id = change.kind === 'put' ? change.webhook.id : change.id;
      const job = this.#resting.get(id);
      if (job === undefined || (change.kind === 'put' && change.webhook.status !== 'active')) return;
      this.#resting.delete(id);
      this.goOn(job);
    });
  }

  async start(): Promise<void> {
    this.#open = true;
    for (const id of await runningReplays(this.#parts.db.reader)) this.goOn(id);
  }

  /** Ends after the step that is being prepared. */
  async close(): Promise<void> {
    this.#open = false;
    await this.#working;
  }

  /**
   * Makes a job, which begins when the transaction is committed. Throws `replayUnfinished` when the webhook has one that
   * is not finished. Answers its UUID.
   */
  async create(tx: Writer, replay: Omit<NewReplay, 'uuid' | 'now'>): Promise<string> {
    if (await findUnfinished(tx, replay.webhookId)) throw new ApiError('replayUnfinished');
    const uuid = newUuid();
    const id = await insertReplay(tx, { ...replay, uuid, now: this.#parts.clock.now() });
    tx.afterCommit(() => this.goOn(id));
    return uuid;
  }

  /**
   * A job for what a webhook has missed since it became inactive, up to now (DEL-6): it begins when the webhook is active.
   * One that is not finished from the last time goes on, up to now. Answers its UUID; undefined when the webhook was
   * never inactive. Throws `replayUnfinished` when a job of another kind is not finished.
   */
  async createSinceDisabled(
    tx: Writer,
    { id: webhookId, disabledAfter }: Pick<ActiveWebhook, 'id' | 'disabledAfter'>,
    creatorId: number,
  ): Promise<string | undefined> {
    if (disabledAfter === null) return undefined;
    const untilEvent = await newestEvent(tx);
    const last = await findUnfinished(tx, webhookId);
    if (last?.kind !== 'missed' || last.filter !== null || last.fromEvent > disabledAfter) {
      const range = { fromEvent: disabledAfter, untilEvent, filter: null, total: null };
      return this.create(tx, { webhookId, creatorId, kind: 'missed', ...range });
    }
    const changes = { state: 'running', untilEvent, total: null } as const;
    await updateReplay(tx, last.id, changes, this.#parts.clock.now());
    tx.afterCommit(() => this.goOn(last.id));
    return last.uuid;
  }

  /** How much a replay of this would send now; `complete`: all of it was looked at. */
  async count(choice: Choice): Promise<{ count: number; complete: boolean }> {
    const { events, position } = await this.#find(choice, { limit: Infinity, most: MOST_COUNTED });
    return { count: events.length, complete: position >= choice.until };
  }

  /** The job may be able to take its next step. */
  goOn(id: number): void {
    if (!this.#open) return;
    this.#ready.add(id);
    this.#working ??= this.#work();
  }

  #recorded(records: readonly Recorded[]): void {
    for (const { delivery, settlement } of records) {
      if (delivery.replayId !== undefined && settlement.state !== 'waiting') this.goOn(delivery.replayId);
    }
    for (const id of this.#ahead) this.goOn(id);
    this.#ahead.clear();
  }

  /** A set goes on to what is added to it meanwhile. */
  async #work(): Promise<void> {
    const { clock, logger } = this.#parts;
    for (const id of this.#ready) {
      this.#ready.delete(id);
      if (!this.#open) break;
      try {
        await this.#advance(id);
      } catch (error) {
        logger[logLevelOf(error)]({ err: error, replay: id }, 'could not take the next step of a replay');
        clock.setTimer(STORE_RETRY_MS, () => this.goOn(id));
      }
    }
    this.#working = undefined;
  }

  async #advance(id: number): Promise<void> {
    const { db, log, registry, wake } = this.#parts;
    const replay = await findReplay(db.reader, id);
    if (replay?.state !== 'running' || replay.waiting > 0) return;
    const webhook = registry.get(replay.webhookId);
    if (webhook?.status !== 'active') {
      this.#resting.set(replay.webhookId, id);
      return;
    }
    const { kind, position: after, untilEvent, pace } = replay;
    // What is not settled yet may be on its way for the first time.
    const until = kind === 'failed' ? untilEvent : Math.min(untilEvent, log.settled);
    const filter = parseFilter(webhook.resource, replay.filter ?? '', webhook.ownerUuid);
    const found = await this.#find({ kind, webhook, filter, after, until }, { limit: pace, most: MOST_IN_ONE_LOOK });
    const brought = await db.writeRepeatable((tx) => this.#step(tx, replay, found));
    if (brought > 0) wake(webhook.id);
    else if (found.position < until || log.settled > until) this.goOn(id);
    else this.#ahead.add(id);
  }

  /** The deliveries and the job's position change together. Answers how many were brought back. */
  async #step(tx: Writer, { id, webhookId, position }: ReplayRow, found: Found): Promise<number> {
    const { clock, recorder } = this.#parts;
    const replay = await findReplay(tx, id);
    if (replay?.state !== 'running' || replay.position !== position) return 0;
    const now = clock.now();
    let brought = 0;
    for (const eventId of found.events) {
      const anew = { eventId, webhookId, replayId: id, change: recorder.nextChange(), now };
      if (await sendAnew(tx, anew)) brought += 1;
    }
    const changes = {
      position: found.position,
      replayed: replay.replayed + brought,
      ...(brought > 0 && { pace: nextPace(replay.pace) }),
      ...(brought === 0 && found.position >= replay.untilEvent && { state: 'completed' as const }),
    };
    await updateReplay(tx, id, changes, now);
    return brought;
  }

  #find(choice: Choice, bounds: { limit: number; most: number }): Promise<Found> {
    const { db, matcher } = this.#parts;
    return findCandidates({ reader: db.reader, matcher }, choice, bounds);
  }
}
