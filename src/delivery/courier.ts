import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { derivedUuid } from '../core/ids.ts';
import type { ActiveWebhook } from '../webhooks/index.ts';
import type { Attempt, Delivery, Settlement } from './delivery.ts';
import { noticeBody } from './envelope.ts';
import { nextAttempt, type RetrySchedule } from './schedule.ts';
import type { Outcome, Sender } from './sender/index.ts';
import { signatureHeaders } from './signature.ts';

export interface CourierParts {
  sender: Pick<Sender, 'send'>;
  schedule: RetrySchedule;
  clock: Clock;
  random: () => number;
}

/** Makes one attempt of a delivery and says what follows from its outcome. */
export class Courier {
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
  }

  async attempt(delivery: Delivery, webhook: ActiveWebhook): Promise<Settlement> {
    const { sender, clock } = this.#parts;
    const startedAt = clock.now();
    delivery.body ??= noticeBody(webhook, delivery.event);
    const body = Buffer.from(delivery.body, 'utf8');
    const outcome = await sender.send({
      url: webhook.targetUrl,
      headers: noticeHeaders(delivery, webhook, body, startedAt),
      body,
    });
    return this.#settle(delivery, outcome, startedAt);
  }

  #settle(delivery: Delivery, outcome: Outcome, startedAt: number): Settlement {
    const { schedule, clock, random } = this.#parts;
    const attempt = asAttempt(outcome, startedAt);
    if (attempt.error === null) return { state: 'delivered', attempt };
    const next = nextAttempt(schedule, { attemptsMade: delivery.attempts + 1, outcome, now: clock.now(), random });
    if (next === 'giveUp') return { state: 'failed', reason: attempt.error, attempt };
    return { state: 'waiting', reason: attempt.error, dueAt: next.at, attempt };
  }
}

/** DEL-1, DEL-2: any 2xx is a success and nothing else is. */
function asAttempt(outcome: Outcome, startedAt: number): Attempt {
  const { durationMs } = outcome;
  if (outcome.kind === 'error') {
    return { startedAt, durationMs, status: null, error: outcome.message, responseBody: null };
  }
  const { status, body } = outcome;
  const delivered = status >= 200 && status < 300;
  return {
    startedAt,
    durationMs,
    status,
    error: delivered ? null : `The receiver answered ${status}.`,
    responseBody: body,
  };
}

/** The id is the same in every attempt, also after a crash, so that a receiver can tell a repetition. */
function deliveryId(delivery: Delivery, webhook: ActiveWebhook): string {
  return derivedUuid('delivery', delivery.event.uuid, webhook.uuid);
}

function noticeHeaders(
  delivery: Delivery,
  webhook: ActiveWebhook,
  body: Buffer,
  startedAt: number,
): Record<string, string> {
  const id = deliveryId(delivery, webhook);
  return {
    trackingid: `HEARTH_${randomUUID()}`,
    'x-hearth-delivery-id': id,
    'x-hearth-attempt': String(delivery.attempts + 1),
    'x-hearth-sequence': String(delivery.event.seq),
    ...signatureHeaders({
      ...(webhook.secret !== undefined && { secret: webhook.secret }),
      body,
      deliveryId: id,
      timestampSeconds: Math.floor(startedAt / 1000),
    }),
  };
}
