/** Time as the program sees it, so that a test can own it. Times are milliseconds since 1970, UTC. */
export interface Clock {
  /** Never less than it was before: what happens later never looks earlier, even when the machine's time is set back. */
  now(): number;
  /** Runs `callback` once, not before `delayMs` have passed. The timer does not keep the process alive. */
  setTimer(delayMs: number, callback: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** `setTimeout` overflows beyond this and would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

let latest = 0;

export const systemClock: Clock = {
  now: () => (latest = Math.max(latest, Date.now())),
  setTimer(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), LONGEST_TIMEOUT_MS)).unref();
    return { cancel: () => clearTimeout(handle) };
  },
};

/** TIME-1: UTC, three fractional digits, `Z`. */
export function isoTime(ms: number): string {
  if (ms !== written.ms) written = { ms, text: new Date(ms).toISOString() };
  return written.text;
}

/** One moment is written several times: in the answer, in the notice, for each webhook. */
let written = { ms: Number.NaN, text: '' };
