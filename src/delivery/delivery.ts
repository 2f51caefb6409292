import type { LoggedEvent } from '../core/events.ts';
import type { TraceContext } from '../core/trace.ts';
import type { FailureReason } from './sender/index.ts';

/** The duty to bring one event to one webhook, while it is in memory. */
export interface Delivery {
  event: LoggedEvent;
  webhookId: number;
  /** Attempts made so far. */
  attempts: number;
  /** Those of them that were made before it was last sent anew: the retry schedule begins again after them. */
  attemptsBefore: number;
  /** The webhook as the first attempt told of it: every later one sends the same bytes (WH-20). */
  told: Told | undefined;
  /** It has a row in the table. */
  stored: boolean;
  /** While it has no row: the event that cannot be acknowledged before it does. */
  progress: EventProgress | undefined;
  /** For when it was in the table (ms); undefined: it has not waited there for a time. */
  dueAt: number | undefined;
  /** The replay that brought it back. */
  replayId: number | undefined;
  /** When it entered its lane (ms). */
  enteredAt: number;
}

/** What a notice says of its webhook and may have changed since. */
export interface Told {
  revision: number;
  name: string;
  targetUrl: string;
}

/** An event on its way through matching and delivery. */
export interface EventProgress {
  event: LoggedEvent;
  /** Matches that have no durable record yet. */
  open: number;
}

/** What came of one HTTP request. */
export interface Attempt {
  startedAt: number;
  durationMs: number;
  /** The receiver's status, when it answered. */
  status: number | null;
  /** What went wrong, in words; null when it was delivered. */
  error: string | null;
  /** Why there is no status; null when there is one. */
  failure: FailureReason | null;
  /** What went over the wire, as JSON (exchange.ts). */
  exchange: string;
  /** Its span; undefined: it is part of no trace. */
  trace: TraceContext | undefined;
}

/** What is to be remembered of a delivery after something was done about it. */
export type Settlement =
  | { state: 'delivered'; attempt: Attempt }
  /**
   * Tried and failed, to be tried again; or, without an attempt, taken out of memory. `afterRoom`: it waits for an
   * earlier one of its room and not for a time.
   */
  | { state: 'waiting'; reason: string; dueAt: number | 'afterRoom'; attempt?: Attempt }
  /** Gave up. */
  | { state: 'failed'; reason: string; attempt: Attempt }
  /** Nothing was, or will be, sent. */
  | { state: 'dropped'; reason: string };

/** Its first attempt since it was matched, or sent anew. */
export function isFirstAttempt({ attempts, attemptsBefore }: Delivery): boolean {
  return attempts === attemptsBefore;
}

/** It has its place in the order of events: neither a retry nor sent anew (DEL-10). */
export function isFresh({ attempts, replayId }: Delivery): boolean {
  return attempts === 0 && replayId === undefined;
}

/** It goes to the table and waits there in the order of events. */
export function isUntried(delivery: Delivery, settlement: Settlement): boolean {
  return settlement.state === 'waiting' && !settlement.attempt && isFresh(delivery);
}

/** The id that a receiver sees: the same in every attempt, also after a crash, so that it can tell a repetition. */
export function deliveryId(eventUuid: string, webhookId: number): string {
  return `${eventUuid}-${webhookId.toString(36)}`;
}

const DELIVERY_ID = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})-([0-9a-z]{1,10})$/;

/** What a delivery's id names; undefined when it is none. */
export function parseDeliveryId(text: string): { eventUuid: string; webhookId: number } | undefined {
  const [, eventUuid, webhook] = DELIVERY_ID.exec(text) ?? [];
  return eventUuid === undefined || webhook === undefined
    ? undefined
    : { eventUuid, webhookId: Number.parseInt(webhook, 36) };
}
