import type { WebhookHealth } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import type { Reader } from '../../db/index.ts';
import type { FailureWindow, HealthBook } from '../../delivery/health/health-book.ts';
import type { Lanes } from '../../delivery/lanes/lanes.ts';
import type { ActiveWebhook } from '../../webhooks/index.ts';
import { countWaiting, lastError, lastSuccess, nextDue } from './store.ts';

/** Counting the deliveries that wait ends here: a million of them must not hold up everybody else. */
const MOST_COUNTED = 10_000;

export interface HealthParts {
  reader: Reader;
  lanes: Pick<Lanes, 'find'>;
  book: Pick<HealthBook, 'of'>;
  window: FailureWindow;
}

/** How a webhook's deliveries are doing. What is in memory comes from there; the rest, and what was before the start, from the store. */
export async function healthOf(parts: HealthParts, { id, status, ...webhook }: ActiveWebhook): Promise<WebhookHealth> {
  const { reader, lanes, book, window } = parts;
  const lane = lanes.find(id);
  const known = book.of(id);
  const waiting = await countWaiting(reader, id, MOST_COUNTED + 1);
  const success = known?.lastSuccess ?? (await lastSuccess(reader, id));
  const error = known?.lastError ?? (await lastError(reader, id));
  const due = status === 'active' ? await nextDue(reader, id) : undefined;
  return {
    pending: Math.min(waiting, MOST_COUNTED),
    ...(waiting > MOST_COUNTED && { morePending: true }),
    queued: (lane?.length ?? 0) + (lane?.order?.length ?? 0),
    inFlight: lane?.inFlight ?? 0,
    failures: {
      inWindow: known?.failures.length ?? 0,
      limit: window.failures,
      windowSeconds: window.windowMs / 1000,
    },
    ...(success && { lastSuccess: { at: isoTime(success.at), status: success.status } }),
    ...(error && {
      lastError: {
        at: isoTime(error.at),
        ...(error.status !== null && { status: error.status }),
        reason: error.reason,
      },
    }),
    ...(due !== undefined && { nextAttempt: isoTime(due) }),
    ...(status === 'inactive' &&
      webhook.disabledAt !== null && {
        disabled: { at: isoTime(webhook.disabledAt), reason: webhook.disabledReason ?? '' },
      }),
  };
}
