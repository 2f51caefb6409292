import { hasRole, hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** Spec 3.12: what an organization has is its administrators' to see. */
export function mayAdminister(caller: Caller): void {
  if (!hasRole(caller, 'admin') || !hasScope(caller, 'spark-admin:people_read')) throw new ApiError('forbidden');
}
