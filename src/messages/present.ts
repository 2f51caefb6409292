import type { Message, MessageNotice } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { EventType, NewEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import type { Content, MessageRow } from './store.ts';

type Row = Omit<MessageRow, 'id' | 'content' | 'wrappedKey' | 'roomId' | 'personId' | 'edits'>;

/** Spec 3.4: what webhooks are told of the message, with the content in its midst. */
export function presentMessage(notice: MessageNotice, content: Content): Message {
  const { id, parentId, roomId, roomType, files, ...rest } = notice;
  const place = { id, ...(parentId !== undefined && { parentId }), roomId, roomType };
  return { ...place, ...content, ...(files && { files }), ...rest };
}

/** `publicUrl`: where its receivers reach this server; undefined: nobody knows, and the addresses of files are left out. */
export function messageEvent(
  event: EventType,
  row: Row & { opensRoom?: boolean },
  actorUuid: string,
  publicUrl: string | undefined,
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
      hasFiles: row.fileCount > 0,
      hasAttachments: row.hasAttachments === 1,
    },
    data: event === 'deleted' ? deletedNotice(row) : messageNotice(row, publicUrl),
  };
}

/** Spec 4.5.1. The content is not here to begin with, so it cannot slip out. `base`: what the addresses of files begin with. */
export function messageNotice(row: Row, base?: string): MessageNotice {
  return {
    id: publicId('MESSAGE', row.uuid),
    roomId: publicId('ROOM', row.roomUuid),
    roomType: row.roomType,
    personId: publicId('PEOPLE', row.personUuid),
    personEmail: row.personEmail,
    ...(row.parentUuid !== null && { parentId: publicId('MESSAGE', row.parentUuid) }),
    ...mentions(row),
    ...(row.fileCount > 0 && base !== undefined && { files: contentPaths(row).map((path) => base + path) }),
    created: isoTime(row.createdAt),
    ...(row.updatedAt !== null && { updated: isoTime(row.updatedAt) }),
  };
}

function deletedNotice(row: Row): MessageNotice {
  const { parentId: _parent, mentionedGroups: _groups, updated: _updated, ...notice } = messageNotice(row);
  return notice;
}

/** Where the API has the contents of its files. */
function contentPaths({ uuid, fileCount }: Row): string[] {
  return Array.from(
    { length: fileCount },
    (_, position) => `/v1/contents/${publicId('CONTENT', `${uuid}/${position}`)}`,
  );
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
