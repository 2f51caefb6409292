import type { SenderOptions } from '../sender.ts';
import type { Answered, Failed, Outcome } from '../outcome.ts';
import type { OutgoingRequest } from '../sending.ts';

/** What a thread is started with. */
export interface ThreadOptions extends Omit<SenderOptions, 'guard' | 'clock'> {
  /** What its address guard allows. */
  allow: readonly string[];
  /** Where this server listens. */
  port: number;
}

/** To a thread: requests to make, or where this server listens from now on. */
export type Order = { requests: NumberedRequest[] } | { port: number };

export interface NumberedRequest extends OutgoingRequest {
  id: number;
}

/** From a thread: what came of requests. */
export type Report = { id: number; outcome: PackedOutcome }[];

/** A buffer costs as much on its way as all the rest, so the body goes as a string with a character for each byte. */
export type PackedOutcome = Failed | (Omit<Answered, 'body'> & { body: string });

export function packed(outcome: Outcome): PackedOutcome {
  return outcome.kind === 'error' ? outcome : { ...outcome, body: outcome.body.toString('latin1') };
}

export function unpacked(outcome: PackedOutcome): Outcome {
  return outcome.kind === 'error' ? outcome : { ...outcome, body: Buffer.from(outcome.body, 'latin1') };
}
