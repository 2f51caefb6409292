import { STATUS_CODES } from 'node:http';
import { errors, type ErrorCode } from '../core/errors.ts';
import { errorBody } from '../http/index.ts';
import type { Ending } from './plan.ts';

/** The words that this server has for a status itself. */
const usual: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'resourceNotFound',
  429: 'tooManyRequests',
  500: 'internal',
  503: 'unavailable',
};

export interface Answer {
  type: string;
  text: string;
}

/** The body of an answer that a rule gives: what it says, else the one shape of errors (ERR-3), else nothing. */
export function answerOf({ status, message, body }: Exclude<Ending, 'reset'>, trackingId: string): Answer {
  if (typeof body === 'string') return { type: 'text/plain; charset=utf-8', text: body };
  const json = { type: 'application/json; charset=utf-8' };
  if (body !== undefined) return { ...json, text: JSON.stringify(body) };
  if (message === undefined && status < 400) return { ...json, text: '' };
  const code = usual[status];
  const words = message ?? (code ? errors[code].message : (STATUS_CODES[status] ?? `Status ${status}`));
  return { ...json, text: JSON.stringify(errorBody([words], trackingId)) };
}
