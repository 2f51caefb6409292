import { sql, type ExpressionBuilder } from 'kysely';
import type { RoomType } from '../core/events.ts';
import { statement, type Flag, type Reader, type Schema, type Writer } from '../db/index.ts';

/** A room with what one of its members needs to act in it. */
export interface MemberView {
  /** Internal key. */
  id: number;
  uuid: string;
  type: RoomType;
  /** Of a 1:1 room: empty, or the name of the one who was deleted. */
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

/** The room, be the person in it or not: what a member sees of it is there for members only. */
export async function findRoomOfAnybody(reader: Reader, personId: number, roomUuid: string) {
  return reader.first(roomOfAnybody, { personId, roomUuid });
}

/** What of a room it takes to post in it. */
export type PostingView = Pick<
  MemberView,
  'id' | 'uuid' | 'type' | 'ownerOrgUuid' | 'isReadOnly' | 'isAnnouncementOnly' | 'isModerator' | 'wrappedKey'
>;

/** `findRoomFor`, for the one who posts: the hottest of all reads. */
export async function findRoomToPostIn(
  reader: Reader,
  personId: number,
  roomUuid: string,
): Promise<PostingView | undefined> {
  return reader.first(roomToPostIn, { personId, roomUuid });
}

/** A room has seen activity: a message, a new title, a change of members. */
export async function touchRoom(tx: Writer, roomId: number, now: number): Promise<void> {
  await tx.all(setActivity, { roomId, now });
}

/** The 1:1 rooms of somebody who is about to leave them go on under this name. */
export async function leaveName(tx: Writer, personId: number, name: string): Promise<void> {
  await tx.query
    .updateTable('rooms')
    .set({ title: name })
    .where('type', '=', 'direct')
    .where('id', 'in', (eb) => eb.selectFrom('memberships').select('roomId').where('personId', '=', personId))
    .execute();
}

/** MOD-5: an open room is no announcement room. */
export async function setLocked(tx: Writer, room: MemberView, isLocked: Flag): Promise<MemberView> {
  const isAnnouncementOnly = isLocked === 1 ? room.isAnnouncementOnly : 0;
  await tx.all(setLock, { roomId: room.id, isLocked, isAnnouncementOnly });
  return { ...room, isLocked, isAnnouncementOnly };
}

/** The select behind every list of rooms that somebody is a member of. */
export function selectRoomsOf(query: Reader['query']) {
  return query
    .selectFrom('rooms')
    .innerJoin('memberships as own', 'own.roomId', 'rooms.id')
    .innerJoin('people as creator', 'creator.id', 'rooms.creatorId')
    .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
    .selectAll('rooms')
    .select(['own.isModerator', 'creator.uuid as creatorUuid', 'organizations.uuid as ownerOrgUuid'])
    .select(otherName);
}

/** 1:1 rooms: the name of the other one, for whom of the two looks. */
function otherName(eb: ExpressionBuilder<Schema & { own: Schema['memberships'] }, 'rooms' | 'own'>) {
  return eb
    .selectFrom('memberships as other')
    .innerJoin('people', 'people.id', 'other.personId')
    .whereRef('other.roomId', '=', 'rooms.id')
    .whereRef('other.personId', '!=', 'own.personId')
    .where('rooms.type', '=', 'direct')
    .select('people.displayName')
    .as('otherName');
}

/** `selectRoomsOf`, of rooms that the person need not be in. */
export function selectRooms(query: Reader['query'], personId: number) {
  return query
    .selectFrom('rooms')
    .leftJoin('memberships as own', (join) =>
      join.onRef('own.roomId', '=', 'rooms.id').on('own.personId', '=', personId),
    )
    .innerJoin('people as creator', 'creator.id', 'rooms.creatorId')
    .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
    .selectAll('rooms')
    .select((eb) => [
      'own.id as membershipId',
      eb.fn.coalesce('own.isModerator', sql.lit<Flag>(0)).as('isModerator'),
      'creator.uuid as creatorUuid',
      'organizations.uuid as ownerOrgUuid',
      otherName(eb),
    ]);
}

/** What of these rooms is in no event, by their UUIDs. */
export async function roomContents(
  reader: Reader,
  uuids: readonly string[],
): Promise<ReadonlyMap<string, { title?: string; description?: string }>> {
  const rows = await reader.query
    .selectFrom('rooms')
    .select(['uuid', 'title', 'description'])
    .where('uuid', 'in', [...new Set(uuids)])
    .execute();
  return new Map(
    rows.map(({ uuid, title, description }) => [
      uuid,
      { ...(title !== '' && { title }), ...(description !== null && { description }) },
    ]),
  );
}

export interface NewRoom {
  uuid: string;
  type: RoomType;
  title: string;
  description: string | null;
  creatorId: number;
  ownerOrgId: number;
  isLocked: Flag;
  isAnnouncementOnly: Flag;
  isPublic: Flag;
  /** Now: created, last active and, when public, made public. */
  now: number;
  wrappedKey: Uint8Array;
}

/** Answers the internal key. */
export async function insertRoom(tx: Writer, { now, ...room }: NewRoom): Promise<number> {
  const row = await tx.query
    .insertInto('rooms')
    .values({
      ...room,
      isReadOnly: 0,
      madePublicAt: room.isPublic === 1 ? now : null,
      lastActivityAt: now,
      createdAt: now,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

const roomForMember = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  selectRoomsOf(db).where('rooms.uuid', '=', param('roomUuid')).where('own.personId', '=', param('personId')),
);

const roomOfAnybody = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  selectRooms(db, param('personId')).where('rooms.uuid', '=', param('roomUuid')),
);

const roomToPostIn = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  db
    .selectFrom('rooms')
    .innerJoin('memberships as own', 'own.roomId', 'rooms.id')
    .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
    .select([
      'rooms.id',
      'rooms.uuid',
      'rooms.type',
      'rooms.isReadOnly',
      'rooms.isAnnouncementOnly',
      'rooms.wrappedKey',
    ])
    .select(['own.isModerator', 'organizations.uuid as ownerOrgUuid'])
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('own.personId', '=', param('personId')),
);

const setActivity = statement<{ roomId: number; now: number }>()((db, param) =>
  db
    .updateTable('rooms')
    .set({ lastActivityAt: param('now') })
    .where('id', '=', param('roomId')),
);

const setLock = statement<{ roomId: number; isLocked: Flag; isAnnouncementOnly: Flag }>()((db, param) =>
  db
    .updateTable('rooms')
    .set({ isLocked: param('isLocked'), isAnnouncementOnly: param('isAnnouncementOnly') })
    .where('id', '=', param('roomId')),
);
