import type { Clock } from '../core/clock.ts';
import type { Tracing } from '../core/trace.ts';
import { deliveryId } from '../delivery/delivery.ts';
import type { EngineParts } from '../delivery/engine.ts';
import type { Recorded } from '../delivery/store/records.ts';

type Matching = EngineParts['matcher'];

/** The span of an event is the time in which it is found out whom it concerns. */
export function traceMatching(matcher: Matching, tracing: Tracing, clock: Clock): Matching {
  return {
    stillSees: (webhook, event) => matcher.stillSees(webhook, event),
    async match(event) {
      const startedAt = clock.now();
      const began = performance.now();
      const webhooks = await matcher.match(event);
      const context = tracing.ofEvent(event);
      if (!context) return webhooks;
      tracing.end({
        context,
        name: `match ${event.resource}/${event.event}`,
        kind: 'internal',
        startedAt,
        durationMs: performance.now() - began,
        attributes: {
          'hearth.event_id': event.uuid,
          'hearth.sequence': event.seq,
          'hearth.matches': webhooks.length,
        },
        failed: false,
      });
      return webhooks;
    },
  };
}

/** Answers a listener of the recorder that tells of each attempt. */
export function traceAttempts(tracing: Tracing): (records: readonly Recorded[]) => void {
  return (records) => {
    for (const { delivery, settlement } of records) {
      const attempt = 'attempt' in settlement ? settlement.attempt : undefined;
      if (!attempt?.trace) continue;
      const { trace: context, startedAt, durationMs, status, failure, error } = attempt;
      const { event, webhookId, attempts } = delivery;
      tracing.end({
        context,
        name: `deliver ${event.resource}/${event.event}`,
        kind: 'client',
        startedAt,
        durationMs,
        attributes: {
          'http.request.method': 'POST',
          ...(status !== null && { 'http.response.status_code': status }),
          ...(error !== null && { 'error.type': failure ?? String(status) }),
          'hearth.delivery_id': deliveryId(event.uuid, webhookId),
          'hearth.attempt': attempts + 1,
        },
        failed: error !== null,
      });
    }
  };
}
