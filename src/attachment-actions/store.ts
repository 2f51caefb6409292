import { statement, type Reader, type Writer } from '../db/index.ts';

/** A submission with what its public form shows of the message, the room and who submitted it. */
export interface ActionRow {
  uuid: string;
  /** Sealed JSON. */
  inputs: Uint8Array;
  createdAt: number;
  personId: number;
  personUuid: string;
  messageUuid: string;
  /** Of the card. */
  authorId: number;
  roomUuid: string;
  wrappedKey: Uint8Array;
}

export interface NewAction {
  uuid: string;
  messageId: number;
  personId: number;
  inputs: Uint8Array;
  createdAt: number;
}

/** The submission with this key of a card in a room that the person is in. */
export async function findActionFor(reader: Reader, personId: number, uuid: string): Promise<ActionRow | undefined> {
  return reader.first(actionForMember, { personId, uuid });
}

/** What was submitted, still sealed, by the UUIDs of the submissions; those whose card is deleted are missing. */
export async function sealedInputs(reader: Reader, uuids: readonly string[]) {
  return reader.query
    .selectFrom('attachmentActions as actions')
    .innerJoin('messages', 'messages.id', 'actions.messageId')
    .innerJoin('rooms', 'rooms.id', 'messages.roomId')
    .select(['actions.uuid', 'actions.inputs', 'rooms.wrappedKey'])
    .where('actions.uuid', 'in', [...new Set(uuids)])
    .execute();
}

export async function insertAction(tx: Writer, action: NewAction): Promise<void> {
  await tx.all(insert, { ...action });
}

const actionForMember = statement<{ personId: number; uuid: string }>()((db, param) =>
  db
    .selectFrom('attachmentActions as actions')
    .innerJoin('messages', 'messages.id', 'actions.messageId')
    .innerJoin('rooms', 'rooms.id', 'messages.roomId')
    .innerJoin('people', 'people.id', 'actions.personId')
    .innerJoin('memberships', 'memberships.roomId', 'rooms.id')
    .select([
      'actions.uuid',
      'actions.inputs',
      'actions.createdAt',
      'actions.personId',
      'people.uuid as personUuid',
      'messages.uuid as messageUuid',
      'messages.personId as authorId',
      'rooms.uuid as roomUuid',
      'rooms.wrappedKey',
    ])
    .where('actions.uuid', '=', param('uuid'))
    .where('memberships.personId', '=', param('personId')),
);

const insert = statement<{ [K in keyof NewAction]: NewAction[K] }>()((db, param) =>
  db.insertInto('attachmentActions').values({
    uuid: param('uuid'),
    messageId: param('messageId'),
    personId: param('personId'),
    inputs: param('inputs'),
    createdAt: param('createdAt'),
  }),
);
