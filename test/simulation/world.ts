import { pino } from 'pino';
import { newMasterKey, Vault } from '../../src/core/vault.ts';
import { History } from './history.ts';
import type { Random } from './random.ts';
import type { Behaviour } from './receivers.ts';
import { RECEIVERS, type Outage, type Scenario } from './scenario.ts';
import type { Store } from './store.ts';
import { Timeline } from './timeline.ts';
import { Witness } from './witness.ts';

export const silent = pino({ enabled: false });
export const vault = new Vault([newMasterKey()]);

/** What outlives a life of the program: the store, the receivers, time. */
export class World {
  readonly store: Store;
  readonly scenario: Scenario;
  readonly random: Random;
  readonly timeline: Timeline;
  readonly history: History;
  readonly witness: Witness;
  readonly behaviours: Behaviour[] = Array.from({ length: RECEIVERS }, () => 'healthy');
  #outage: Outage | undefined;
  /** Units of work that the store has not finished. */
  writesUnderWay = 0;
  /** Messages that anybody tried to post. */
  posted = 0;
  /** Everything that happened, a line each. */
  readonly trace: string[] = [];
  /** What ends the run as broken. */
  objection: Error | undefined;
  readonly #from: number;
  /** The number of the last change of a delivery that is in the trace. */
  #change = 0;

  constructor(store: Store, scenario: Scenario, random: Random) {
    this.store = store;
    this.scenario = scenario;
    this.random = random;
    this.timeline = new Timeline(random.fork());
    this.#from = this.timeline.now;
    this.history = new History(store.truth, vault);
    this.witness = new Witness(store.truth, this.history, this.timeline, scenario);
  }

  get outage(): Outage | undefined {
    return this.#outage;
  }

  breakStore(outage: Outage): void {
    this.#outage = outage;
    this.witness.calmSince = Infinity;
  }

  repairStore(): void {
    this.#outage = undefined;
    this.settlesDown();
  }

  /** What failed is tried again within a second. */
  settlesDown(): void {
    this.witness.calmSince = this.#outage === undefined ? this.timeline.now + 2_000 : Infinity;
  }

  note(text: string): void {
    this.trace.push(`${this.#seconds(this.timeline.now)} ${text}`);
  }

  #seconds(at: number): string {
    return ((at - this.#from) / 1_000).toFixed(3);
  }

  /** A unit of work is committed; `repeatable`: webhooks and members are as they were. */
  committed(repeatable: boolean): void {
    if (!repeatable) this.history.committed();
    for (const { eventId, webhookId, state, attempts, dueAt, change } of this.store.truth.changedSince(this.#change)) {
      const due = dueAt === null ? '' : ` until ${this.#seconds(dueAt)}`;
      this.note(`   ${eventId}/${webhookId} is ${state}${due}, attempts: ${attempts}`);
      this.#change = change;
    }
  }

  /** Lets the witness look; what it objects to ends the run, though the program may catch it. */
  saw<T>(look: (witness: Witness) => T): T {
    try {
      return look(this.witness);
    } catch (error) {
      this.objectTo(error);
      throw error;
    }
  }

  objectTo(error: unknown): void {
    this.objection ??= error instanceof Error ? error : new Error(String(error));
  }

  /** Resolves when nothing more happens without time passing. */
  async quiet(): Promise<void> {
    do await new Promise(setImmediate);
    while (this.writesUnderWay > 0);
  }
}
