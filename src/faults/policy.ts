import { hasRole, hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** Whom the operator lets make rules. */
export type FaultMakers = 'administrators' | 'everybody';

/**
 * A rule concerns everybody on the server, so it is one permission for all of them. A token that an administrator gave a
 * narrow purpose does not have it.
 */
export function mayMakeFaults(caller: Caller, makers: FaultMakers): void {
  if (makers === 'everybody') return;
  if (!hasRole(caller, 'admin') || !hasScope(caller, 'spark-admin:people_write')) throw new ApiError('forbidden');
}
