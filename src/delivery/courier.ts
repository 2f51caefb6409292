import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { printTraceparent, type TraceContext, type Tracing } from '../core/trace.ts';
import { secretsOf, type ActiveWebhook } from '../webhooks/index.ts';
import { deliveryId, type Attempt, type Delivery, type Settlement } from './delivery.ts';
import { noticeBody } from './envelope.ts';
import { exchangeOf } from './exchange.ts';
import type { Ended } from './lanes/lanes.ts';
import { isPassing, nextAttempt, type RetrySchedule } from './schedule.ts';
import type { Outcome, Sender } from './sender/index.ts';
import { signatureHeaders } from './signature.ts';

export interface CourierParts {
  sender: Pick<Sender, 'send'>;
  schedule: RetrySchedule;
  clock: Clock;
  random: () => number;
  tracing: Pick<Tracing, 'begin' | 'ofEvent'>;
}

/** What an attempt means for the delivery, and for its lane. */
export interface Tried {
  settlement: Settlement;
  ended: Ended;
}

/** Makes one attempt of a delivery and says what follows from its outcome. */
export class Courier {
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  async attempt(delivery: Delivery, webhook: ActiveWebhook): Promise<Tried> {
    const { sender, clock, tracing } = this.#parts;
    const startedAt = clock.now();
    const told = (delivery.told ??= webhook);
    const trace = tracing.begin(tracing.ofEvent(delivery.event));
    const body = noticeBody(webhook, delivery.event, told);
    const headers = noticeHeaders(delivery, webhook, body, { startedAt, trace });
    const outcome = await sender.send({ url: webhook.targetUrl, headers, body });
    const exchange = exchangeOf(webhook.targetUrl, headers, outcome);
    const attempt = asAttempt(outcome, { startedAt, exchange, trace });
    return {
      settlement: this.#settle(delivery, outcome, attempt),
      ended: { verdict: verdictOf(attempt, outcome), durationMs: attempt.durationMs },
    };
  }

  #settle(delivery: Delivery, outcome: Outcome, attempt: Attempt): Settlement {
    const { schedule, clock, random } = this.#parts;
    if (attempt.error === null) return { state: 'delivered', attempt };
    const attemptsMade = delivery.attempts - delivery.attemptsBefore + 1;
    const next = nextAttempt(schedule, { attemptsMade, outcome, now: clock.now(), random });
    if (next === 'giveUp') return { state: 'failed', reason: attempt.error, attempt };
    return { state: 'waiting', reason: attempt.error, dueAt: next.at, attempt };
  }
}

/** DEL-1, DEL-2: any 2xx is a success and nothing else is. */
function asAttempt(outcome: Outcome, made: Pick<Attempt, 'startedAt' | 'exchange' | 'trace'>): Attempt {
  const durationMs = outcome.timings.totalMs;
  if (outcome.kind === 'error') {
    return { ...made, durationMs, status: null, error: outcome.message, failure: outcome.reason };
  }
  const { status } = outcome;
  const error = status >= 200 && status < 300 ? null : `The receiver answered ${status}.`;
  return { ...made, durationMs, status, error, failure: null };
}

function verdictOf(attempt: Attempt, outcome: Outcome): Ended['verdict'] {
  if (attempt.error === null) return 'good';
  return isPassing(outcome) ? 'bad' : 'refused';
}

function noticeHeaders(
  { event, webhookId, attempts }: Delivery,
  webhook: ActiveWebhook,
  body: string,
  { startedAt, trace }: { startedAt: number; trace: TraceContext | undefined },
): Record<string, string> {
  const id = deliveryId(event.uuid, webhookId);
  return {
    trackingid: `HEARTH_${randomUUID()}`,
    'x-hearth-delivery-id': id,
    'x-hearth-attempt': String(attempts + 1),
    'x-hearth-sequence': String(event.seq),
    ...(trace && { traceparent: printTraceparent(trace) }),
    ...signatureHeaders({
      secret: secretsOf(webhook, startedAt),
      body,
      deliveryId: id,
      timestampSeconds: Math.floor(startedAt / 1000),
    }),
  };
}
