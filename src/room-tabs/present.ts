import type { RoomTab, RoomTabNotice } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { EventType, NewEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';
import type { TabRow } from './store.ts';

/** Spec 3.11. */
export function presentTab(tab: TabRow): RoomTab {
  return {
    id: publicId('TABS', tab.uuid),
    roomId: publicId('ROOM', tab.roomUuid),
    roomType: tab.roomType,
    displayName: tab.displayName,
    contentUrl: tab.contentUrl,
    creatorId: publicId('PEOPLE', tab.creatorUuid),
    created: isoTime(tab.createdAt),
  };
}

export function tabEvent(event: EventType, tab: TabRow, actorUuid: string, orgUuid: string): NewEvent {
  const { id, roomId, roomType, creatorId, created } = presentTab(tab);
  const data: RoomTabNotice = { id, roomId, roomType, creatorId, created };
  return { resource: 'tabs', event, actorUuid, roomUuid: tab.roomUuid, orgUuid, facts: { roomType }, data };
}
