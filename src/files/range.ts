import { parse } from 'range-parser';

export interface Range {
  /** Both included. */
  start: number;
  end: number;
}

/**
 * What a `Range` header asks for. `whole`: everything, also where it cannot be read or names several parts, which RFC 9110
 * leaves to the server. `none`: nothing of what there is.
 */
export function rangeOf(size: number, header: string | undefined): Range | 'whole' | 'none' {
  if (header === undefined || size === 0) return 'whole';
  const { type, code, ranges } = parse(size, header);
  const [range, ...more] = ranges;
  if (type !== 'bytes' || code === MALFORMED || more.length > 0) return 'whole';
  return code === 0 && range ? range : 'none';
}

const MALFORMED = 1;
