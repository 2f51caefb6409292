import type { RoomCreate, RoomsQuery, RoomUpdate } from '../contract/index.ts';
import type { Caller, RoomWork } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import { newUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import { flag, type Database, type Reader, type Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { pathKey, type Page } from '../http/index.ts';
import { followModerators, join, leave, membershipEvent, memberships, setModerator } from '../memberships/index.ts';
import { listRooms } from './list.ts';
import { mustBeThere } from '../people/index.ts';
import { deletingMeansLeaving, mayChangeRoom, settingsMustFit } from './policy.ts';
import { presentRoom, roomEvent } from './present.ts';
import { findRoomInReach, type RoomInReach } from './reach.ts';
import { findRoomFor, insertRoom, touchRoom, type MemberView } from './store.ts';

export class RoomService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor({ db, log, vault, clock }: { db: Database; log: EventLog; vault: Vault; clock: Clock }) {
    this.#db = db;
    this.#log = log;
    this.#vault = vault;
    this.#clock = clock;
  }

  list(caller: Caller, query: RoomsQuery): Promise<Page<MemberView>> {
    return listRooms(this.#db.reader, caller, query);
  }

  get(caller: Caller, id: string): Promise<MemberView> {
    return inReach(this.#db.reader, caller, id, 'rooms_read');
  }

  async create(caller: Caller, body: RoomCreate): Promise<MemberView> {
    if (body.teamId !== undefined) throw new ApiError('teamsUnsupported');
    const { isLocked = false, isAnnouncementOnly = false, isPublic = false } = body;
    const description = described(body.description ?? '');
    settingsMustFit({ isLocked, isAnnouncementOnly, isPublic, description });

    return this.#db.write(async (tx) => {
      await mustBeThere(tx, caller);
      const now = this.#clock.now();
      const uuid = newUuid();
      const id = await insertRoom(tx, {
        uuid,
        type: 'group',
        title: body.title,
        description,
        creatorId: caller.personId,
        ownerOrgId: caller.orgId,
        isLocked: flag(isLocked),
        isAnnouncementOnly: flag(isAnnouncementOnly),
        isPublic: flag(isPublic),
        now,
        wrappedKey: this.#vault.newDataKey(),
      });
      const creator = { ...caller, id: caller.personId };
      const newRoom = { id, uuid, type: 'group', ownerOrgUuid: caller.orgUuid } as const;
      const { events } = await join(tx, newRoom, creator, caller.uuid, now, flag(isLocked));
      const room = await findRoomFor(tx, caller.personId, uuid);
      if (!room) throw new Error('A room that was just inserted is not there.');
      await this.#log.append(tx, [roomEvent('created', room, caller.uuid, [caller.uuid]), ...events], caller.trace);
      return room;
    });
  }

  async update(caller: Caller, id: string, body: RoomUpdate): Promise<MemberView> {
    if (body.teamId !== undefined) throw new ApiError('teamsUnsupported');
    return this.#db.write(async (tx) => {
      const room = await inReach(tx, caller, id, 'rooms_write');
      const changes = changesOf(room, body);
      if (changes.size === 0) return room;
      mayChangeRoom(room, changes);
      const events = await this.#turnLock(tx, caller, room, body.isLocked);
      await this.#saveSettings(tx, room, body);
      const changed = await inReach(tx, caller, id, 'rooms_write');
      // The turn of the lock says `rooms:updated` already: it is said once, with everything that changed.
      const others = events.filter(({ resource }) => resource !== 'rooms');
      await this.#log.append(tx, [...others, roomEvent('updated', changed, caller.uuid)], caller.trace);
      return changed;
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const room = await visible(tx, caller, id);
      const members = await memberships.ofRoom(tx, room.id);
      if (deletingMeansLeaving(room)) {
        await touchRoom(tx, room.id, this.#clock.now());
        const own = members.filter(({ personId }) => personId === caller.personId);
        for (const member of own) await this.#log.append(tx, await leave(tx, room, member, caller.uuid), caller.trace);
        return;
      }
      await tx.query.deleteFrom('rooms').where('id', '=', room.id).execute();
      await this.#log.append(
        tx,
        members.map((member) => membershipEvent('deleted', member, caller.uuid, room.ownerOrgUuid)),
        caller.trace,
      );
    });
  }

  /** Locking makes the caller a moderator; opening takes the role from everybody (spec 3.2). */
  async #turnLock(tx: Writer, caller: Caller, room: MemberView, isLocked: boolean | undefined): Promise<NewEvent[]> {
    if (isLocked === undefined || flag(isLocked) === room.isLocked) return [];
    const members = isLocked ? await memberships.ofRoom(tx, room.id) : await memberships.moderatorsOf(tx, room.id);
    const turned = isLocked ? members.filter(({ personId }) => personId === caller.personId) : members;
    const events: NewEvent[] = [];
    for (const member of turned) events.push(...(await setModerator(tx, room, member, flag(isLocked), caller.uuid)));
    return [...events, ...(await followModerators(tx, room, caller.uuid))];
  }

  async #saveSettings(tx: Writer, room: RoomInReach, body: RoomUpdate): Promise<void> {
    const now = this.#clock.now();
    const isLocked = body.isLocked ?? room.isLocked === 1;
    const settings = {
      isAnnouncementOnly: body.isAnnouncementOnly ?? (isLocked && room.isAnnouncementOnly === 1),
      isPublic: body.isPublic ?? room.isPublic === 1,
      description: body.description === undefined ? room.description : described(body.description),
    };
    settingsMustFit({ ...settings, isLocked });
    const title = room.type === 'direct' ? room.title : (body.title ?? room.title);
    await tx.query
      .updateTable('rooms')
      .set({
        title,
        description: settings.description,
        isAnnouncementOnly: flag(settings.isAnnouncementOnly),
        isPublic: flag(settings.isPublic),
        isReadOnly: room.isOfficer && body.isReadOnly !== undefined ? flag(body.isReadOnly) : room.isReadOnly,
        madePublicAt: settings.isPublic ? (room.madePublicAt ?? now) : null,
        lastActivityAt: title === room.title ? room.lastActivityAt : now,
      })
      .where('id', '=', room.id)
      .execute();
  }
}

