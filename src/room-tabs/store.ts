import type { RoomType } from '../core/events.ts';
import { statement, type Reader, type Writer } from '../db/index.ts';

/** A tab with what its public form shows of the room and its maker. */
export interface TabRow {
  id: number;
  uuid: string;
  displayName: string;
  contentUrl: string;
  createdAt: number;
  roomUuid: string;
  roomType: RoomType;
  creatorUuid: string;
}

export interface NewTab {
  uuid: string;
  roomId: number;
  creatorId: number;
  displayName: string;
  contentUrl: string;
  createdAt: number;
}

export const tabs = {
  find: (reader: Reader, uuid: string) => reader.first(byUuid, { uuid }),
  ofRoom: (reader: Reader, roomId: number) => reader.all(ofRoom, { roomId }),
  insert: async (tx: Writer, tab: NewTab) => void (await tx.query.insertInto('roomTabs').values(tab).execute()),
  async change(tx: Writer, id: number, change: { displayName: string; contentUrl: string }) {
    await tx.query.updateTable('roomTabs').set(change).where('id', '=', id).execute();
  },
  async remove(tx: Writer, id: number) {
    await tx.query.deleteFrom('roomTabs').where('id', '=', id).execute();
  },
};

function selectTabs(query: Reader['query']) {
  return query
    .selectFrom('roomTabs')
    .innerJoin('rooms', 'rooms.id', 'roomTabs.roomId')
    .innerJoin('people', 'people.id', 'roomTabs.creatorId')
    .select(['roomTabs.id', 'roomTabs.uuid', 'roomTabs.displayName', 'roomTabs.contentUrl', 'roomTabs.createdAt'])
    .select(['rooms.uuid as roomUuid', 'rooms.type as roomType', 'people.uuid as creatorUuid']);
}

const byUuid = statement<{ uuid: string }>()((db, param) => selectTabs(db).where('roomTabs.uuid', '=', param('uuid')));

const ofRoom = statement<{ roomId: number }>()((db, param) =>
  selectTabs(db).where('roomTabs.roomId', '=', param('roomId')).orderBy('roomTabs.id'),
);
