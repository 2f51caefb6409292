import { sql, type ExpressionBuilder, type ExpressionWrapper, type SqlBool } from 'kysely';
import type { RoomType } from '../core/events.ts';
import { statement, type Flag, type Reader, type Schema, type Writer } from '../db/index.ts';

/** A room with what somebody needs to see it or to act in it: mostly one of its members. */
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
  /** Internal key and UUID of its team's General room; its own when it is one. */
  teamId: number | null;
  teamUuid: string | null;
  /** Of the one who looks; 0 for whoever is no member. */
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

/** The team's General room, which stands for the team, as this person sees it; undefined when they are not in the team. */
export async function findTeamFor(reader: Reader, personId: number, teamUuid: string): Promise<MemberView | undefined> {
  const room = await findRoomFor(reader, personId, teamUuid);
  return room && isGeneralRoom(room) ? room : undefined;
}

/** ID-7: a team and its General room share a UUID, and here a row. */
export function isGeneralRoom({ id, teamId }: Pick<MemberView, 'id' | 'teamId'>): boolean {
  return id === teamId;
}

/** A room that this person may join uninvited: a public one of their organization, or an open one of their team (VIS-2). */
export async function findRoomToJoin(
  reader: Reader,
  person: { personId: number; orgId: number },
  roomUuid: string,
): Promise<MemberView | undefined> {
  return reader.first(roomToJoin, { personId: person.personId, orgId: person.orgId, roomUuid });
}

/** A room of a team that this person is a member of, be they in the room or not. */
export async function findRoomOfTeamFor(
  reader: Reader,
  personId: number,
  roomUuid: string,
): Promise<MemberView | undefined> {
  return reader.first(roomForTeam, { personId, roomUuid });
}

/** The rooms of a team, its General room included; `personId` is who looks. */
export async function roomsOfTeam(reader: Reader, teamId: number, personId: number): Promise<MemberView[]> {
  return reader.all(ofTeam, { teamId, personId });
}

/** Those of them that this person is in. */
export async function ownRoomsOfTeam(reader: Reader, teamId: number, personId: number): Promise<MemberView[]> {
  return reader.all(ownOfTeam, { teamId, personId });
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

/** The select behind every reading of rooms, as one person sees them. Which ones they see is the reader's to say. */
export function selectRoomsFor(query: Reader['query'], personId: number) {
  return query
    .selectFrom('rooms')
    .innerJoin('people as creator', 'creator.id', 'rooms.creatorId')
    .innerJoin('organizations', 'organizations.id', 'rooms.ownerOrgId')
    .selectAll('rooms')
    .select(['creator.uuid as creatorUuid', 'organizations.uuid as ownerOrgUuid'])
    .leftJoin('memberships as own', (join) =>
      join.onRef('own.roomId', '=', 'rooms.id').on('own.personId', '=', personId),
    )
    .select((eb) => [
      'own.id as membershipId',
      eb.fn.coalesce('own.isModerator', sql.lit<Flag>(0)).as('isModerator'),
      eb
        .selectFrom('memberships as other')
        .innerJoin('people', 'people.id', 'other.personId')
        .whereRef('other.roomId', '=', 'rooms.id')
        .whereRef('other.personId', '!=', 'own.personId')
        .where('rooms.type', '=', 'direct')
        .select('people.displayName')
        .as('otherName'),
      eb.selectFrom('rooms as team').whereRef('team.id', '=', 'rooms.teamId').select('team.uuid').as('teamUuid'),
    ]);
}

export type RoomCondition = (eb: ExpressionBuilder<Schema, 'rooms'>) => ExpressionWrapper<Schema, 'rooms', SqlBool>;

/** This person is in the room. */
export function hasMember(personId: number): RoomCondition {
  return (eb) =>
    eb.exists(
      eb
        .selectFrom('memberships as member')
        .select('member.id')
        .whereRef('member.roomId', '=', 'rooms.id')
        .where('member.personId', '=', personId),
    );
}

/** This person is in the room's team, that is in its General room. */
export function hasTeammate(personId: number): RoomCondition {
  return (eb) =>
    eb.exists(
      eb
        .selectFrom('memberships as teammate')
        .select('teammate.id')
        .whereRef('teammate.roomId', '=', 'rooms.teamId')
        .where('teammate.personId', '=', personId),
    );
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
  /** Internal key of its team's General room. */
  teamId?: number;
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

/** A room that joins itself is the General room of a new team. */
export async function joinTeam(tx: Writer, roomId: number, teamId: number): Promise<void> {
  await tx.all(setTeam, { roomId, teamId });
}

export async function deleteRoom(tx: Writer, roomId: number): Promise<void> {
  await tx.query.deleteFrom('rooms').where('id', '=', roomId).execute();
}

/** It is kept, and nobody finds it: to be called when it has no members any more. */
export async function archiveRoom(tx: Writer, roomId: number, now: number): Promise<void> {
  await tx.all(setArchived, { roomId, now });
}

const roomForMember = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.uuid', '=', param('roomUuid'))
    .where(hasMember(param('personId'))),
);

const roomOfAnybody = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('rooms.archivedAt', 'is', null),
);

const roomForTeam = statement<{ personId: number; roomUuid: string }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('rooms.archivedAt', 'is', null)
    .where(hasTeammate(param('personId'))),
);

const roomToJoin = statement<{ personId: number; orgId: number; roomUuid: string }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('rooms.archivedAt', 'is', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('rooms.isPublic', '=', 1), eb('rooms.ownerOrgId', '=', param('orgId'))]),
        eb.and([eb('rooms.isLocked', '=', 0), hasTeammate(param('personId'))(eb)]),
      ]),
    ),
);

const ofTeam = statement<{ teamId: number; personId: number }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.teamId', '=', param('teamId'))
    .where('rooms.archivedAt', 'is', null)
    .orderBy('rooms.id'),
);

const ownOfTeam = statement<{ teamId: number; personId: number }>()((db, param) =>
  selectRoomsFor(db, param('personId'))
    .where('rooms.teamId', '=', param('teamId'))
    .where(hasMember(param('personId')))
    .orderBy('rooms.id'),
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

const setTeam = statement<{ roomId: number; teamId: number }>()((db, param) =>
  db
    .updateTable('rooms')
    .set({ teamId: param('teamId') })
    .where('id', '=', param('roomId')),
);

const setArchived = statement<{ roomId: number; now: number }>()((db, param) =>
  db
    .updateTable('rooms')
    .set({ archivedAt: param('now') })
    .where('id', '=', param('roomId')),
);
