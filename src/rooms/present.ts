import type { Room, RoomMeetingInfo, RoomNotice } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { EventType, NewEvent } from '../core/events.ts';
import { derivedUuid, publicId } from '../core/ids.ts';
import type { MemberView } from './store.ts';

/** Spec 3.2, as the caller sees it: a 1:1 room bears the other's name, and none for those who are not in it. */
export function presentRoom(room: MemberView): Room {
  return {
    id: publicId('ROOM', room.uuid),
    title: room.type === 'direct' ? (room.otherName ?? (room.title || 'Empty Title')) : room.title,
    type: room.type,
    isLocked: room.isLocked === 1,
    ...(room.teamUuid !== null && { teamId: publicId('TEAM', room.teamUuid) }),
    lastActivity: isoTime(room.lastActivityAt),
    creatorId: publicId('PEOPLE', room.creatorUuid),
    created: isoTime(room.createdAt),
    ownerId: publicId('ORGANIZATION', room.ownerOrgUuid),
    isAnnouncementOnly: room.isAnnouncementOnly === 1,
    isReadOnly: room.isReadOnly === 1,
    isPublic: room.isPublic === 1,
    ...(room.madePublicAt !== null && { madePublic: isoTime(room.madePublicAt) }),
    ...(room.description !== null && { description: room.description }),
  };
}

/** Spec 4.5.1: what a webhook may know of a room. */
function roomNotice(room: MemberView): RoomNotice {
  const { id, type, isLocked, teamId, lastActivity, creatorId, created, ...rest } = presentRoom(room);
  const { ownerId, isAnnouncementOnly, isReadOnly, isPublic } = rest;
  return {
    id,
    type,
    isLocked,
    ...(teamId !== undefined && { teamId }),
    lastActivity,
    creatorId,
    created,
    ownerId,
    isAnnouncementOnly,
    isReadOnly,
    isPublic,
  };
}

/** There are no meetings: stable texts of the right form that lead nowhere, as `.invalid` and 555-01 are reserved for. */
export function presentMeetingInfo({ uuid }: MemberView): RoomMeetingInfo {
  const meetingId = derivedUuid('meeting', uuid).replaceAll('-', '');
  const meetingNumber = String(Number.parseInt(meetingId.slice(0, 12), 16) % 1_000_000_000).padStart(9, '0');
  return {
    roomId: publicId('ROOM', uuid),
    meetingLink: `https://meet.invalid/m/${uuid}`,
    sipAddress: `${meetingNumber}@meet.invalid`,
    meetingNumber,
    meetingId,
    callInTollFreeNumber: '+1-800-555-0100',
    callInTollNumber: '+1-408-555-0100',
  };
}

export function roomEvent(
  event: EventType,
  room: MemberView,
  actorUuid: string,
  audience?: readonly string[],
): NewEvent {
  return {
    resource: 'rooms',
    event,
    actorUuid,
    roomUuid: room.uuid,
    orgUuid: room.ownerOrgUuid,
    facts: { roomType: room.type, isLocked: room.isLocked === 1, ...(audience && { audience }) },
    data: roomNotice(room),
  };
}
