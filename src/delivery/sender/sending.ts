import type { Outcome } from './outcome.ts';

export interface OutgoingRequest {
  url: string;
  /** In addition to the sender's own, which they replace where the names (in lower case) are the same. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

/**
 * Sends POST requests to receivers over kept connections, and says what came of each. Follows no redirects, asks for no
 * encoding, always gives the length of the body. The outcome is there as soon as the response body has ended, reached
 * what is kept of it, broke off, or the deadline came: once there is a status, a body cannot turn it into a failure.
 */
export interface Sending {
  /** Go out with every request, beside those that HTTP itself needs. */
  readonly headers: Readonly<Record<string, string>>;
  /** Never rejects. */
  send(request: OutgoingRequest): Promise<Outcome>;
  /** Takes nothing more and waits for what is under way, none of which outlives its deadline. */
  close(): Promise<void>;
  /** Takes nothing more and breaks off what is under way. */
  destroy(): Promise<void>;
}

export function ownHeaders(userAgent: string): Sending['headers'] {
  return {
    'content-type': 'application/json',
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': userAgent,
  };
}
