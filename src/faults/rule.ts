import type { FaultCreate, FaultHit, PresetName } from '../contract/index.ts';
import { bodyKey } from '../http/index.ts';
import { isAbout, isTurnOf, type Call, type Conditions } from './match.ts';

const MOST_HITS_SHOWN = 20;
/** Of paths, or people, that a rule counts by themselves. */
const MOST_COUNTS = 10_000;

/** Where a rule comes from. */
export interface Origin {
  id: string;
  /** ms */
  createdAt: number;
  /** UUID; absent: the world file. */
  createdBy?: string;
  preset?: PresetName;
}

/** What is to happen, with what the rule knew when it was asked, and its end. */
export interface Hit {
  fault: FaultCreate;
  number: number;
  /** Aborted when the rule is taken away or changed: nobody goes on waiting for its sake. */
  ended: AbortSignal;
}

/** A rule and what it has seen. Its settings never change: a changed rule is another one with the same id. */
export class Rule {
  readonly origin: Origin;
  readonly fault: FaultCreate;
  readonly #conditions: Conditions;
  readonly #ended = new AbortController();
  /** By what is counted by itself, the one that was counted longest ago first. */
  readonly #counts = new Map<string, number>();
  #matched = 0;
  #hits = 0;
  #lastHits: FaultHit[] = [];

  /** Refuses a `personId` that is none. */
  constructor(origin: Origin, fault: FaultCreate) {
    this.origin = origin;
    this.fault = fault;
    this.#conditions = {
      ...fault,
      ...(fault.personId !== undefined && { personUuid: bodyKey('PEOPLE', fault.personId) }),
    };
  }

  get seen(): { matched: number; hits: number; lastHits: readonly FaultHit[] } {
    return { matched: this.#matched, hits: this.#hits, lastHits: this.#lastHits };
  }

  /** Counts the request if it is one of the rule's. */
  ask(call: Call, told: Omit<FaultHit, 'number'>): Hit | undefined {
    if (!isAbout(this.#conditions, call)) return undefined;
    const number = this.#count(call);
    const { times = Infinity } = this.fault;
    if (this.#hits >= times || !isTurnOf(this.fault, number)) return undefined;
    this.#hits += 1;
    this.#lastHits = [{ number, ...told }, ...this.#lastHits].slice(0, MOST_HITS_SHOWN);
    return { fault: this.fault, number, ended: this.#ended.signal };
  }

  end(): void {
    this.#ended.abort();
  }

  #count({ path, person }: Call): number {
    this.#matched += 1;
    const keys = { rule: '', path, person: person?.uuid ?? '' };
    const key = keys[this.fault.per];
    const number = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.delete(key);
    this.#counts.set(key, number);
    const [oldest] = this.#counts.keys();
    if (oldest !== undefined && this.#counts.size > MOST_COUNTS) this.#counts.delete(oldest);
    return number;
  }
}
