import type { ConnectPhases } from './connecting.ts';

/** What came of one request. A receiver's failure is a value: nothing is thrown. */
export type Outcome = Answered | Failed;

/** A status came. It counts whatever became of the body, which is kept as evidence only (DEL-1). */
export interface Answered {
  kind: 'response';
  /** 200 to 599. Redirects are answers like others (DEL-2). */
  status: number;
  /** Names in lower case; of a repeated one the values, joined by `, `. */
  headers: Readonly<Record<string, string>>;
  /** As it came over the wire, cut at the sender's limit. */
  body: Buffer;
  /** The body was longer, broke off, or had not ended at the deadline. */
  truncated: boolean;
  timings: Timings;
}

export interface Failed {
  kind: 'error';
  reason: FailureReason;
  /** A sentence for the webhook's owner. Never tells what a host name resolved to. */
  message: string;
  timings: Timings;
}

/**
 * Where the time went, in ms, to the microsecond. The steps of connecting are there when a connection was made for this
 * request; one that failed is as long as it took to fail.
 */
export interface Timings extends ConnectPhases {
  /** From the request being handed to the network to the first byte of the answer. */
  firstByteMs?: number;
  /** From the call to the outcome: it covers waiting for a connection and reading the body too. */
  totalMs: number;
}

export type FailureReason =
  /** No status before the deadline. */
  | 'timeout'
  | 'connect-timeout'
  /** The host name has no address, or the name servers did not answer. */
  | 'dns'
  /** The address guard refused it. */
  | 'refused-address'
  /** Refused, reset, closed or unreachable. */
  | 'connection'
  | 'tls'
  /** What came back is not HTTP/1.1, or too much of it. */
  | 'protocol'
  /** It could not be sent: the URL or a header is malformed. */
  | 'invalid-request'
  /** This server was stopping. */
  | 'stopped'
  /** A fault of this server: what it sent with is gone. */
  | 'internal';
