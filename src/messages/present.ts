import type { Message, MessageNotice } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { EventType, NewEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import type { Content, MessageRow } from './store.ts';

type Row = Omit<MessageRow, 'id' | 'content' | 'wrappedKey' | 'roomId' | 'personId'>;

/** Spec 3.4: what webhooks are told of the message, with the content in its midst. */
export function presentMessage(notice: MessageNotice, content: Content): Message {
  const { id, parentId, roomId, roomType, ...rest } = notice;
  return { id, ...(parentId !== undefined && { parentId }), roomId, roomType, ...content, ...rest };
}

export function messageEvent(
  event: EventType,
  row: Row & { opensRoom?: boolean },
  actorUuid: string,
): NewEvent & { data: MessageNotice } {
  return {
    resource: 'messages',
    event,
    actorUuid,
    roomUuid: row.roomUuid,
    orgUuid: row.roomOrgUuid,
    facts: {
      roomType: row.roomType,
      personUuid: row.personUuid,
      personEmail: row.personEmail,
      mentionedPeople: mentionedUuids(row),
      mentionsAll: row.mentionsAll === 1,
      ...(row.opensRoom === true && { opensRoom: true }),
      hasFiles: false,
      hasAttachments: row.hasAttachments === 1,
    },
    data: event === 'deleted' ? deletedNotice(row) : messageNotice(row),
  };
}

/** Spec 4.5.1. The content is not here to begin with, so it cannot slip out. */
export function messageNotice(row: Row): MessageNotice {
  return {
    id: publicId('MESSAGE', row.uuid),
    roomId: publicId('ROOM', row.roomUuid),
    roomType: row.roomType,
    personId: publicId('PEOPLE', row.personUuid),
    personEmail: row.personEmail,
    ...(row.parentUuid !== null && { parentId: publicId('MESSAGE', row.parentUuid) }),
    ...mentions(row),
    created: isoTime(row.createdAt),
  };
}

function deletedNotice(row: Row): MessageNotice {
  const { parentId: _parent, mentionedGroups: _groups, ...notice } = messageNotice(row);
  return notice;
}

export function mentionedUuids({ mentionedPeople }: Pick<MessageRow, 'mentionedPeople'>): string[] {
  return mentionedPeople === null ? [] : mentionedPeople.split(' ');
}

/** DATA-3: nobody mentioned means no key, never an empty list. */
function mentions(row: Row): Pick<Message, 'mentionedPeople' | 'mentionedGroups'> {
  const people = mentionedUuids(row).map((uuid) => publicId('PEOPLE', uuid));
  return {
    ...(people.length > 0 && { mentionedPeople: people }),
    ...(row.mentionsAll === 1 && { mentionedGroups: ['all' as const] }),
  };
}
