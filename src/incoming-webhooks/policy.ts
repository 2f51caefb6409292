import { hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/**
 * Making one brings a member into a room, taking it back removes that member. Guests are here for some hours, and what they
 * made would go on posting.
 */
export function mayMake(caller: Caller): void {
  if (caller.type === 'appuser') throw new ApiError('forbidden');
  if (!hasScope(caller, 'spark:memberships_write')) throw new ApiError('forbidden');
}

/** Each of them is a person in the directory. */
const MOST_PER_PERSON = 1_000;

export function mustBeWithinLimit(count: number): void {
  if (count >= MOST_PER_PERSON) throw new ApiError('tooManyIncomingWebhooks', { limit: MOST_PER_PERSON });
}
