import { ApiError } from '../../core/errors.ts';
import { REFUSAL } from '../guard/index.ts';
import { failureOf, type FailureReason } from '../sender/index.ts';

/** What the author of a message is told. Never what a host name resolved to, nor the text of an error, which may name it. */

export function unfit(reason: string): ApiError {
  return new ApiError('fileUrlFailed', { reason });
}

export const answered = (status: number) => unfit(`It answered with status ${status}.`);
export const encoded = () => unfit('It answered with compressed content, which was not asked for.');
export const tooLarge = (limit: number) => unfit(`The file is larger than ${limit} bytes.`);
export const tooLate = (ms: number) => unfit(`It took longer than ${ms / 1_000} s.`);
export const redirectedTooOften = (most: number) => unfit(`It redirects more than ${most} times.`);

export function failed(error: unknown): ApiError {
  const { reason } = failureOf(error instanceof Error ? error : new Error('unknown'));
  return unfit(sentences[reason] ?? 'The connection failed.');
}

const sentences: Partial<Record<FailureReason, string>> = {
  'connect-timeout': 'No connection came about in time.',
  dns: 'Its host name could not be resolved.',
  'refused-address': REFUSAL,
  tls: 'A secure connection was not possible.',
  protocol: 'The answer is not HTTP/1.1.',
};
