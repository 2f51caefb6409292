import type { LoggedEvent, NewEvent } from '../core/events.ts';
import type { TraceContext } from '../core/trace.ts';
import type { Writer } from '../db/index.ts';

/** The ordered, durable list of events, and the only way into delivery. */
export interface EventLog {
  /** The position of the newest event; 0 before the first one. */
  readonly head: number;
  /** Every event up to this position is acknowledged. */
  readonly settled: number;
  /** Events up to this position were committed by an earlier run, which may have handed them out. */
  readonly repeatsUpTo: number;
  /**
   * Writes events in the transaction of the change they tell of (rule 1). They are handed on after its commit. `trace`: of
   * the request that caused them, so that their deliveries are part of it.
   */
  append(tx: Writer, events: readonly NewEvent[], trace?: TraceContext): Promise<void>;
  /**
   * Events in order, in batches, each at least once: what was not acknowledged before a stop comes again after it.
   * Ends when `signal` aborts. One reader at a time.
   */
  read(signal: AbortSignal): AsyncIterable<EventBatch>;
  /**
   * At most `limit` events after a position, in order. For those who keep their own place: any number of readers, none of
   * whom acknowledges anything.
   */
  readAfter(position: number, limit: number): Promise<readonly LoggedEvent[]>;
  /** The position from which on every event is kept; that of the next one to come when none is. */
  oldest(): Promise<number>;
  /** The position after which everything that happened at or after `time` (ms) is found. */
  positionBefore(time: number): Promise<number>;
  /**
   * Runs `record` in a transaction and acknowledges `events` with it: an event is acknowledged only when what became of
   * it is durable (rule 2). Throws, and acknowledges nothing, when `record` throws.
   */
  acknowledge(events: readonly LoggedEvent[], record: (tx: Writer) => Promise<void>): Promise<void>;
  /** Calls `listener` as soon as events are committed, ahead of their reading. For caches that must not outlive them. */
  onCommit(listener: (events: readonly LoggedEvent[]) => void): void;
}

export interface EventBatch {
  events: readonly LoggedEvent[];
  /** These may have been handled before: what was recorded of them must be skipped. */
  repeated: boolean;
}
