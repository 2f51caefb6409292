import { ApiError, type ErrorCode } from '../core/errors.ts';
import { parseId, type IdType } from '../core/ids.ts';

/** The key that an id in a body or a query names; 400 for anything else (ID-4). */
export function bodyKey(type: IdType, text: string): string {
  const parsed = parseId(type, text);
  if (parsed.kind !== 'key') throw new ApiError('malformedId');
  return parsed.key;
}

/** The key that an id in a path names; what names nothing is not found (ID-4). */
export function pathKey(type: IdType, text: string, notFound: ErrorCode = 'resourceNotFound'): string {
  const parsed = parseId(type, text);
  if (parsed.kind !== 'key') throw new ApiError(notFound);
  return parsed.key;
}
