import type { Outcome } from './sender/index.ts';

/** The delays in ms before attempt 1, 2, and so on, each counted from the end of the attempt before; the first is 0. */
export type RetrySchedule = readonly number[];

export type NextAttempt = { at: number } | 'giveUp';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const units: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
]);

const named: ReadonlyMap<string, RetrySchedule> = new Map([
  ['default', [0, 5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR]],
  // Nothing is known of a notice that Webex has sent twice (DEL-4).
  ['webex', [0]],
]);

const LONGEST_DELAY_MS = 7 * DAY;
/** A receiver may put us off this long and no longer: a mistaken `Retry-After` must not bury a delivery. */
const LONGEST_RETRY_AFTER_MS = DAY;
const JITTER = 0.2;
/**
 * Attempts for an answer that says "not like this" (4xx, a redirect, an address that is refused): the same request will
 * most likely get the same answer until somebody changes something. Four of them outlast a deployment of some minutes.
 */
const LASTING_ATTEMPTS = 4;
/** Answers of 4xx that say "not now": Request Timeout, Too Early, Too Many Requests. */
const passing4xx: ReadonlySet<number> = new Set([408, 425, 429]);

/**
 * Reads `default`, `webex`, or a list of delays such as `0s,5s,1m30s,2h`. Throws an `Error` with a sentence that says
 * what to change.
 */
export function parseSchedule(text: string): RetrySchedule {
  const known = named.get(text.trim());
  if (known) return known;
  const [first, ...rest] = text.split(',').map((entry) => parseDelay(entry.trim(), text));
  if (first !== 0)
    throw new Error(`The retry schedule '${text}' must begin with 0s: the first attempt is made at once.`);
  return [first, ...rest];
}

const DELAY = /^(?:\d+(?:ms|s|m|h|d))+$/;

function parseDelay(entry: string, text: string): number {
  if (!DELAY.test(entry)) {
    throw new Error(
      `'${entry}' in the retry schedule '${text}' is not a delay: write a list such as 0s,5s,1m30s,2h, or default, or webex.`,
    );
  }
  const parts = [...entry.matchAll(/(\d+)([a-z]+)/g)];
  const delay = parts.reduce((sum, [, count, unit]) => sum + Number(count) * (units.get(unit ?? '') ?? NaN), 0);
  if (delay > LONGEST_DELAY_MS) throw new Error(`'${entry}' in the retry schedule '${text}' is longer than 7 days.`);
  return delay;
}

export interface AttemptMade {
  /** Attempts made so far since it was matched or sent anew, this one included. */
  attemptsMade: number;
  outcome: Outcome;
  now: number;
  /** In [0, 1). */
  random: () => number;
}

/** Whether what failed may well work a little later, without anybody doing anything: the receiver is to be spared. */
export function isPassing(outcome: Outcome): boolean {
  if (outcome.kind === 'error') return outcome.reason !== 'invalid-request' && outcome.reason !== 'refused-address';
  return outcome.status >= 500 || passing4xx.has(outcome.status);
}

/**
 * What follows a failed attempt (DEL-4): the time of the next one, or giving up because the schedule is at its end, or
 * because the receiver answered 410, or one "not like this" too many. Delays vary by ±20 %, so that what failed together does not come back together. A receiver
 * that answers 429 or 503 with `Retry-After` is left alone that long, up to 24 hours, or as long as the schedule says
 * if that is longer.
 */
export function nextAttempt(schedule: RetrySchedule, { attemptsMade, outcome, now, random }: AttemptMade): NextAttempt {
  const delay = isPassing(outcome) || attemptsMade < LASTING_ATTEMPTS ? schedule[attemptsMade] : undefined;
  if (delay === undefined || (outcome.kind === 'response' && outcome.status === 410)) return 'giveUp';
  const varied = Math.round(delay * (1 - JITTER + 2 * JITTER * random()));
  return { at: now + Math.max(varied, retryAfter(outcome, now)) };
}

/** How long the receiver asked to be left alone, in ms; 0 when it did not, or not in a form that HTTP knows. */
function retryAfter(outcome: Outcome, now: number): number {
  if (outcome.kind !== 'response' || (outcome.status !== 429 && outcome.status !== 503)) return 0;
  const value = outcome.headers['retry-after']?.trim() ?? '';
  const asked = /^\d+$/.test(value) ? Number(value) * SECOND : httpDate(value) - now;
  return Number.isNaN(asked) ? 0 : Math.min(Math.max(0, asked), LONGEST_RETRY_AFTER_MS);
}

/** The one form of RFC 9110 that is still to be generated. `Date.parse` alone would take almost anything. */
const IMF_FIXDATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

function httpDate(value: string): number {
  return IMF_FIXDATE.test(value) ? Date.parse(value) : NaN;
}
