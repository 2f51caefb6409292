import type { FaultCreate } from '../contract/index.ts';
import { draw } from './match.ts';
import type { Hit } from './rule.ts';

/** What one request has before it. */
export interface Plan {
  before: Stage;
  after: Stage;
  headers: Readonly<Record<string, string>>;
  truncateAfter: number | undefined;
  drip: (NonNullable<FaultCreate['drip']> & { ended: AbortSignal }) | undefined;
}

/** Before the request is carried out, or between that and its answer. */
interface Stage {
  waits: { ms: number; ended: AbortSignal }[];
  /** In place of the real answer. */
  ending: Ending | undefined;
}

export type Ending = 'reset' | { status: number; message: string | undefined; body: unknown };

/** Delays add up; of what can happen only once the first rule has the word. */
export function planOf(hits: readonly Hit[]): Plan {
  const plan: Plan = {
    before: { waits: [], ending: undefined },
    after: { waits: [], ending: undefined },
    headers: Object.assign({}, ...hits.map(({ fault }) => fault.headers ?? {}).toReversed()) as Plan['headers'],
    truncateAfter: hits.find(({ fault }) => fault.truncateAfter !== undefined)?.fault.truncateAfter,
    drip: hits.flatMap(({ fault: { drip }, ended }) => (drip ? [{ ...drip, ended }] : []))[0],
  };
  for (const { fault, number, ended } of hits) {
    const stage = plan[fault.when];
    const ms = delayOf(fault, number);
    if (ms > 0) stage.waits.push({ ms, ended });
    stage.ending ??= endingOf(fault);
  }
  return plan;
}

export function endingOf({ reset, status, message, body }: FaultCreate): Ending | undefined {
  if (reset === true) return 'reset';
  return status === undefined ? undefined : { status, message, body };
}

/** Other numbers than those that decide whether it fails, so that the longest delays are not those of the likeliest. */
function delayOf({ delayMs = 0, seed }: FaultCreate, number: number): number {
  if (typeof delayMs === 'number') return delayMs;
  return delayMs.min + Math.floor(draw(seed + 1, number) * (delayMs.max - delayMs.min + 1));
}
