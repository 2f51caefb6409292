import type { RoomsQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { bodyKey, keyset, type Page } from '../http/index.ts';
import { publicRoomsStandAlone } from './policy.ts';
import { hasMember, hasTeammate, selectRoomsFor, type MemberView } from './store.ts';

export async function listRooms(reader: Reader, caller: Caller, query: RoomsQuery): Promise<Page<MemberView>> {
  publicRoomsStandAlone(query);
  if (query.orgPublicSpaces === 'true') return listPublicRooms(reader, caller, query);
  let rows = query.teamId === undefined ? ownRooms(reader, caller) : roomsOfTeam(reader, caller, query.teamId);
  if (query.type !== undefined) rows = rows.where('rooms.type', '=', query.type);
  return sorted(rows.limit(query.max + 1), query);
}

function ownRooms(reader: Reader, { personId }: Caller) {
  return selectRoomsFor(reader.query, personId).where('rooms.id', 'in', (eb) =>
    eb.selectFrom('memberships').select('memberships.roomId').where('memberships.personId', '=', personId),
  );
}

/** Those of the team that the caller is in, and for members of the team also those that are open to them (VIS-2). */
function roomsOfTeam(reader: Reader, { personId }: Caller, teamId: string) {
  return selectRoomsFor(reader.query, personId)
    .where('rooms.teamId', '=', (eb) =>
      eb.selectFrom('rooms as general').select('general.id').where('general.uuid', '=', bodyKey('TEAM', teamId)),
    )
    .where('rooms.archivedAt', 'is', null)
    .where((eb) => eb.or([hasMember(personId)(eb), eb.and([eb('rooms.isLocked', '=', 0), hasTeammate(personId)(eb)])]));
}

/** In the order asked for: latest first, or by id (spec 3.2). */
async function sorted(
  unsorted: ReturnType<typeof ownRooms>,
  { sortBy, cursor, max }: RoomsQuery,
): Promise<Page<MemberView>> {
  let rows = unsorted;
  if (sortBy === 'id') {
    const after = byId.after(cursor);
    if (after) rows = rows.where('rooms.uuid', '>', after[0]);
    return byId.page(await rows.orderBy('rooms.uuid').execute(), max, ({ uuid }) => [uuid]);
  }
  const [column, latestFirst] =
    sortBy === 'created' ? (['createdAt', byCreation] as const) : (['lastActivityAt', byActivity] as const);
  const before = latestFirst.after(cursor);
  if (before) {
    const [time, id] = before;
    rows = rows.where((eb) =>
      eb.or([eb(`rooms.${column}`, '<', time), eb.and([eb(`rooms.${column}`, '=', time), eb('rooms.id', '<', id)])]),
    );
  }
  const latest = rows.orderBy(`rooms.${column}`, 'desc').orderBy('rooms.id', 'desc');
  return latestFirst.page(await latest.execute(), max, (room) => [room[column], room.id]);
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
  if (before) {
    const [time, id] = before;
    rows = rows
      .where('rooms.madePublicAt', '<=', time)
      .where((eb) => eb.or([eb('rooms.madePublicAt', '<', time), eb('rooms.id', '<', id)]));
  }
  return byPublication.page(await rows.execute(), max, ({ madePublicAt, id }) => [madePublicAt ?? 0, id]);
}

const byId = keyset('rooms by id', 'string');
const byCreation = keyset('rooms by creation', 'number', 'number');
const byActivity = keyset('rooms by activity', 'number', 'number');
const byPublication = keyset('public rooms', 'number', 'number');
