import type { Person } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import { administers } from './policy.ts';
import type { PersonRow } from './store.ts';

/**
 * Spec 3.6, as the caller may see it. `withStatus`: false in lists by id, which never carry it. This server knows nobody's
 * presence, hands out no licences and keeps its roles to itself, so the fields say just that.
 */
export function presentPerson(person: PersonRow, caller: Caller, withStatus = true): Person {
  const isAdministrator = administers(caller, person.orgId);
  return {
    id: publicId('PEOPLE', person.uuid),
    emails: [person.email],
    displayName: person.displayName,
    ...(person.nickName !== null && { nickName: person.nickName }),
    ...(person.firstName !== null && { firstName: person.firstName }),
    ...(person.lastName !== null && { lastName: person.lastName }),
    ...(person.type === 'bot' && { userName: person.email }),
    ...(person.avatar !== null && { avatar: person.avatar }),
    orgId: publicId('ORGANIZATION', person.orgUuid),
    ...((isAdministrator || person.id === caller.personId) && { roles: [], licenses: [] }),
    created: isoTime(person.createdAt),
    lastModified: isoTime(person.modifiedAt),
    ...(withStatus && person.orgId === caller.orgId && { status: 'unknown' as const }),
    ...(isAdministrator && { invitePending: false, loginEnabled: true }),
    type: person.type,
  };
}
