import { randomUUID } from 'node:crypto';
import type { FaultCreate, FaultHit, FaultPresetCreate, PresetName } from '../contract/index.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { Call } from './match.ts';
import { endingOf, planOf, type Plan } from './plan.ts';
import { rulesOf } from './presets.ts';
import { Rule, type Hit } from './rule.ts';

const MOST_RULES = 100;

/** The rules of this process, in the order they were made. A restart forgets them, as it should. */
export class FaultRules {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #rules = new Map<string, Rule>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  list(preset?: PresetName): Rule[] {
    const all = [...this.#rules.values()];
    return preset === undefined ? all : all.filter(({ origin }) => origin.preset === preset);
  }

  get(id: string): Rule {
    const rule = this.#rules.get(id.toLowerCase());
    if (!rule) throw new ApiError('faultNotFound');
    return rule;
  }

  add(fault: FaultCreate, createdBy?: string): Rule {
    return this.#put([this.#made(fault, createdBy)])[0] ?? never();
  }

  /** All of a preset's rules, or none. */
  addPreset(preset: FaultPresetCreate, createdBy?: string): Rule[] {
    return this.#put(rulesOf(preset).map((fault) => this.#made(fault, createdBy, preset.preset)));
  }

  /** In the same place; it begins to count anew. */
  change(id: string, fault: FaultCreate): Rule {
    const former = this.get(id);
    const rule = new Rule(former.origin, fault);
    this.#rules.set(former.origin.id, rule);
    former.end();
    return rule;
  }

  remove(id: string): void {
    const rule = this.get(id);
    this.#rules.delete(rule.origin.id);
    rule.end();
  }

  clear(preset?: PresetName): void {
    for (const { origin } of this.list(preset)) this.remove(origin.id);
  }

  /** What a request has before it. Rules behind the first one that ends it are not asked, and do not count it. */
  ask(call: Call, told: Omit<FaultHit, 'number'>): Plan | undefined {
    const hits: Hit[] = [];
    for (const rule of this.#rules.values()) {
      const hit = rule.ask(call, told);
      if (!hit) continue;
      hits.push(hit);
      if (endingOf(hit.fault) !== undefined) break;
    }
    return hits.length > 0 ? planOf(hits) : undefined;
  }

  #made(fault: FaultCreate, createdBy: string | undefined, preset?: PresetName): Rule {
    const createdAt = this.#clock.now();
    const origin = { id: randomUUID(), createdAt, ...(createdBy && { createdBy }), ...(preset && { preset }) };
    return new Rule(origin, fault);
  }

  #put(rules: Rule[]): Rule[] {
    if (this.#rules.size + rules.length > MOST_RULES) throw new ApiError('tooManyFaults', { limit: MOST_RULES });
    for (const rule of rules) this.#rules.set(rule.origin.id, rule);
    return rules;
  }
}

function never(): never {
  throw new Error('A rule that was just made is not there.');
}
