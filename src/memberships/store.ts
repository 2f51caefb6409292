import type { RoomType } from '../core/events.ts';
import { statement, type Flag, type Reader, type Writer } from '../db/index.ts';

/** A membership with what its public form shows of the room and the person. */
export interface MembershipRow {
  id: number;
  isModerator: Flag;
  isRoomHidden: Flag;
  createdAt: number;
  roomId: number;
  roomUuid: string;
  roomType: RoomType;
  personId: number;
  personUuid: string;
  personEmail: string;
  personDisplayName: string;
  personOrgUuid: string;
}

export interface NewMembership {
  roomId: number;
  personId: number;
  isModerator: Flag;
  createdAt: number;
}

export const memberships = {
  ofRoom: (reader: Reader, roomId: number) => reader.all(ofRoom, { roomId }),
  ofPerson: (reader: Reader, personId: number) => reader.all(ofPerson, { personId }),
  moderatorsOf: (reader: Reader, roomId: number) => reader.all(moderatorsOf, { roomId }),
  hiddenIn: (reader: Reader, roomId: number) => reader.all(hiddenIn, { roomId }),
  find: (reader: Reader, roomUuid: string, personUuid: string) => reader.first(byPair, { roomUuid, personUuid }),
  insert: async (tx: Writer, row: NewMembership) => void (await tx.all(insert, { ...row })),
  setModerator: async (tx: Writer, id: number, isModerator: Flag) =>
    void (await tx.all(setModerator, { id, isModerator })),
  setHidden: async (tx: Writer, id: number, isRoomHidden: Flag) => void (await tx.all(setHidden, { id, isRoomHidden })),
  remove: async (tx: Writer, id: number) => void (await tx.all(remove, { id })),
  removeAll: async (tx: Writer, roomId: number) => void (await tx.all(removeAll, { roomId })),
};

/** The select that every reader of memberships starts from. */
export function selectMemberships(query: Reader['query']) {
  return query
    .selectFrom('memberships')
    .innerJoin('rooms', 'rooms.id', 'memberships.roomId')
    .innerJoin('people', 'people.id', 'memberships.personId')
    .innerJoin('organizations', 'organizations.id', 'people.orgId')
    .select([
      'memberships.id',
      'memberships.isModerator',
      'memberships.isRoomHidden',
      'memberships.createdAt',
      'memberships.roomId',
      'rooms.uuid as roomUuid',
      'rooms.type as roomType',
      'memberships.personId',
      'people.uuid as personUuid',
      'people.email as personEmail',
      'people.displayName as personDisplayName',
      'organizations.uuid as personOrgUuid',
    ]);
}

const ofRoom = statement<{ roomId: number }>()((db, param) =>
  selectMemberships(db).where('memberships.roomId', '=', param('roomId')).orderBy('memberships.id'),
);

const ofPerson = statement<{ personId: number }>()((db, param) =>
  selectMemberships(db).where('memberships.personId', '=', param('personId')).orderBy('memberships.id'),
);

const moderatorsOf = statement<{ roomId: number }>()((db, param) =>
  selectMemberships(db)
    .where('memberships.roomId', '=', param('roomId'))
    .where('memberships.isModerator', '=', 1)
    .orderBy('memberships.id'),
);

const hiddenIn = statement<{ roomId: number }>()((db, param) =>
  selectMemberships(db).where('memberships.roomId', '=', param('roomId')).where('memberships.isRoomHidden', '=', 1),
);

const byPair = statement<{ roomUuid: string; personUuid: string }>()((db, param) =>
  selectMemberships(db).where('rooms.uuid', '=', param('roomUuid')).where('people.uuid', '=', param('personUuid')),
);

const insert = statement<{ roomId: number; personId: number; isModerator: Flag; createdAt: number }>()((db, param) =>
  db.insertInto('memberships').values({
    roomId: param('roomId'),
    personId: param('personId'),
    isModerator: param('isModerator'),
    isRoomHidden: 0,
    createdAt: param('createdAt'),
  }),
);

const setModerator = statement<{ id: number; isModerator: Flag }>()((db, param) =>
  db
    .updateTable('memberships')
    .set({ isModerator: param('isModerator') })
    .where('id', '=', param('id')),
);

const setHidden = statement<{ id: number; isRoomHidden: Flag }>()((db, param) =>
  db
    .updateTable('memberships')
    .set({ isRoomHidden: param('isRoomHidden') })
    .where('id', '=', param('id')),
);

const remove = statement<{ id: number }>()((db, param) => db.deleteFrom('memberships').where('id', '=', param('id')));

const removeAll = statement<{ roomId: number }>()((db, param) =>
  db.deleteFrom('memberships').where('roomId', '=', param('roomId')),
);
