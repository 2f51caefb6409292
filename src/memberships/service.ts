import type { MembershipCreate, MembershipsQuery, MembershipUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import { flag, type Database, type Reader } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, keyset, pathKey, type Page } from '../http/index.ts';
import { findPersonByEmail, findPersonByUuid, guestsMustNotMeet, type PersonRef } from '../people/index.ts';
import { findRoomFor, touchRoom, type MemberView } from '../rooms/index.ts';
import { join, leave } from './joining.ts';
import { followModerators, setModerator } from './moderation.ts';
import { mayChangeMembers, mayChangeModerators, mayHide } from './policy.ts';
import { hidingEvent } from './present.ts';
import { memberships, selectMemberships, type MembershipRow } from './store.ts';

export class MembershipService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #clock: Clock;

  constructor({ db, log, clock }: { db: Database; log: EventLog; clock: Clock }) {
    this.#db = db;
    this.#log = log;
    this.#clock = clock;
  }

  /** The caller's own memberships, or those of a room the caller is in. */
  async list(caller: Caller, query: MembershipsQuery): Promise<Page<MembershipRow>> {
    const { reader } = this.#db;
    let rows = selectMemberships(reader.query)
      .orderBy('memberships.id')
      .limit(query.max + 1);
    if (query.roomId !== undefined) {
      const room = await findRoomFor(reader, caller.personId, bodyKey('ROOM', query.roomId));
      if (!room) throw new ApiError('roomNotFound');
      rows = rows.where('memberships.roomId', '=', room.id);
    }
    if (query.personId !== undefined) rows = rows.where('people.uuid', '=', bodyKey('PEOPLE', query.personId));
    if (query.personEmail !== undefined) rows = rows.where('people.email', '=', query.personEmail.toLowerCase());
    if (query.roomId === undefined) {
      if (!namesSelf(caller, query)) throw new ApiError('membershipFilterNeedsRoom');
      rows = rows.where('memberships.personId', '=', caller.personId);
    }
    const after = byJoining.after(query.cursor);
    if (after) rows = rows.where('memberships.id', '>', after[0]);
    return byJoining.page(await rows.execute(), query.max, ({ id }) => [id]);
  }

  async get(caller: Caller, id: string): Promise<MembershipRow> {
    return (await this.#visible(this.#db.reader, caller, id)).member;
  }

  async create(caller: Caller, body: MembershipCreate): Promise<MembershipRow> {
    const roomUuid = bodyKey('ROOM', body.roomId);
    if (!body.personId === !body.personEmail) throw new ApiError('personMissing');
    return this.#db.write(async (tx) => {
      const found = await findRoomFor(tx, caller.personId, roomUuid);
      if (!found) throw new ApiError('roomNotFound');
      mayChangeMembers(found, 'inviting somebody');
      const person = await invited(tx, body);
      if (await memberships.find(tx, found.uuid, person.uuid)) throw new ApiError('alreadyMember');
      guestsMustNotMeet(caller, person);

      const room = await this.#touched(tx, found);
      const { membership, events } = await join(tx, room, person, caller.uuid, room.lastActivityAt);
      if (body.isModerator === true) events.push(...(await this.#promote(tx, caller, room, membership)));
      await this.#log.append(tx, events, caller.trace);
      return { ...membership, isModerator: body.isModerator === true ? 1 : 0 };
    });
  }

  async update(caller: Caller, id: string, body: MembershipUpdate): Promise<MembershipRow> {
    if (body.isModerator === undefined && body.isRoomHidden === undefined) {
      throw new ApiError('nothingToChange', { fields: 'isModerator, isRoomHidden' });
    }
    return this.#db.write(async (tx) => {
      const { room, member } = await this.#visible(tx, caller, id);
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
        events.push(
          ...(await this.#changeRole(tx, caller, await this.#touched(tx, room), member, changed.isModerator)),
        );
      }
      await this.#log.append(tx, events, caller.trace);
      return changed;
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const { room, member } = await this.#visible(tx, caller, id);
      if (room.type === 'direct') throw new ApiError('leaveFailed');
      if (member.personId !== caller.personId) mayChangeMembers(room, 'removing somebody');
      await this.#log.append(tx, await leave(tx, await this.#touched(tx, room), member, caller.uuid), caller.trace);
    });
  }

  /** A change of members is activity: the room as the events of the change show it. */
  async #touched(tx: Tx, room: MemberView): Promise<MemberView> {
    const lastActivityAt = this.#clock.now();
    await touchRoom(tx, room.id, lastActivityAt);
    return { ...room, lastActivityAt };
  }

  async #changeRole(
    tx: Tx,
    caller: Caller,
    room: MemberView,
    member: MembershipRow,
    isModerator: 0 | 1,
  ): Promise<NewEvent[]> {
    if (isModerator === 1) return this.#promote(tx, caller, room, member);
    const events = await setModerator(tx, room, member, 0, caller.uuid);
    return [...events, ...(await followModerators(tx, room, caller.uuid))];
  }

  /** MOD-4: whoever makes the first moderator of an open room becomes one too. */
  async #promote(tx: Tx, caller: Caller, room: MemberView, member: MembershipRow): Promise<NewEvent[]> {
    const events = await setModerator(tx, room, member, 1, caller.uuid);
    const own = await memberships.find(tx, room.uuid, caller.uuid);
    if (own && room.isLocked === 0) events.push(...(await setModerator(tx, room, own, 1, caller.uuid)));
    return [...events, ...(await followModerators(tx, room, caller.uuid))];
  }

  /** A membership is seen by the members of its room (VIS-1). */
  async #visible(reader: Reader, caller: Caller, id: string): Promise<{ room: MemberView; member: MembershipRow }> {
    const [personUuid = '', roomUuid = ''] = pathKey('MEMBERSHIP', id, 'membershipNotFound').split(':');
    const room = await findRoomFor(reader, caller.personId, roomUuid);
    const member = room && (await memberships.find(reader, roomUuid, personUuid));
    if (!room || !member) throw new ApiError('membershipNotFound');
    return { room, member };
  }
}

const byJoining = keyset('memberships', 'number');

type Tx = Parameters<EventLog['append']>[0];

/** Without a room the list is the caller's own; naming oneself is allowed (spec 10, row 6). */
function namesSelf(caller: Caller, { personId, personEmail }: MembershipsQuery): boolean {
  const sameId = personId === undefined || bodyKey('PEOPLE', personId) === caller.uuid;
  return sameId && (personEmail === undefined || personEmail.toLowerCase() === caller.email);
}

async function invited(reader: Reader, { personId, personEmail }: MembershipCreate): Promise<PersonRef> {
  if (personEmail) {
    const person = await findPersonByEmail(reader, personEmail);
    if (!person) throw new ApiError('emailNotFound', { email: personEmail });
    return person;
  }
  const person = await findPersonByUuid(reader, bodyKey('PEOPLE', personId ?? ''));
  if (!person) throw new ApiError('personNotFound');
  return person;
}
