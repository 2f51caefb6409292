import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Reader } from '../db/index.ts';
import { isFresh, type Attempt, type Delivery } from '../delivery/delivery.ts';
import type { Backlog } from '../delivery/backlog.ts';
import type { Recorder } from '../delivery/recorder.ts';
import type { Recorded } from '../delivery/store/records.ts';
import type { Refresh } from './refresh.ts';
import { statusClass } from './requests.ts';
import { countWaiting } from './statements.ts';

export interface DeliverySources {
  recorder: Recorder;
  backlog: Pick<Backlog, 'size'>;
  reader: Reader;
}

/** More are not counted, for counting takes the time of everybody else: some 3 ms for so many. */
const MOST_COUNTED = 100_000;

/** What became of deliveries, and how long it took; and what waits in the store. */
export function measureDeliveries(registry: Registry, { recorder, backlog, reader }: DeliverySources): Refresh {
  const registers = [registry];
  const attempts = new Counter({
    name: 'hearth_delivery_attempts_total',
    help: 'Attempts that are recorded. `outcome`: `delivered` or `failed`. `reason`: the class of the status that the receiver answered, or why there is none.',
    labelNames: ['outcome', 'reason'],
    registers,
  });
  const durations = new Histogram({
    name: 'hearth_delivery_attempt_duration_seconds',
    help: 'Time that an attempt took, connecting and the response body included.',
    labelNames: ['outcome'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const latency = new Histogram({
    name: 'hearth_delivery_latency_seconds',
    help: 'Time from an event to its delivery, of deliveries that succeeded at their first attempt.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600],
    registers,
  });
  const lateness = new Histogram({
    name: 'hearth_delivery_retry_lateness_seconds',
    help: 'Time from when a retry was due to its beginning.',
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 30, 300],
    registers,
  });
  const ended = new Counter({
    name: 'hearth_deliveries_ended_total',
    help: 'Deliveries that ended: `delivered`, `failed` (given up) or `dropped` (never sent). What waits in the store for a webhook when it is deleted is dropped and not counted.',
    labelNames: ['state'],
    registers,
  });
  // There from the start, so that the first one is an increase.
  for (const state of ['delivered', 'failed', 'dropped']) ended.inc({ state }, 0);
  const batches = new Histogram({
    name: 'hearth_recorder_batch_size',
    help: 'Outcomes of deliveries that were recorded in one commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000],
    registers,
  });
  const waiting = new Gauge({
    name: 'hearth_deliveries_waiting',
    help: `Deliveries that wait in the store: \`untried\` for their first attempt, \`due\` for a time, \`room\` for an earlier one of their room. Each is counted up to ${MOST_COUNTED}.`,
    labelNames: ['for'],
    registers,
  });
  const webhooks = new Gauge({
    name: 'hearth_webhooks_with_waiting_deliveries',
    help: 'Active webhooks for which deliveries wait in the store.',
    registers,
  });

  function note({ delivery, settlement }: Recorded): void {
    if ('attempt' in settlement) noteAttempt(delivery, settlement.attempt);
    if (settlement.state !== 'waiting') ended.inc({ state: settlement.state });
  }

  function noteAttempt(delivery: Delivery, { startedAt, durationMs, status, error, failure }: Attempt): void {
    const outcome = error === null ? 'delivered' : 'failed';
    attempts.inc({ outcome, reason: status === null ? (failure ?? '') : statusClass(status) });
    durations.observe({ outcome }, durationMs / 1_000);
    if (isFresh(delivery)) {
      if (error === null) latency.observe((startedAt + durationMs - delivery.event.createdAt) / 1_000);
    } else if (delivery.dueAt !== undefined) {
      lateness.observe(Math.max(0, startedAt - delivery.dueAt) / 1_000);
    }
  }

  recorder.onRecorded((records) => {
    if (records.length > 0) batches.observe(records.length);
    for (const record of records) note(record);
  });
  return async () => {
    webhooks.set(backlog.size);
    const counted = await reader.first(countWaiting, { most: MOST_COUNTED });
    for (const [kind, count] of Object.entries(counted ?? {})) waiting.set({ for: kind }, count ?? 0);
  };
}
