import type { Fault } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import type { Rule } from './rule.ts';

/** The settings as they were given, and what the rule has done. */
export function presentFault({ origin, fault, seen }: Rule): Fault {
  const { id, createdAt, createdBy, preset } = origin;
  return {
    id,
    ...fault,
    ...(preset && { preset }),
    matched: seen.matched,
    hits: seen.hits,
    lastHits: [...seen.lastHits],
    created: isoTime(createdAt),
    ...(createdBy && { createdBy: publicId('PEOPLE', createdBy) }),
  };
}
