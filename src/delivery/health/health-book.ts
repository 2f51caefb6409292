import type { Clock } from '../../core/clock.ts';
import type { Reader } from '../../db/index.ts';
import { isFirstAttempt, type Attempt } from '../delivery.ts';
import type { Recorded } from '../store/records.ts';
import { firstFailuresSince } from '../store/health.ts';

/** How a webhook's receiver has been doing; times in ms since 1970. */
export interface Health {
  /** When first attempts failed within the window, the oldest first. */
  readonly failures: readonly number[];
  readonly lastSuccess: { at: number; status: number } | undefined;
  readonly lastError: { at: number; status: number | null; reason: string } | undefined;
}

/** DEL-5: so many notifications that failed within so long. */
export interface FailureWindow {
  /** 0: webhooks are never disabled. */
  failures: number;
  windowMs: number;
}

interface Entry {
  failures: number[];
  lastSuccess: Health['lastSuccess'];
  lastError: Health['lastError'];
}

/** What one attempt did to a webhook's health. */
export interface Noted {
  webhookId: number;
  /** A notification failed: a first attempt, for retries say nothing new of the receiver. */
  failed: boolean;
  /** Failures within the window, this one included. */
  failures: number;
}

/**
 * The health of every webhook that had anything to do since the start. Failures are counted as Webex does: by
 * notification, however often each is tried again.
 */
export class HealthBook {
  readonly #clock: Clock;
  readonly #window: FailureWindow;
  readonly #entries = new Map<number, Entry>();

  constructor(clock: Clock, window: FailureWindow) {
    this.#clock = clock;
    this.#window = window;
  }

  /** The failures of the window that an earlier run recorded count on. */
  async start(reader: Reader): Promise<void> {
    for (const { webhookId, startedAt } of await firstFailuresSince(reader, this.#windowStart())) {
      this.#entryOf(webhookId).failures.push(startedAt);
    }
  }

  /** Undefined: nothing is known since the start. */
  of(webhookId: number): Health | undefined {
    const entry = this.#entries.get(webhookId);
    if (entry) this.#forgetOld(entry);
    return entry;
  }

  /** Takes a durable outcome down; undefined when no attempt was made. */
  note({ delivery, settlement }: Recorded): Noted | undefined {
    const attempt = 'attempt' in settlement ? settlement.attempt : undefined;
    if (!attempt) return undefined;
    const { webhookId } = delivery;
    const entry = this.#entryOf(webhookId);
    take(entry, attempt);
    const failed = attempt.error !== null && isFirstAttempt(delivery);
    if (failed) entry.failures.push(attempt.startedAt);
    this.#forgetOld(entry);
    return { webhookId, failed, failures: entry.failures.length };
  }

  /** The count begins anew. */
  clearFailures(webhookId: number): void {
    this.#entryOf(webhookId).failures.length = 0;
  }

  forget(webhookId: number): void {
    this.#entries.delete(webhookId);
  }

  #entryOf(webhookId: number): Entry {
    let entry = this.#entries.get(webhookId);
    if (!entry) this.#entries.set(webhookId, (entry = { failures: [], lastSuccess: undefined, lastError: undefined }));
    return entry;
  }

  /** What is outside the window, and what exceeds the number that counts. */
  #forgetOld({ failures }: Entry): void {
    const start = this.#windowStart();
    const old = failures.findIndex((at) => at > start);
    failures.splice(0, old === -1 ? failures.length : old);
    failures.splice(0, failures.length - Math.max(1, this.#window.failures));
  }

  #windowStart(): number {
    return this.#clock.now() - this.#window.windowMs;
  }
}

function take(entry: Entry, { startedAt: at, status, error }: Attempt): void {
  if (error !== null) entry.lastError = { at, status, reason: error };
  else if (status !== null) entry.lastSuccess = { at, status };
}
