import type { RoomCreate, RoomsQuery, RoomUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
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
import { deletingMeansLeaving, mayChangeRoom, settingsMustFit } from './policy.ts';
import { roomEvent } from './present.ts';
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
    return visible(this.#db.reader, caller, id);
  }

  async create(caller: Caller, body: RoomCreate): Promise<MemberView> {
    if (body.teamId !== undefined) throw new ApiError('teamsUnsupported');
    const { isLocked = false, isAnnouncementOnly = false, isPublic = false } = body;
    const description = described(body.description ?? '');
    settingsMustFit({ isLocked, isAnnouncementOnly, isPublic, description });

    return this.#db.write(async (tx) => {
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
      const room = await visible(tx, caller, id);
      if (changesNothing(room, body)) return room;
      mayChangeRoom(room);
      const events = await this.#turnLock(tx, caller, room, body.isLocked);
      await this.#saveSettings(tx, room, body);
      const changed = await visible(tx, caller, id);
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

  async #saveSettings(tx: Writer, room: MemberView, body: RoomUpdate): Promise<void> {
    const now = this.#clock.now();
    const isLocked = body.isLocked ?? room.isLocked === 1;
    const settings = {
      isAnnouncementOnly: body.isAnnouncementOnly ?? (isLocked && room.isAnnouncementOnly === 1),
      isPublic: body.isPublic ?? room.isPublic === 1,
      description: body.description === undefined ? room.description : described(body.description),
    };
    settingsMustFit({ ...settings, isLocked });
    const title = body.title ?? room.title;
    await tx.query
      .updateTable('rooms')
      .set({
        title,
        description: settings.description,
        isAnnouncementOnly: flag(settings.isAnnouncementOnly),
        isPublic: flag(settings.isPublic),
        madePublicAt: settings.isPublic ? (room.madePublicAt ?? now) : null,
        lastActivityAt: title === room.title ? room.lastActivityAt : now,
      })
      .where('id', '=', room.id)
      .execute();
  }
}

/** VIS-1: a room that the caller is not in is not there. */
async function visible(reader: Reader, caller: Caller, id: string): Promise<MemberView> {
  const room = await findRoomFor(reader, caller.personId, pathKey('ROOM', id));
  if (!room) throw new ApiError('roomNotFound');
  return room;
}

/** A room that was read and sent back unchanged is no change, and no event. `isReadOnly` is not the members' to set. */
function changesNothing(room: MemberView, body: RoomUpdate): boolean {
  return (
    (body.title === undefined ||
      body.title === room.title ||
      (room.type === 'direct' && body.title === room.otherName)) &&
    (body.description === undefined || described(body.description) === room.description) &&
    (body.isLocked === undefined || flag(body.isLocked) === room.isLocked) &&
    (body.isAnnouncementOnly === undefined || flag(body.isAnnouncementOnly) === room.isAnnouncementOnly) &&
    (body.isPublic === undefined || flag(body.isPublic) === room.isPublic)
  );
}

/** A blank description is none. */
function described(text: string): string | null {
  return text.trim() === '' ? null : text;
}
