import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../core/clock.ts';
import type { Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { createdAfter } from './statements.ts';
import type { Refresh } from './refresh.ts';

export interface EventLogSources {
  log: EventLog;
  reader: Reader;
  clock: Clock;
  /** Events read from the log and not yet acknowledged. */
  engine: { readonly eventsOpen: number };
}

/** The event log: what comes in, and how far delivery is behind it. */
export function measureEventLog(registry: Registry, { log, reader, clock, engine }: EventLogSources): Refresh {
  const registers = [registry];
  const committed = new Counter({
    name: 'hearth_events_committed_total',
    help: 'Events written to the log, by what happened to what.',
    labelNames: ['resource', 'event'],
    registers,
  });
  const head = new Gauge({
    name: 'hearth_event_log_head_position',
    help: 'Position of the newest committed event.',
    registers,
  });
  const settled = new Gauge({
    name: 'hearth_event_log_settled_position',
    help: 'Every event up to this position is delivered, given up, dropped, or waits in the store with a time to try again.',
    registers,
  });
  const lagEvents = new Gauge({
    name: 'hearth_event_log_lag_events',
    help: 'Positions between the settled one and the head.',
    registers,
  });
  const lagSeconds = new Gauge({
    name: 'hearth_event_log_lag_seconds',
    help: 'Age of the oldest event that is not settled; 0 when all are.',
    registers,
  });
  const open = new Gauge({
    name: 'hearth_events_open',
    help: 'Events read from the log and not yet acknowledged.',
    registers,
  });
  log.onCommit((events) => {
    for (const { resource, event } of events) committed.inc({ resource, event });
  });
  return async () => {
    head.set(log.head);
    settled.set(log.settled);
    lagEvents.set(log.head - log.settled);
    open.set(engine.eventsOpen);
    const oldest = await reader.first(createdAfter, { position: log.settled });
    lagSeconds.set(oldest ? (clock.now() - oldest.createdAt) / 1_000 : 0);
  };
}
