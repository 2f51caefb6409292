import type { MembershipCreate, MembershipsQuery, MembershipUpdate } from '../contract/index.ts';
import type { Caller, RoomWork } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import { flag, type Database, type Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, pathKey, type Page } from '../http/index.ts';
import { findRoomInReach, findRoomToJoin, type MemberView, type RoomInReach } from '../rooms/index.ts';
import { guestsMustNotMeet } from '../people/index.ts';
import { findInvited, mustNameSomebody, namesSelf } from './invited.ts';
import { admit, leave, touched } from './joining.ts';
import { listMemberships } from './list.ts';
import { changeRole } from './moderation.ts';
import {
  mayChangeMembers,
  mayChangeModerators,
  mayHide,
  mayJoinAs,
  mustBeInTeam,
  mustKeepModerator,
  mustLeaveModerator,
} from './policy.ts';
import { hidingEvent } from './present.ts';
import { memberships, type MembershipRow } from './store.ts';

export class MembershipService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #clock: Clock;

  constructor({ db, log, clock }: { db: Database; log: EventLog; clock: Clock }) {
    this.#db = db;
    this.#log = log;
    this.#clock = clock;
  }

  list(caller: Caller, query: MembershipsQuery): Promise<Page<MembershipRow>> {
    return listMemberships(this.#db.reader, caller, query);
  }

  async get(caller: Caller, id: string): Promise<MembershipRow> {
    return (await this.#visible(this.#db.reader, caller, id, 'memberships_read')).member;
  }

  async create(caller: Caller, body: MembershipCreate): Promise<MembershipRow> {
    const roomUuid = bodyKey('ROOM', body.roomId);
    const { isModerator = false } = body;
    mustNameSomebody(body);
    return this.#db.write(async (tx) => {
      const room = await this.#enterable(tx, caller, roomUuid, body);
      const person = await findInvited(tx, body);
      if (await memberships.find(tx, room.uuid, person.uuid)) throw new ApiError('alreadyMember');
      guestsMustNotMeet(caller, person);
      if (person.id !== caller.personId) await mustBeInTeam(tx, room, person);
      const now = this.#clock.now();
      const { membership, events } = await admit(tx, room, person, { isModerator, actorUuid: caller.uuid, now });
      await this.#log.append(tx, events, caller.trace);
      return membership;
    });
  }

  async update(caller: Caller, id: string, body: MembershipUpdate): Promise<MembershipRow> {
    if (body.isModerator === undefined && body.isRoomHidden === undefined) {
      throw new ApiError('nothingToChange', { fields: 'isModerator, isRoomHidden' });
    }
    return this.#db.write(async (tx) => {
      const { room, member } = await this.#visible(tx, caller, id, 'memberships_write');
      const changed = { ...member };
      const events: NewEvent[] = [];
      if (body.isRoomHidden !== undefined && flag(body.isRoomHidden) !== member.isRoomHidden) {
        mayHide(caller, room, member);
        changed.isRoomHidden = flag(body.isRoomHidden);
        await memberships.setHidden(tx, member.id, changed.isRoomHidden);
        events.push(hidingEvent(changed, caller.uuid, room.ownerOrgUuid));
      }
      if (body.isModerator !== undefined && flag(body.isModerator) !== member.isModerator) {
        mayChangeModerators(room);
        changed.isModerator = flag(body.isModerator);
        if (changed.isModerator === 0) await mustKeepModerator(tx, room, member);
        const active = await touched(tx, room, this.#clock.now());
        events.push(...(await changeRole(tx, active, member, changed.isModerator, caller.uuid)));
      }
      await this.#log.append(tx, events, caller.trace);
      return changed;
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const { room, member } = await this.#visible(tx, caller, id, 'memberships_write');
      if (room.type === 'direct') throw new ApiError('leaveFailed');
      if (member.personId !== caller.personId) mayChangeMembers(room, 'removing somebody');
      await mustLeaveModerator(tx, room, member);
      const active = await touched(tx, room, this.#clock.now());
      await this.#log.append(tx, await leave(tx, active, member, caller.uuid), caller.trace);
    });
  }

  /** The caller's own room, where they may bring somebody in, or for themselves one that is open to them (VIS-2). */
  async #enterable(reader: Reader, caller: Caller, roomUuid: string, body: MembershipCreate): Promise<MemberView> {
    const room = await findRoomInReach(reader, caller, roomUuid, 'memberships_write');
    if (room && (room.isMember || !namesSelf(caller, body))) {
      mayChangeMembers(room, 'inviting somebody');
      if (!room.isMember && (await memberships.ofRoom(reader, room.id)).length === 0) throw new ApiError('roomEmpty');
      return room;
    }
    const open = namesSelf(caller, body) ? await findRoomToJoin(reader, caller, roomUuid) : undefined;
    if (!open) throw new ApiError('roomNotFound');
    mayJoinAs(open, body.isModerator === true);
    return open;
  }

  /** A membership is seen by the members of its room (VIS-1). */
  async #visible(
    reader: Reader,
    caller: Caller,
    id: string,
    work: RoomWork,
  ): Promise<{ room: RoomInReach; member: MembershipRow }> {
    const [personUuid = '', roomUuid = ''] = pathKey('MEMBERSHIP', id, 'membershipNotFound').split(':');
    const room = await findRoomInReach(reader, caller, roomUuid, work);
    const member = room && (await memberships.find(reader, roomUuid, personUuid));
    if (!room || !member) throw new ApiError('membershipNotFound');
    return { room, member };
  }
}
