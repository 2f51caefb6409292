import type { PeopleQuery } from '../contract/index.ts';
import { hasRole, hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** Either scope opens the directory: one for what everybody sees, one for the whole organization (spec 1.4). */
export function mayReadPeople(caller: Caller): void {
  if (!hasScope(caller, 'spark:people_read') && !hasScope(caller, 'spark-admin:people_read'))
    throw new ApiError('forbidden');
}

/** Whether the caller sees of this organization's people what only its administrators see. */
export function administers(caller: Caller, orgId: number): boolean {
  return caller.orgId === orgId && hasRole(caller, 'admin') && hasScope(caller, 'spark-admin:people_read');
}

/** Spec 3.6: only administrators list people without saying whom they look for. */
export function mustSayWhom(caller: Caller, { email, displayName, id }: PeopleQuery): void {
  if (email || displayName || id || administers(caller, caller.orgId)) return;
  throw new ApiError('peopleFilterMissing');
}

/** Spec 1.4: guests cannot talk to guests. */
export function guestsMustNotMeet(caller: Pick<Caller, 'type'>, other: Pick<Caller, 'type'>): void {
  if (caller.type === 'appuser' && other.type === 'appuser') throw new ApiError('guestToGuest');
}
