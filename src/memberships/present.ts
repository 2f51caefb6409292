import type { Membership } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { EventType, NewEvent } from '../core/events.ts';
import { membershipKey, publicId } from '../core/ids.ts';
import type { MembershipRow } from './store.ts';

/** Spec 3.3, the keys in the order of spec 4.5.1: webhooks carry the same object. */
export function presentMembership(row: MembershipRow): Membership {
  return {
    id: publicId('MEMBERSHIP', membershipKey(row.personUuid, row.roomUuid)),
    roomId: publicId('ROOM', row.roomUuid),
    roomType: row.roomType,
    personId: publicId('PEOPLE', row.personUuid),
    personEmail: row.personEmail,
    personDisplayName: row.personDisplayName,
    personOrgId: publicId('ORGANIZATION', row.personOrgUuid),
    isModerator: row.isModerator === 1,
    isMonitor: false,
    isRoomHidden: row.isRoomHidden === 1,
    created: isoTime(row.createdAt),
  };
}

export function membershipEvent(event: EventType, row: MembershipRow, actorUuid: string, orgUuid: string): NewEvent {
  return {
    resource: 'memberships',
    event,
    actorUuid,
    roomUuid: row.roomUuid,
    orgUuid,
    facts: {
      roomType: row.roomType,
      personUuid: row.personUuid,
      personEmail: row.personEmail,
      isModerator: row.isModerator === 1,
      isRoomHidden: row.isRoomHidden === 1,
    },
    data: presentMembership(row),
  };
}

/** AUD-5: hiding a room, or its coming back, concerns nobody else. */
export function hidingEvent(row: MembershipRow, actorUuid: string, orgUuid: string): NewEvent {
  const event = membershipEvent('updated', row, actorUuid, orgUuid);
  return { ...event, facts: { ...event.facts, audience: [row.personUuid] } };
}
