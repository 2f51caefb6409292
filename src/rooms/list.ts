import type { RoomsQuery } from '../contract/index.ts';
import { hasScope, isOfficer, type Caller } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { keyset, type Page } from '../http/index.ts';
import { selectRooms, selectRoomsOf, type MemberView } from './store.ts';

/**
 * The rooms that the caller is a member of, in the order asked for: latest first, or by id (spec 3.2). A compliance
 * officer's list has those of their organization too (VIS-5).
 */
export async function listRooms(reader: Reader, caller: Caller, query: RoomsQuery): Promise<Page<MemberView>> {
  // Teams come later: no room has one, so none is of the team asked for.
  if (query.teamId !== undefined) return { items: [] };
  let rows = roomsInReach(reader, caller).limit(query.max + 1);
  if (query.type !== undefined) rows = rows.where('rooms.type', '=', query.type);

  if (query.sortBy === 'id') {
    const after = byId.after(query.cursor);
    if (after) rows = rows.where('rooms.uuid', '>', after[0]);
    return byId.page(await rows.orderBy('rooms.uuid').execute(), query.max, ({ uuid }) => [uuid]);
  }
  const [column, latestFirst] =
    query.sortBy === 'created' ? (['createdAt', byCreation] as const) : (['lastActivityAt', byActivity] as const);
  const before = latestFirst.after(query.cursor);
  if (before) {
    const [time, id] = before;
    rows = rows.where((eb) =>
      eb.or([eb(`rooms.${column}`, '<', time), eb.and([eb(`rooms.${column}`, '=', time), eb('rooms.id', '<', id)])]),
    );
  }
  const sorted = rows.orderBy(`rooms.${column}`, 'desc').orderBy('rooms.id', 'desc');
  return latestFirst.page(await sorted.execute(), query.max, (room) => [room[column], room.id]);
}

/** `findRoomInReach`, of all rooms at once. */
function roomsInReach(reader: Reader, caller: Caller) {
  if (!isOfficer(caller, 'rooms_read')) {
    return selectRoomsOf(reader.query).where('own.personId', '=', caller.personId);
  }
  return selectRooms(reader.query, caller.personId).where((eb) =>
    eb.or([
      eb('rooms.ownerOrgId', '=', caller.orgId),
      ...(hasScope(caller, 'spark:rooms_read') ? [eb('own.id', 'is not', null)] : []),
    ]),
  );
}

const byId = keyset('rooms by id', 'string');
const byCreation = keyset('rooms by creation', 'number', 'number');
const byActivity = keyset('rooms by activity', 'number', 'number');