/** VIS-1: a room that is out of reach is not there. */
async function inReach(reader: Reader, caller: Caller, id: string, work: RoomWork): Promise<RoomInReach> {
  const room = await findRoomInReach(reader, caller, pathKey('ROOM', id), work);
  if (!room) throw new ApiError('roomNotFound');
  return room;
}

/** Spec 3.2: officers have no privilege in deleting. */
async function visible(reader: Reader, caller: Caller, id: string): Promise<MemberView> {
  const room = await findRoomFor(reader, caller.personId, pathKey('ROOM', id));
  if (!room) throw new ApiError('roomNotFound');
  return room;
}

/**
 * The fields that are not as they were: a room that was read and sent back unchanged is no change, and no event. Members
 * send `isReadOnly` back as well, and it is not theirs to set.
 */
function changesOf(room: RoomInReach, body: RoomUpdate): Set<keyof RoomUpdate> {
  const { title, description, isLocked, isAnnouncementOnly, isPublic, isReadOnly } = body;
  const same: Partial<Record<keyof RoomUpdate, boolean>> = {
    title: title === undefined || title === room.title || (room.type === 'direct' && title === presentRoom(room).title),
    description: description === undefined || described(description) === room.description,
    isLocked: isLocked === undefined || flag(isLocked) === room.isLocked,
    isAnnouncementOnly: isAnnouncementOnly === undefined || flag(isAnnouncementOnly) === room.isAnnouncementOnly,
    isPublic: isPublic === undefined || flag(isPublic) === room.isPublic,
    isReadOnly: isReadOnly === undefined || !room.isOfficer || flag(isReadOnly) === room.isReadOnly,
  };
  const fields = Object.keys(same) as (keyof RoomUpdate)[];
  return new Set(fields.filter((field) => same[field] === false));
}

/** A blank description is none. */
function described(text: string): string | null {
  return text.trim() === '' ? null : text;
}
