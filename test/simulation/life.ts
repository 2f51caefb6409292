import type { Clock } from '../../src/core/clock.ts';
import { passOn } from '../../src/core/trace.ts';
import type { Database } from '../../src/db/index.ts';
import { Courier } from '../../src/delivery/courier.ts';
import { DeliveryEngine } from '../../src/delivery/engine.ts';
import type { Lanes } from '../../src/delivery/lanes/lanes.ts';
import { Matcher } from '../../src/delivery/matcher.ts';
import { Recorder } from '../../src/delivery/recorder.ts';
import { RoomMembers } from '../../src/delivery/room-members.ts';
import type { Outcome } from '../../src/delivery/sender/index.ts';
import { lastChange } from '../../src/delivery/store/records.ts';
import { SqliteEventLog, type EventLog } from '../../src/eventlog/index.ts';
import type { LoggedEvent } from '../../src/core/events.ts';
import { WebhookRegistry } from '../../src/webhooks/index.ts';
import { WebhookService, type WebhookParts } from '../../src/webhooks/service.ts';
import { mortalDatabase, type Mortal } from './mortal-database.ts';
import { react } from './receivers.ts';
import { silent, vault, type World } from './world.ts';
import { ALL_REACHES_BOTS } from './witness.ts';

/** A sweep of the engine's lanes: the one timer that comes back however little there is to do. */
const SWEEP_MS = 250;

/** What people's requests need of a program that runs. */
export interface Running extends WebhookParts {
  engine: DeliveryEngine;
  webhooks: WebhookService;
}

/**
 * One run of the program: the real parts on a store, a clock and a sender that end with it. Where it ends is given as a
 * number of steps: each read, write, commit, request and answer is one or several.
 */
export class Life implements Mortal {
  readonly #world: World;
  readonly #number: number;
  #stepsLeft: number;
  alive = true;
  #serves = false;
  #running: Running | undefined;

  constructor(world: World, number: number, steps: number) {
    this.#world = world;
    this.#number = number;
    this.#stepsLeft = steps;
  }

  /** Undefined while it is starting or stopping, and after its end. */
  get running(): Running | undefined {
    return this.alive && this.#serves ? this.#running : undefined;
  }

  get outage() {
    return this.#world.outage;
  }

  /** Until its end, whatever else it does. */
  get engine(): DeliveryEngine | undefined {
    return this.alive ? this.#running?.engine : undefined;
  }

  /** As the composition root puts it together. */
  async begin(): Promise<void> {
    this.survives('begins');
    const { scenario, random } = this.#world;
    const clock = this.#clock();
    const db = mortalDatabase(this.#world.store.db, this);
    const log = await SqliteEventLog.open(db, clock);
    const registry = new WebhookRegistry(vault);
    await registry.load(db.reader);
    const matcher = this.#matcher(registry, db, log);
    const sender = { send: (request: Sent) => this.#send(request) };
    const { schedule } = scenario;
    const courier = new Courier({ sender, schedule, clock, random: () => random.next(), tracing: passOn });
    const recorder = new Recorder({ log, clock, logger: silent, lastChange: await lastChange(db.reader) });
    const { limits, firstMessageDelayMs } = scenario;
    const parts = { db, log, clock, logger: silent, registry };
    const engine = new DeliveryEngine({ ...parts, matcher, courier, recorder, limits, firstMessageDelayMs });
    const service = { ...parts, vault, checkTarget: () => undefined, mostPerPerson: 100, allowMessagesUpdated: true };
    this.#running = { ...service, engine, webhooks: new WebhookService(service) };
    await engine.start();
    this.#serves = true;
    this.#world.note(`#${this.#number} is ready`);
  }

  /** An orderly stop. */
  async stop(graceMs: number): Promise<void> {
    this.#serves = false;
    await this.#running?.engine.close(graceMs);
    this.end('has stopped');
  }

  /** It does not end by itself. */
  livesOn(): void {
    this.#stepsLeft = Infinity;
  }

  survives(what: string): boolean {
    if (!this.alive) return false;
    this.#world.note(`#${this.#number} ${what}`);
    this.#stepsLeft -= 1;
    if (this.#stepsLeft <= 0) this.end('dies');
    return this.alive;
  }

  async goesOn(what: string): Promise<void> {
    this.survives(what);
    const { random, scenario } = this.#world;
    const delayed = random.chance(scenario.storeDelays);
    if (this.alive && delayed) await new Promise<void>((resolve) => this.#later(random.spread(1, 300), resolve));
    if (!this.alive) await never();
  }

  committed(repeatable: boolean): void {
    this.#world.committed(repeatable);
  }

  writesUnderWay(change: 1 | -1): void {
    this.#world.writesUnderWay += change;
  }

  end(how: string): void {
    if (!this.alive) return;
    this.alive = false;
    this.#world.note(`#${this.#number} ${how}`);
    this.#world.saw((witness) => witness.sawEnd(this.#number));
  }

  #later(delayMs: number, callback: () => void, isWatch = false) {
    return this.#world.timeline.schedule(delayMs, () => void (this.alive && callback()), { isWatch });
  }

  #clock(): Clock {
    return {
      now: () => this.#world.timeline.now,
      setTimer: (delayMs, callback) => this.#later(delayMs, callback, delayMs === SWEEP_MS),
    };
  }

  get #lanes(): Lanes {
    if (!this.#running) throw new Error('The engine is asked before it is made.');
    return this.#running.engine.lanes;
  }

  #matcher(registry: WebhookRegistry, db: Database, log: EventLog): Matcher {
    const world = this.#world;
    const lanes = () => this.#lanes;
    class WatchedMatcher extends Matcher {
      override async match(event: LoggedEvent) {
        const from = world.history.length;
        const webhooks = await super.match(event);
        const states = world.history.since(from);
        world.saw((witness) => witness.sawMatching(event, webhooks, { states, lanes: lanes() }));
        return webhooks;
      }
    }
    return new WatchedMatcher(registry, new RoomMembers(db.reader, log), {
      allReachesBots: ALL_REACHES_BOTS,
      allowMessagesUpdated: true,
    });
  }

  #send({ url, headers, body }: Sent): Promise<Outcome> {
    const { timeline, behaviours, random } = this.#world;
    if (!this.alive) return never();
    const sending = { life: this.#number, lanes: this.#lanes, headers, body: String(body) };
    const request = this.#world.saw((witness) => witness.sawRequest(sending));
    const { seq, webhookId, number } = request;
    const name = `${seq}/${webhookId} for the ${number}. time`;
    const behaviour = behaviours[Number(new URL(url).hostname.split('.')[0])] ?? 'healthy';
    const outcome = react(behaviour, random, timeline.now);
    this.survives(`sends ${name} (${behaviour})`);
    return new Promise((resolve) => {
      timeline.schedule(outcome.timings.totalMs, () => {
        request.outcome = outcome;
        request.answeredAt = timeline.now;
        if (this.survives(`is answered ${name}`)) resolve(outcome);
      });
    });
  }
}

interface Sent {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer | string;
}

/** One for each who waits: a promise that everybody waits for would keep all of them in memory. */
function never(): Promise<never> {
  return new Promise(() => {});
}
