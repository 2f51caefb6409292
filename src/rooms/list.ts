import type { RoomsQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { keyset, type Page } from '../http/index.ts';
import { selectRoomsOf, type MemberView } from './store.ts';

/** The rooms that the caller is a member of, in the order asked for: latest first, or by id (spec 3.2). */
export async function listRooms(reader: Reader, caller: Caller, query: RoomsQuery): Promise<Page<MemberView>> {
  // Teams come later: no room has one, so none is of the team asked for.
  if (query.teamId !== undefined) return { items: [] };
  let rows = selectRoomsOf(reader.query)
    .where('own.personId', '=', caller.personId)
    .limit(query.max + 1);
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

const byId = keyset('rooms by id', 'string');
const byCreation = keyset('rooms by creation', 'number', 'number');
const byActivity = keyset('rooms by activity', 'number', 'number');
