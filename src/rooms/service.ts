import type { RoomCreate, RoomsQuery, RoomUpdate } from '../contract/index.ts';
import type { Caller, RoomWork } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import { newUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import { flag, type Database, type Flag, type Reader, type Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, pathKey, type Page } from '../http/index.ts';
import { disband, followModerators, join, leave, memberships, setModerator, touched } from '../memberships/index.ts';
import { changesOf, described, mustNotClassify } from './changes.ts';
import { mustBeThere } from '../people/index.ts';
import { listRooms } from './list.ts';
import { deletingMeansLeaving, mayChangeRoom, settingsMustFit } from './policy.ts';
import { roomEvent } from './present.ts';
import { findRoomInReach, type RoomInReach } from './reach.ts';
import { archiveRoom, deleteRoom, findRoomFor, findTeamFor, insertRoom, joinTeam, type MemberView } from './store.ts';

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
    mustNotClassify(body);
    const { title, isLocked = false, isAnnouncementOnly = false, isPublic = false } = body;
    const settings = { title, isLocked, isAnnouncementOnly, isPublic, description: described(body.description ?? '') };
    settingsMustFit(settings);
    const teamUuid = body.teamId === undefined ? undefined : bodyKey('TEAM', body.teamId);
    return this.#db.write(async (tx) => {
      const team = teamUuid === undefined ? undefined : await teamOf(tx, caller, teamUuid);
      const id = await this.#insert(tx, caller, settings, team?.id);
      return this.#enter(tx, caller, id, flag(isLocked));
    });
  }

  /** The General room of a new team, which is the team (ID-7). Who makes it moderates both (TEAM-4). */
  async createGeneral(caller: Caller, { title, description }: { title: string; description: string }) {
    const settings = { title, isLocked: true, isAnnouncementOnly: false, isPublic: false };
    return this.#db.write(async (tx) => {
      const id = await this.#insert(tx, caller, { ...settings, description: described(description) });
      await joinTeam(tx, id.key, id.key);
      return this.#enter(tx, caller, id, 1);
    });
  }

  async update(caller: Caller, id: string, body: RoomUpdate): Promise<MemberView> {
    mustNotClassify(body);
    return this.#db.write(async (tx) => {
      const room = await inReach(tx, caller, id, 'rooms_write');
      const changes = changesOf(room, body);
      if (changes.length === 0) return room;
      mayChangeRoom(room, changes);
      const events = await this.#turnLock(tx, caller, room, body.isLocked);
      if (changes.includes('teamId')) await this.#moveToTeam(tx, caller, room, body.teamId ?? '');
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
      const now = this.#clock.now();
      if (deletingMeansLeaving(room)) {
        const active = await touched(tx, room, now);
        const own = await memberships.find(tx, room.uuid, caller.uuid);
        if (own) await this.#log.append(tx, await leave(tx, active, own, caller.uuid), caller.trace);
        return;
      }
      const events = await disband(tx, room, caller.uuid);
      if (room.teamId === null) await deleteRoom(tx, room.id);
      else await archiveRoom(tx, room.id, now);
      await this.#log.append(tx, events, caller.trace);
    });
  }

  async #insert(tx: Writer, caller: Caller, settings: Settings, teamId?: number): Promise<RoomKeys> {
    await mustBeThere(tx, caller);
    const { title, description, isLocked, isAnnouncementOnly, isPublic } = settings;
    const uuid = newUuid();
    const key = await insertRoom(tx, {
      uuid,
      type: 'group',
      title,
      description,
      creatorId: caller.personId,
      ownerOrgId: caller.orgId,
      isLocked: flag(isLocked),
      isAnnouncementOnly: flag(isAnnouncementOnly),
      isPublic: flag(isPublic),
      ...(teamId !== undefined && { teamId }),
      now: this.#clock.now(),
      wrappedKey: this.#vault.newDataKey(),
    });
    return { key, uuid };
  }

  /** Who made a room is its first member. */
  async #enter(tx: Writer, caller: Caller, { key, uuid }: RoomKeys, isModerator: Flag): Promise<MemberView> {
    const newRoom = { id: key, uuid, type: 'group', ownerOrgUuid: caller.orgUuid } as const;
    const creator = { ...caller, id: caller.personId };
    const { events } = await join(tx, newRoom, creator, caller.uuid, this.#clock.now(), isModerator);
    const room = await findRoomFor(tx, caller.personId, uuid);
    if (!room) throw new Error('A room that was just inserted is not there.');
    await this.#log.append(tx, [roomEvent('created', room, caller.uuid, [caller.uuid]), ...events], caller.trace);
    return room;
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

  /** TEAM-2: once. Those who moderate it must be in the team by then; its other members need not be. */
  async #moveToTeam(tx: Writer, caller: Caller, room: MemberView, teamId: string): Promise<void> {
    if (room.teamId !== null) throw new ApiError('roomHasTeam');
    const team = await teamOf(tx, caller, bodyKey('TEAM', teamId));
    for (const { personUuid } of await memberships.moderatorsOf(tx, room.id)) {
      if (!(await memberships.find(tx, team.uuid, personUuid))) throw new ApiError('moderatorOutsideTeam');
    }
    await joinTeam(tx, room.id, team.id);
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

async function teamOf(reader: Reader, caller: Caller, teamUuid: string): Promise<MemberView> {
  const team = await findTeamFor(reader, caller.personId, teamUuid);
  if (!team) throw new ApiError('teamNotFound');
  return team;
}

interface Settings {
  title: string;
  description: string | null;
  isLocked: boolean;
  isAnnouncementOnly: boolean;
  isPublic: boolean;
}

interface RoomKeys {
  /** Internal. */
  key: number;
  uuid: string;
}
