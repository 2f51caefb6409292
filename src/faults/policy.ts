import { hasRole, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** Whom the operator lets make rules. */
export type FaultMakers = 'administrators' | 'everybody';

/** A rule concerns everybody on the server, so it is one permission for all of them. */
export function mayMakeFaults(caller: Caller, makers: FaultMakers): void {
  if (makers === 'administrators' && !hasRole(caller, 'admin')) throw new ApiError('forbidden');
}
