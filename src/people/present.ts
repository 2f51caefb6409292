import type { Person } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import { licensesOf, roles } from '../organizations/index.ts';
import { administers } from './policy.ts';
import type { Status } from './presence.ts';
import { readProfile } from './profile.ts';
import type { PersonRow } from './store.ts';

/** A person, and when they were last here. */
export type PersonView = PersonRow & { status: Status };

/** Spec 3.6, as the caller may see it. `withStatus`: false in lists by id, which never carry it. */
export function presentPerson(person: PersonView, caller: Caller, withStatus = true): Person {
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
    ...((isAdministrator || person.id === caller.personId) && rightsOf(person)),
    ...readProfile(person.profile),
    ...(person.locationId !== null && { locationId: person.locationId }),
    created: isoTime(person.createdAt),
    lastModified: isoTime(person.modifiedAt),
    ...(withStatus && person.orgId === caller.orgId && presence(person)),
    ...(isAdministrator && { invitePending: false, loginEnabled: person.loginEnabled === 1 }),
    type: person.type,
  };
}

function rightsOf(person: PersonRow): Pick<Person, 'roles' | 'licenses'> {
  const held = person.roles.split(' ');
  const licensed = person.type === 'person' ? person.licenses.split(' ') : [];
  return {
    roles: roles.filter(({ role }) => held.includes(role)).map(({ id }) => id),
    licenses: licensesOf(person.orgUuid)
      .filter(({ word }) => licensed.includes(word))
      .map(({ id }) => id),
  };
}

function presence({ status, lastActivityAt }: PersonView): Pick<Person, 'status' | 'lastActivity'> {
  return { status, ...(lastActivityAt !== null && { lastActivity: isoTime(lastActivityAt) }) };
}
