import type { Attachment } from '../contract/index.ts';
import type { RoomType } from '../core/events.ts';
import { statement, type Flag, type Reader, type Writer } from '../db/index.ts';

/** A message with what its public form shows of the room and the author. */
export interface MessageRow {
  id: number;
  uuid: string;
  parentUuid: string | null;
  /** Sealed `Content`. */
  content: Uint8Array;
  /** UUIDs, space separated. */
  mentionedPeople: string | null;
  mentionsAll: Flag;
  hasAttachments: Flag;
  fileCount: number;
  createdAt: number;
  updatedAt: number | null;
  edits: number;
  personId: number;
  personUuid: string;
  personEmail: string;
  roomId: number;
  roomUuid: string;
  roomType: RoomType;
  roomOrgUuid: string;
  wrappedKey: Uint8Array;
}

/** What is sealed of a message. */
export interface Content {
  text?: string;
  markdown?: string;
  html?: string;
  attachments?: Attachment[];
}

/** A member of the room who can be mentioned. */
export interface Member {
  id: number;
  uuid: string;
  email: string;
  displayName: string;
}

export interface NewMessage {
  uuid: string;
  roomId: number;
  personId: number;
  parentUuid: string | null;
  content: Uint8Array;
  mentionedPeople: string | null;
  mentionsAll: Flag;
  hasAttachments: Flag;
  fileCount: number;
  createdAt: number;
}

/** What an edit changes. */
export type Edited = Pick<
  MessageRow,
  'content' | 'mentionedPeople' | 'mentionsAll' | 'hasAttachments' | 'updatedAt' | 'edits'
>;

/** The message with this key in a room that the person is in. */
export async function findMessageFor(reader: Reader, personId: number, uuid: string): Promise<MessageRow | undefined> {
  return reader.first(messageForMember, { personId, uuid });
}

/** The message with this key, whoever may see it. */
export async function findMessage(reader: Reader, uuid: string): Promise<MessageRow | undefined> {
  return reader.first(messageByKey, { uuid });
}

/** `mentioned`: internal keys of the people the message mentions; null stands for everybody. */
export async function insertMessage(
  tx: Writer,
  message: NewMessage,
  mentioned: readonly (number | null)[],
): Promise<void> {
  await tx.all(insert, { ...message });
  const { uuid, roomId, createdAt } = message;
  for (const personId of mentioned) await tx.all(insertMention, { messageUuid: uuid, roomId, personId, createdAt });
}

export async function updateMessage(
  tx: Writer,
  { id, uuid, roomId, createdAt }: MessageRow,
  { content, mentionedPeople, mentionsAll, hasAttachments, updatedAt, edits }: Edited,
  mentioned: readonly (number | null)[],
): Promise<void> {
  const changes = { content, mentionedPeople, mentionsAll, hasAttachments, updatedAt, edits };
  await tx.query.updateTable('messages').set(changes).where('id', '=', id).execute();
  await tx.query.deleteFrom('messageMentions').where('messageId', '=', id).execute();
  for (const personId of mentioned) await tx.all(insertMention, { messageUuid: uuid, roomId, personId, createdAt });
}

export async function deleteMessage(tx: Writer, id: number): Promise<void> {
  await tx.all(remove, { id });
}

export async function findParent(
  reader: Reader,
  uuid: string,
): Promise<{ roomUuid: string; parentUuid: string | null } | undefined> {
  return reader.first(parent, { uuid });
}

export async function findMembers(
  reader: Reader,
  roomId: number,
  { emails, uuids }: { emails: readonly string[]; uuids: readonly string[] },
): Promise<Member[]> {
  if (emails.length + uuids.length === 0) return [];
  return reader.query
    .selectFrom('people')
    .innerJoin('memberships', 'memberships.personId', 'people.id')
    .select(['people.id', 'people.uuid', 'people.email', 'people.displayName'])
    .where('memberships.roomId', '=', roomId)
    .where((eb) => eb.or([eb('people.email', 'in', emails), eb('people.uuid', 'in', uuids)]))
    .execute();
}

/** The select that every reader of messages starts from. */
export function selectMessages(query: Reader['query']) {
  return (
    query
      .selectFrom('messages')
      .innerJoin('rooms', 'rooms.id', 'messages.roomId')
      .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
      .innerJoin('people', 'people.id', 'messages.personId')
      .select([
        'messages.id',
        'messages.uuid',
        'messages.parentUuid',
        'messages.content',
        'messages.mentionedPeople',
        'messages.mentionsAll',
        'messages.hasAttachments',
        'messages.fileCount',
        'messages.createdAt',
        'messages.updatedAt',
        'messages.edits',
        'messages.personId',
        'people.uuid as personUuid',
        'messages.roomId',
        'rooms.uuid as roomUuid',
        'rooms.type as roomType',
        'rooms.wrappedKey',
        'organizations.uuid as roomOrgUuid',
      ])
      // The author may have been deleted since.
      .select((eb) => eb.fn.coalesce('people.formerEmail', 'people.email').as('personEmail'))
  );
}

const messageForMember = statement<{ personId: number; uuid: string }>()((db, param) =>
  selectMessages(db)
    .innerJoin('memberships', 'memberships.roomId', 'messages.roomId')
    .where('messages.uuid', '=', param('uuid'))
    .where('memberships.personId', '=', param('personId')),
);

const messageByKey = statement<{ uuid: string }>()((db, param) =>
  selectMessages(db).where('messages.uuid', '=', param('uuid')),
);

const parent = statement<{ uuid: string }>()((db, param) =>
  db
    .selectFrom('messages')
    .innerJoin('rooms', 'rooms.id', 'messages.roomId')
    .select(['rooms.uuid as roomUuid', 'messages.parentUuid'])
    .where('messages.uuid', '=', param('uuid')),
);

type MessageValues = { [K in keyof NewMessage]: NewMessage[K] };

/** Answers no key: `RETURNING` costs SQLite as much as the insert. */
const insert = statement<MessageValues>()((db, param) =>
  db.insertInto('messages').values({
    uuid: param('uuid'),
    roomId: param('roomId'),
    personId: param('personId'),
    parentUuid: param('parentUuid'),
    content: param('content'),
    mentionedPeople: param('mentionedPeople'),
    mentionsAll: param('mentionsAll'),
    hasAttachments: param('hasAttachments'),
    fileCount: param('fileCount'),
    createdAt: param('createdAt'),
  }),
);

interface Mention extends Record<string, string | number | null> {
  messageUuid: string;
  roomId: number;
  personId: number | null;
  createdAt: number;
}

const insertMention = statement<Mention>()((db, param) =>
  db.insertInto('messageMentions').values((eb) => ({
    messageId: eb.selectFrom('messages').select('id').where('uuid', '=', param('messageUuid')),
    roomId: param('roomId'),
    personId: param('personId'),
    createdAt: param('createdAt'),
  })),
);

const remove = statement<{ id: number }>()((db, param) => db.deleteFrom('messages').where('id', '=', param('id')));
