import type { RoomTabsQuery, RoomTabWrite } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid } from '../core/ids.ts';
import type { Database, Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, pathKey } from '../http/index.ts';
import { findRoomFor, type MemberView } from '../rooms/index.ts';
import { mayChangeTabs, urlMustBeSafe } from './policy.ts';
import { tabEvent } from './present.ts';
import { tabs, type TabRow } from './store.ts';

/** Of one room: their list is one page (PAGE-12). */
const MOST_TABS = 100;

/** Tabs of rooms: events of theirs are for compliance, no webhook hears of them (spec 3.11). */
export class RoomTabService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #clock: Clock;

  constructor({ db, log, clock }: { db: Database; log: EventLog; clock: Clock }) {
    this.#db = db;
    this.#log = log;
    this.#clock = clock;
  }

  /** In the order in which they were made. */
  async list(caller: Caller, { roomId }: RoomTabsQuery): Promise<TabRow[]> {
    const { reader } = this.#db;
    return tabs.ofRoom(reader, (await roomOf(reader, caller, roomId)).id);
  }

  async get(caller: Caller, id: string): Promise<TabRow> {
    return (await visible(this.#db.reader, caller, id)).tab;
  }

  async create(caller: Caller, { roomId, contentUrl, displayName }: RoomTabWrite): Promise<TabRow> {
    urlMustBeSafe(contentUrl);
    return this.#db.write(async (tx) => {
      const room = await roomOf(tx, caller, roomId);
      mayChangeTabs(room);
      if ((await tabs.ofRoom(tx, room.id)).length >= MOST_TABS) throw new ApiError('tooManyTabs', { limit: MOST_TABS });
      const uuid = newUuid();
      const makers = { roomId: room.id, creatorId: caller.personId, createdAt: this.#clock.now() };
      await tabs.insert(tx, { uuid, displayName, contentUrl, ...makers });
      const tab = await tabs.find(tx, uuid);
      if (!tab) throw new Error('A tab that was just inserted is not there.');
      await this.#log.append(tx, [tabEvent('created', tab, caller.uuid, room.ownerOrgUuid)], caller.trace);
      return tab;
    });
  }

  async update(caller: Caller, id: string, { roomId, contentUrl, displayName }: RoomTabWrite): Promise<TabRow> {
    urlMustBeSafe(contentUrl);
    return this.#db.write(async (tx) => {
      const { room, tab } = await visible(tx, caller, id);
      if (bodyKey('ROOM', roomId) !== room.uuid) throw new ApiError('tabOfOtherRoom');
      if (contentUrl === tab.contentUrl && displayName === tab.displayName) return tab;
      mayChangeTabs(room);
      await tabs.change(tx, tab.id, { contentUrl, displayName });
      const changed = { ...tab, contentUrl, displayName };
      await this.#log.append(tx, [tabEvent('updated', changed, caller.uuid, room.ownerOrgUuid)], caller.trace);
      return changed;
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const { room, tab } = await visible(tx, caller, id);
      mayChangeTabs(room);
      await tabs.remove(tx, tab.id);
      await this.#log.append(tx, [tabEvent('deleted', tab, caller.uuid, room.ownerOrgUuid)], caller.trace);
    });
  }
}

async function roomOf(reader: Reader, caller: Caller, roomId: string): Promise<MemberView> {
  const room = await findRoomFor(reader, caller.personId, bodyKey('ROOM', roomId));
  if (!room) throw new ApiError('roomNotFound');
  return room;
}

/** VIS-1: a tab is seen by the members of its room. */
async function visible(reader: Reader, caller: Caller, id: string): Promise<{ room: MemberView; tab: TabRow }> {
  const tab = await tabs.find(reader, pathKey('TABS', id, 'tabNotFound'));
  const room = tab && (await findRoomFor(reader, caller.personId, tab.roomUuid));
  if (!tab || !room) throw new ApiError('tabNotFound');
  return { room, tab };
}
