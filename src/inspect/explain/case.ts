import type { LoggedEvent } from '../../core/events.ts';
import type { Verdict } from '../../delivery/conditions.ts';
import type { ActiveWebhook } from '../../webhooks/index.ts';
import type { DeliveryRow } from '../deliveries/store.ts';
import type { FailedAttempt } from './store.ts';

/** Everything that an explanation of one event and one webhook rests on. */
export interface Case {
  webhook: ActiveWebhook;
  event: LoggedEvent;
  verdicts: readonly Verdict[];
  /** The first condition that does not hold. */
  because: Verdict | undefined;
  /** What is recorded of the delivery. */
  row: DeliveryRow | undefined;
  /** Where the delivery is in memory. */
  inMemory: 'inFlight' | 'queued' | undefined;
  /** Everything up to and including the event is matched, and recorded. */
  settled: boolean;
  /** The failure that the delivery waits after or ended with; of another one of the webhook's, when it was not tried yet. */
  failure: FailedAttempt | undefined;
  /** What its room waits for, where it waits for its room. */
  head: { deliveryId: string; reason: string } | undefined;
  /** An address that the filter asks for and that is nobody's. */
  unknownEmail: string | undefined;
}

/** The webhook was inactive when the event was matched, and is active again. */
export function missedWhileInactive({ webhook, event, because, row }: Case): boolean {
  const { status, disabledAfter, enabledAt } = webhook;
  return (
    row === undefined &&
    because === undefined &&
    status === 'active' &&
    disabledAfter !== null &&
    enabledAt !== null &&
    event.seq > disabledAfter &&
    event.createdAt <= enabledAt
  );
}
