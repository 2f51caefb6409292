import type { PeopleQuery, PersonUpdate } from '../contract/index.ts';
import { hasRole, hasScope, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { PersonRow } from './store.ts';
import { SYSTEM_BOT_UUID } from './system-bot.ts';

/** Either scope opens the directory: one for what everybody sees, one for the whole organization (spec 1.4). */
export function mayReadPeople(caller: Caller): void {
  if (!hasScope(caller, 'spark:people_read') && !hasScope(caller, 'spark-admin:people_read'))
    throw new ApiError('forbidden');
}

/** Whether the caller sees of this organization's people what only its administrators see. */
export function administers(caller: Caller, orgId: number): boolean {
  return caller.orgId === orgId && hasRole(caller, 'admin') && hasScope(caller, 'spark-admin:people_read');
}

/** Spec 3.6: only administrators list people without saying whom they look for, or ask for those who hold a role. */
export function mustSayWhom(caller: Caller, { email, displayName, id, roles }: PeopleQuery): void {
  if (administers(caller, caller.orgId)) return;
  if (roles) throw new ApiError('forbidden');
  if (!email && !displayName && !id) throw new ApiError('peopleFilterMissing');
}

/** Spec 3.6: who creates, changes and deletes people. */
export function mayWritePeople(caller: Caller): void {
  if (!hasRole(caller, 'admin') || !hasScope(caller, 'spark-admin:people_write')) throw new ApiError('forbidden');
}

/** An administrator's people are those of their own organization; everybody sees the others, and nobody touches them. */
export function mayChangePerson(caller: Caller, person: PersonRow): void {
  if (person.uuid === SYSTEM_BOT_UUID) throw new ApiError('systemBotFixed');
  if (person.orgId !== caller.orgId) throw new ApiError('forbidden');
}

/** Nobody takes the administration from themselves: so an organization keeps one who can act. */
export function mayChangeOneself(
  caller: Caller,
  person: PersonRow,
  roles: readonly string[],
  body: PersonUpdate,
): void {
  if (person.id !== caller.personId) return;
  if (!roles.includes('admin')) throw new ApiError('ownAccount', { action: 'give up your own administration' });
  if (body.loginEnabled === false) throw new ApiError('ownAccount', { action: 'lock yourself out' });
}

export function mayDelete(caller: Caller, person: PersonRow): void {
  if (person.id === caller.personId) throw new ApiError('ownAccount', { action: 'delete yourself' });
}

/** Spec 1.4: guests cannot talk to guests. */
export function guestsMustNotMeet(caller: Pick<Caller, 'type'>, other: Pick<Caller, 'type'>): void {
  if (caller.type === 'appuser' && other.type === 'appuser') throw new ApiError('guestToGuest');
}
