import type { RoomsQuery } from '../contract/index.ts';
import { hasScope, isOfficer, type Caller } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { bodyKey, keyset, type Page } from '../http/index.ts';
import { publicRoomsStandAlone } from './policy.ts';
import { hasMember, hasTeammate, selectRoomsFor, type MemberView, type RoomCondition } from './store.ts';

/**
 * The rooms that the caller is a member of, those of a team, or the public ones. A compliance officer's list has all of
 * their organization (VIS-5).
 */
export async function listRooms(reader: Reader, caller: Caller, query: RoomsQuery): Promise<Page<MemberView>> {
  publicRoomsStandAlone(query);
  if (query.orgPublicSpaces === 'true') return listPublicRooms(reader, caller, query);
  let rooms = query.teamId === undefined ? roomsInReach(reader, caller) : roomsOfTeam(reader, caller, query.teamId);
  if (query.type !== undefined) rooms = rooms.where('rooms.type', '=', query.type);
  return inOrder(reader, caller, rooms.limit(query.max + 1), query);
}

/** `findRoomInReach`, of all rooms at once. */
function roomsInReach({ query }: Reader, caller: Caller) {
  const ownKeys = query
    .selectFrom('memberships')
    .select('memberships.roomId')
    .where('memberships.personId', '=', caller.personId);
  if (!isOfficer(caller, 'rooms_read')) return keysOfRooms(query).where('rooms.id', 'in', ownKeys);
  return keysOfRooms(query)
    .where('rooms.archivedAt', 'is', null)
    .where((eb) =>
      eb.or([
        eb('rooms.ownerOrgId', '=', caller.orgId),
        ...(hasScope(caller, 'spark:rooms_read') ? [eb('rooms.id', 'in', ownKeys)] : []),
      ]),
    );
}

/**
 * Those of the team that the caller is in, and for members of the team also those that are open to them (VIS-2); for a
 * compliance officer of the organization all of them.
 */
function roomsOfTeam({ query }: Reader, caller: Caller, teamId: string) {
  const { personId, orgId } = caller;
  return keysOfRooms(query)
    .where('rooms.teamId', '=', (eb) =>
      eb.selectFrom('rooms as general').select('general.id').where('general.uuid', '=', bodyKey('TEAM', teamId)),
    )
    .where('rooms.archivedAt', 'is', null)
    .where((eb) =>
      eb.or([
        ...(isOfficer(caller, 'rooms_read') ? [eb('rooms.ownerOrgId', '=', orgId)] : []),
        ...(hasScope(caller, 'spark:rooms_read')
          ? [hasMember(personId)(eb), eb.and([eb('rooms.isLocked', '=', 0), hasTeammate(personId)(eb)])]
          : []),
      ]),
    );
}

/** What is sorted is short: the rest is looked up for the rooms of one page alone. */
function keysOfRooms(query: Reader['query']) {
  return query.selectFrom('rooms').select('rooms.id');
}

/** In the order asked for: latest first, or by id (spec 3.2). */
async function inOrder(
  reader: Reader,
  { personId }: Caller,
  rooms: ReturnType<typeof roomsInReach>,
  { sortBy, cursor, max }: RoomsQuery,
): Promise<Page<MemberView>> {
  const whole = selectRoomsFor(reader.query, personId);
  if (sortBy === 'id') {
    const after = byId.after(cursor);
    const keys = (after ? rooms.where('rooms.uuid', '>', after[0]) : rooms).orderBy('rooms.uuid');
    const page = whole.where('rooms.id', 'in', keys).orderBy('rooms.uuid');
    return byId.page(await page.execute(), max, ({ uuid }) => [uuid]);
  }
  const [column, latestFirst] =
    sortBy === 'created' ? (['createdAt', byCreation] as const) : (['lastActivityAt', byActivity] as const);
  const before = latestFirst.after(cursor);
  const behind = before ? rooms.where(isBefore(column, before)) : rooms;
  const keys = behind.orderBy(`rooms.${column}`, 'desc').orderBy('rooms.id', 'desc');
  const page = whole.where('rooms.id', 'in', keys).orderBy(`rooms.${column}`, 'desc').orderBy('rooms.id', 'desc');
  return latestFirst.page(await page.execute(), max, (room) => [room[column], room.id]);
}

/** Behind the room of this time and key, in a list with the latest first. */
function isBefore(
  column: 'createdAt' | 'lastActivityAt' | 'madePublicAt',
  [time, id]: readonly [time: number, id: number],
): RoomCondition {
  return (eb) => eb(eb.refTuple(`rooms.${column}`, 'rooms.id'), '<', eb.tuple(time, id));
}

/** Of the caller's organization, joined or not; those made public last come first. */
async function listPublicRooms(
  reader: Reader,
  { personId, orgId }: Caller,
  { from, to, cursor, max }: RoomsQuery,
): Promise<Page<MemberView>> {
  let rows = selectRoomsFor(reader.query, personId)
    .where('rooms.ownerOrgId', '=', orgId)
    .where('rooms.madePublicAt', 'is not', null)
    .where('rooms.archivedAt', 'is', null)
    .orderBy('rooms.madePublicAt', 'desc')
    .orderBy('rooms.id', 'desc')
    .limit(max + 1);
  if (from !== undefined) rows = rows.where('rooms.madePublicAt', '>', Date.parse(from));
  if (to !== undefined) rows = rows.where('rooms.madePublicAt', '<', Date.parse(to));
  const before = byPublication.after(cursor);
  if (before) rows = rows.where(isBefore('madePublicAt', before));
  return byPublication.page(await rows.execute(), max, ({ madePublicAt, id }) => [madePublicAt ?? 0, id]);
}

const byId = keyset('rooms by id', 'string');
const byCreation = keyset('rooms by creation', 'number', 'number');
const byActivity = keyset('rooms by activity', 'number', 'number');
const byPublication = keyset('public rooms', 'number', 'number');
