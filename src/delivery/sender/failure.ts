import { errors } from 'undici';
import { RefusedAddressError, UnknownHostError } from '../guard/index.ts';
import type { Failed, FailureReason } from './outcome.ts';

export type Failure = Pick<Failed, 'reason' | 'message'>;

/** The deadline came before a status. */
export function noAnswer(sent: boolean, timeoutMs: number): Failure {
  const message = sent
    ? `The receiver did not answer within ${timeoutMs / 1000} s.`
    : `No connection to the receiver was free within ${timeoutMs / 1000} s.`;
  return failure('timeout', message);
}

export const stopped = failure('stopped', 'This server was stopping.');

/**
 * What went wrong, in words for the webhook's owner. Never passes on the text of an error: those of Node and undici name
 * the resolved address, and those of TLS may quote the certificate of something inside the network.
 */
export function failureOf(error: Error): Failure {
  if (error instanceof RefusedAddressError) return failure('refused-address', error.message);
  if (error instanceof UnknownHostError) return failure('dns', error.message);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (TLS.test(code)) return failure('tls', `A secure connection to the receiver was not possible (${code}).`);
  if (error instanceof errors.HTTPParserError) return malformed;
  if (code === 'UND_ERR_SOCKET' && error.message.startsWith('bad ')) return unexpected;
  return byCode.get(code) ?? failure('connection', `The connection to the receiver failed${code && ` (${code})`}.`);
}

/** Reasons to reject a certificate have no common prefix: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const TLS =
  /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|CERT_|CRL_|UNABLE_TO_|ERROR_IN_C|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_|PATH_LENGTH_)/;

const connectTimeout = failure('connect-timeout', 'No connection to the receiver came about in time.');
const closed = failure('connection', 'The receiver closed the connection before it had answered.');
const unreachable = failure('connection', 'The receiver cannot be reached.');
export const malformed = failure('protocol', 'The answer is not HTTP/1.1.');
/** An upgrade, or `100 Continue`. */
const unexpected = failure('protocol', 'The answer is not one to this request.');

const byCode: ReadonlyMap<string, Failure> = new Map([
  ['UND_ERR_CONNECT_TIMEOUT', connectTimeout],
  ['ETIMEDOUT', connectTimeout],
  ['ECONNREFUSED', failure('connection', 'The receiver refused the connection.')],
  ['ECONNRESET', closed],
  ['EPIPE', closed],
  ['UND_ERR_SOCKET', closed],
  ['EHOSTUNREACH', unreachable],
  ['ENETUNREACH', unreachable],
  ['EADDRNOTAVAIL', unreachable],
  ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', malformed],
  // What the parser lets through and undici does not expect, such as a status below 100.
  ['ERR_ASSERTION', malformed],
  ['UND_ERR_HEADERS_OVERFLOW', failure('protocol', 'The headers of the answer are too large.')],
  ['UND_ERR_INVALID_ARG', failure('invalid-request', 'The URL or a header of the request is malformed.')],
  ['UND_ERR_DESTROYED', stopped],
]);

function failure(reason: FailureReason, message: string): Failure {
  return { reason, message };
}
