import type { LoggedEvent } from '../core/events.ts';

/** The duty to bring one event to one webhook, while it is in memory. */
export interface Delivery {
  event: LoggedEvent;
  webhookId: number;
  /** Attempts made so far. */
  attempts: number;
  /** The bytes of the first attempt, once one has failed (WH-20). */
  body: string | undefined;
  /** Its row in the table, once it has one. */
  rowId: number | undefined;
  /** While it has no row: the event that cannot be acknowledged before it does. */
  progress: EventProgress | undefined;
  /** When it entered its lane (ms). */
  enteredAt: number;
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
  responseBody: Uint8Array | null;
}

/** What is to be remembered of a delivery after something was done about it. */
export type Settlement =
  | { state: 'delivered'; attempt: Attempt }
  /** Tried and failed, to be tried again; or, without an attempt, taken out of a full or slow lane. */
  | { state: 'waiting'; reason: string; dueAt: number; attempt?: Attempt }
  /** Gave up. */
  | { state: 'failed'; reason: string; attempt: Attempt }
  /** Nothing was, or will be, sent. */
  | { state: 'dropped'; reason: string };
