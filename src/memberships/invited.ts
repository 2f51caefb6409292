import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { bodyKey } from '../http/index.ts';
import { findPersonByEmail, findPersonByUuid, type PersonRef } from '../people/index.ts';

/** Whom a body names, in one of two ways. */
export interface Naming {
  personId?: string | undefined;
  personEmail?: string | undefined;
}

/** Spec 3.3: exactly one of the two. */
export function mustNameSomebody({ personId, personEmail }: Naming): void {
  if (!personId === !personEmail) throw new ApiError('personMissing');
}

/** Throws when nobody bears the name. */
export async function findInvited(reader: Reader, { personId, personEmail }: Naming): Promise<PersonRef> {
  if (personEmail) {
    const person = await findPersonByEmail(reader, personEmail);
    if (!person) throw new ApiError('emailNotFound', { email: personEmail });
    return person;
  }
  const person = await findPersonByUuid(reader, bodyKey('PEOPLE', personId ?? ''));
  if (!person) throw new ApiError('personNotFound');
  return person;
}

/** Nothing that is named is somebody else. */
export function namesSelf(caller: { uuid: string; email: string }, { personId, personEmail }: Naming): boolean {
  const sameId = !personId || bodyKey('PEOPLE', personId) === caller.uuid;
  return sameId && (!personEmail || personEmail.toLowerCase() === caller.email);
}
