import type { Logger } from 'pino';
import { deliveryId } from './delivery.ts';
import type { Recorded } from './store/records.ts';

/** Answers a listener of the recorder that writes a line for each attempt, at `debug` level. */
export function logAttempts(logger: Logger): (records: readonly Recorded[]) => void {
  return (records) => {
    if (!logger.isLevelEnabled('debug')) return;
    for (const { delivery, settlement } of records) {
      const attempt = 'attempt' in settlement ? settlement.attempt : undefined;
      if (!attempt) continue;
      const { status, error, durationMs, trace } = attempt;
      logger.debug(
        {
          delivery: deliveryId(delivery.event.uuid, delivery.webhookId),
          attempt: delivery.attempts + 1,
          state: settlement.state,
          status,
          error,
          ms: durationMs,
          ...(trace && { trace_id: trace.traceId, span_id: trace.spanId }),
        },
        'attempted',
      );
    }
  };
}
