import { hash } from 'node:crypto';
import { StoreUnavailableError } from '../../src/db/index.ts';
import { Life } from './life.ts';
import { perform } from './perform.ts';
import { settle } from './people.ts';
import { Random } from './random.ts';
import { makeScenario, type Action, type Scenario } from './scenario.ts';
import type { Store } from './store.ts';
import { checkLanes, checkMemory, checkOutcome, isSettled } from './verdict.ts';
import { must } from './witness.ts';
import { World } from './world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** More steps than any run has that comes to rest. */
const MOST_STEPS = 200_000;

export interface Run {
  seed: number;
  /** The same for the same seed. */
  digest: string;
  steps: number;
  lives: number;
  requests: number;
}

/** A seed for which something happened that must not; says how to see it again. */
export class BrokenRun extends Error {
  override name = 'BrokenRun';
  readonly trace: readonly string[];
  constructor(seed: number, cause: unknown, trace: readonly string[], scenario: object) {
    const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
    super(
      `${what}\n\nThe last that happened:\n${trace.slice(-40).join('\n')}\n\nScenario: ${JSON.stringify(scenario)}\n\n` +
        `To see it again: HEARTH_SEED=${seed} npm test -- test/simulation`,
      { cause },
    );
    this.trace = trace;
  }
}

/** Plays the scenario of this seed to its end. Throws `BrokenRun`. */
export async function simulate(store: Store, seed: number): Promise<Run> {
  const random = new Random(seed);
  const scenario = makeScenario(random.fork());
  store.empty();
  await settle(store.db, random.fork(), Date.parse('2016-07-19T11:00:00.000Z'));
  const world = new World(store, scenario, random.fork());
  const simulation = new Simulation(world);
  try {
    await simulation.play();
  } catch (error) {
    throw new BrokenRun(seed, error, world.trace, scenario);
  }
  const requests = [...world.witness.requests.values()].flat().length;
  return {
    seed,
    digest: hash('sha1', world.trace.join('\n')),
    steps: simulation.steps,
    lives: simulation.lives,
    requests,
  };
}

/** One run: lives of the program one after the other, what people and receivers do meanwhile, and the looking after it all. */
class Simulation {
  readonly #world: World;
  #life: Life;
  readonly #crashes: Scenario['crashes'];
  /** How long nothing runs after the present life (ms). */
  #downMs = 0;
  #restarting = false;
  /** No life ends by itself any more. */
  #calm = false;
  lives = 0;
  steps = 0;

  constructor(world: World) {
    this.#world = world;
    this.#crashes = [...world.scenario.crashes];
    this.#life = this.#begin();
  }

  async play(): Promise<void> {
    for (const action of this.#world.scenario.actions) {
      await this.#until(() => this.#life.running !== undefined, 10 * MINUTE);
      this.#do(action);
      await this.#pass(action.kind === 'pass' ? action.ms : this.#world.random.between(0, 50));
    }
    await this.#heal();
    await this.#until(() => this.#isResting() && isSettled(this.#world), this.#longest());
    await this.#pass(2 * MINUTE);
    await this.#pass(SECOND, { resting: false });
    checkOutcome(this.#world);
    if (this.#life.engine) checkMemory(this.#world, this.#life.engine);
  }

  #do(action: Action): void {
    const world = this.#world;
    world.note(JSON.stringify(action));
    switch (action.kind) {
      case 'pass':
        return;
      case 'behave':
        world.behaviours[action.receiver] = action.behaviour;
        return;
      case 'outage':
        world.breakStore(action.of);
        world.timeline.schedule(action.ms, () => world.repairStore());
        return;
      case 'stop':
        return void this.#life.stop(action.graceMs).catch((error: unknown) => world.objectTo(error));
      default:
        if (this.#life.running) void perform(world, this.#life.running, action);
    }
  }

  /** From now on nothing fails any more. Webhooks that are inactive come back, but for some. */
  async #heal(): Promise<void> {
    const world = this.#world;
    world.note('everything is healed');
    this.#calm = true;
    this.#life.livesOn();
    world.repairStore();
    world.behaviours.fill('healthy');
    await this.#until(() => this.#life.running !== undefined, 10 * MINUTE);
    // Requests that are still out, and calls that are still under way.
    await this.#pass(15 * SECOND);
    for (const [at, { status }] of [...world.history.now.webhooks.values()].entries()) {
      if (status === 'inactive' && world.random.chance(0.8)) this.#do({ kind: 'enable', webhook: at });
    }
    await this.#pass(SECOND);
  }

  /** How long it may take until nothing is left to do: until the last delivery is due, and a little longer. */
  #longest(): number {
    const { timeline, store } = this.#world;
    const due = store.truth.deliveries().map(({ state, dueAt }) => (state === 'waiting' ? (dueAt ?? 0) : 0));
    return Math.max(0, ...due.map((at) => at - timeline.now)) + MINUTE;
  }

  #begin(): Life {
    const crash = this.#calm ? undefined : this.#crashes.shift();
    this.#restarting = false;
    this.lives += 1;
    this.#world.settlesDown();
    const life = new Life(this.#world, this.lives, crash?.afterSteps ?? Infinity);
    life.begin().catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) this.#world.objectTo(error);
      life.end('could not start');
    });
    this.#downMs = crash?.downMs ?? SECOND;
    return life;
  }

  async #until(holds: () => boolean, longestMs: number): Promise<void> {
    const { timeline } = this.#world;
    const end = timeline.now + longestMs;
    while (!holds()) {
      must(timeline.now < end, 'What is to happen happens in time.', { longestMs });
      const next = timeline.nextAt(this.#isResting());
      await this.#pass(Math.min(Math.max(0, next - timeline.now), SECOND * 10));
    }
  }

  /** Lets time pass. */
  async #pass(ms: number, { resting = true } = {}): Promise<void> {
    const world = this.#world;
    const { timeline } = world;
    const end = timeline.now + ms;
    for (;;) {
      await world.quiet();
      this.#look();
      const next = timeline.nextAt(resting && this.#isResting());
      if (next > end) break;
      timeline.step(next);
    }
    timeline.goTo(end);
  }

  #look(): void {
    const world = this.#world;
    this.steps += 1;
    must(this.steps < MOST_STEPS, 'A run comes to rest.');
    if (world.objection) throw world.objection;
    if (this.#life.engine) checkLanes(world, this.#life.engine);
    if (this.#life.alive || this.#restarting) return;
    this.#restarting = true;
    world.timeline.schedule(this.#downMs, () => (this.#life = this.#begin()));
  }

  /** Nothing is in memory: it makes no difference how often anybody looks around. */
  #isResting(): boolean {
    const engine = this.#life.engine;
    if (!engine) return true;
    return (
      engine.eventsOpen === 0 &&
      [...engine.lanes.all()].every(({ length, slots, spilling }) => length + slots + spilling === 0)
    );
  }
}
