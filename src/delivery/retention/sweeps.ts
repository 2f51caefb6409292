import type { Clock } from '../../core/clock.ts';
import type { Reader, Writer } from '../../db/index.ts';
import { newestEventBefore } from '../../eventlog/index.ts';
import {
  clearExchanges,
  deleteAttempts,
  deleteDeliveries,
  deleteDeliveriesOf,
  deleteEvents,
  deleteReplays,
  namedWebhooks,
  type Looked,
} from './store.ts';

/** How long things are kept (ms); `Infinity`: always. */
export interface RetentionTimes {
  eventsMs: number;
  /** Of attempts, and of what went over the wire in those that delivered. */
  attemptsMs: number;
}

/** Goes through one kind of rows and deletes those that are too old. */
export interface Sweep {
  readonly of: string;
  /** Looks at no more than `limit` rows; `more`: others are to be looked at. */
  step(tx: Writer, limit: number): Promise<{ gone: number; more: boolean }>;
  /** Begins anew: what had to be left may have become free to go. */
  again(): void;
}

interface Parts {
  clock: Clock;
  log: { readonly settled: number };
  times: RetentionTimes;
}

/** What has to go first comes first: an event goes after the deliveries about it. */
export function allSweeps({ clock, log, times: { eventsMs, attemptsMs } }: Parts): Sweep[] {
  const attemptsUntil = () => clock.now() - attemptsMs;
  const eventsUntil = () => clock.now() - eventsMs;
  // By their place in the log and not by their own time, which may have been set back.
  const oldUpTo = async (reader: Reader) => Math.min(log.settled, await newestEventBefore(reader, eventsUntil()));

  const ofAttempts = [
    simple('attempts', (tx, limit) => deleteAttempts(tx, attemptsUntil(), limit)),
    simple('exchanges', (tx, limit) => clearExchanges(tx, attemptsUntil(), limit)),
  ];
  const ofEvents = [
    walk('deliveries', { eventId: 0, webhookId: 0 }, async (tx, after, limit) =>
      deleteDeliveries(tx, after, await oldUpTo(tx), limit),
    ),
    walk('events', 0, async (tx, after, limit) => deleteEvents(tx, after, await oldUpTo(tx), limit)),
    simple('replays', (tx, limit) => deleteReplays(tx, eventsUntil(), limit)),
  ];
  return [
    ...(attemptsMs < Infinity ? ofAttempts : []),
    ...(eventsMs < Infinity ? ofEvents : []),
    walk('deliveries of deleted webhooks', { webhookId: 0, eventId: undefined }, ofDeletedWebhooks),
  ];
}

/** Of rows that an index gives by age: none is looked at that does not go. */
function simple(of: string, remove: (tx: Writer, limit: number) => Promise<number>): Sweep {
  return {
    of,
    async step(tx, limit) {
      const gone = await remove(tx, limit);
      return { gone, more: gone === limit };
    },
    again() {},
  };
}

/** Of rows some of which have to stay: each is looked at once, until the walk begins anew. */
function walk<P>(of: string, start: P, look: (tx: Writer, after: P, limit: number) => Promise<Looked<P>>): Sweep {
  let after = start;
  return {
    of,
    async step(tx, limit) {
      const { gone, last } = await look(tx, after, limit);
      if (last === undefined) return { gone, more: false };
      tx.afterCommit(() => (after = last));
      return { gone, more: true };
    },
    again() {
      after = start;
    },
  };
}

interface AmongWebhooks {
  webhookId: number;
  /** Within the deliveries of that webhook, which is gone; undefined: after all of them. */
  eventId: number | undefined;
}

/** Nobody can ask for these any more, however young they are. */
async function ofDeletedWebhooks(
  tx: Writer,
  { webhookId, eventId }: AmongWebhooks,
  limit: number,
): Promise<Looked<AmongWebhooks>> {
  if (eventId !== undefined) {
    const { gone, last } = await deleteDeliveriesOf(tx, webhookId, eventId, limit);
    return { gone, last: { webhookId, eventId: last } };
  }
  const named = await namedWebhooks(tx, webhookId, limit);
  const deleted = named.find(({ exists }) => exists === 0);
  if (deleted) return { gone: 0, last: { webhookId: deleted.id, eventId: 0 } };
  const last = named.at(-1);
  return { gone: 0, last: last && { webhookId: last.id, eventId: undefined } };
}
