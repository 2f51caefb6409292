import type { RoomType } from '../core/events.ts';
import { statement, type Flag, type Reader, type Writer } from '../db/index.ts';

/** A room with what one of its members needs to act in it. */
export interface MemberView {
  /** Internal key. */
  id: number;
  uuid: string;
  type: RoomType;
  title: string;
  description: string | null;
  creatorUuid: string;
  ownerOrgUuid: string;
  isLocked: Flag;
  isAnnouncementOnly: Flag;
  isReadOnly: Flag;
  isPublic: Flag;
  madePublicAt: number | null;
  lastActivityAt: number;
  createdAt: number;
  wrappedKey: Uint8Array;
  /** Of the member who looks. */
  isModerator: Flag;
  /** 1:1 rooms: the name of the other person, which is the room's title for this one. */
  otherName: string | null;
}

/** The room as this person sees it; undefined when it does not exist or they are not in it (VIS-1). */
export async function findRoomFor(reader: Reader, personId: number, roomUuid: string): Promise<MemberView | undefined> {
  return reader.first(roomForMember, { personId, roomUuid });
}

/** A room has seen activity: a message, a new title, a change of members. */
export async function touchRoom(tx: Writer, roomId: number, now: number): Promise<void> {
  await tx.all(setActivity, { roomId, now });
}

const roomForMember = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  db
    .selectFrom('rooms')
    .innerJoin('memberships as own', 'own.roomId', 'rooms.id')
    .innerJoin('people as creator', 'creator.id', 'rooms.creatorId')
    .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
    .selectAll('rooms')
    .select(['own.isModerator', 'creator.uuid as creatorUuid', 'organizations.uuid as ownerOrgUuid'])
    .select((eb) =>
      eb
        .selectFrom('memberships as other')
        .innerJoin('people', 'people.id', 'other.personId')
        .whereRef('other.roomId', '=', 'rooms.id')
        .whereRef('other.personId', '!=', 'own.personId')
        .where('rooms.type', '=', 'direct')
        .select('people.displayName')
        .as('otherName'),
    )
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('own.personId', '=', param('personId')),
);

const setActivity = statement<{ roomId: number; now: number }>()((db, param) =>
  db.updateTable('rooms').set({ lastActivityAt: param('now') }).where('id', '=', param('roomId')),
);
