import type { MembershipsQuery } from '../contract/index.ts';
import { hasScope, isOfficer, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { bodyKey, keyset, type Page } from '../http/index.ts';
import { findRoomInReach, findRoomOfTeamFor } from '../rooms/index.ts';
import { namesSelf } from './invited.ts';
import { selectMemberships, type MembershipRow } from './store.ts';

type Rows = ReturnType<typeof selectMemberships>;

/**
 * The caller's own memberships, or those of a room in reach; in the order of joining. A compliance officer names anybody, and
 * gets their memberships in the rooms of the officer's organization.
 */
export async function listMemberships(
  reader: Reader,
  caller: Caller,
  query: MembershipsQuery,
): Promise<Page<MembershipRow>> {
  let rows = query.roomId === undefined ? ofPerson(reader, caller, query) : await ofRoom(reader, caller, query.roomId);
  if (query.personId !== undefined) rows = rows.where('people.uuid', '=', bodyKey('PEOPLE', query.personId));
  if (query.personEmail !== undefined) rows = rows.where('people.email', '=', query.personEmail.toLowerCase());
  return pageOf(rows, query);
}

/** Everybody in the room; whether the caller may see them is not asked here. */
export function listMembers(reader: Reader, roomId: number, page: Slice): Promise<Page<MembershipRow>> {
  return pageOf(selectMemberships(reader.query).where('memberships.roomId', '=', roomId), page);
}

/** Naming oneself is allowed (spec 10, row 6). */
function ofPerson(reader: Reader, caller: Caller, query: MembershipsQuery): Rows {
  const isOwn = namesSelf(caller, query);
  if (!isOwn && !isOfficer(caller, 'memberships_read')) throw new ApiError('membershipFilterNeedsRoom');
  const rows = selectMemberships(reader.query);
  const own = isOwn ? rows.where('memberships.personId', '=', caller.personId) : rows;
  // The scope of compliance alone does not show what one has elsewhere.
  return isOwn && hasScope(caller, 'spark:memberships_read') ? own : own.where('rooms.ownerOrgId', '=', caller.orgId);
}

/** VIS-2: of a moderated room of their team, members of the team who are not in it see the moderators. */
async function ofRoom(reader: Reader, caller: Caller, roomId: string): Promise<Rows> {
  const roomUuid = bodyKey('ROOM', roomId);
  const inReach = await findRoomInReach(reader, caller, roomUuid, 'memberships_read');
  const asTeammate = !inReach && hasScope(caller, 'spark:memberships_read');
  const room = asTeammate ? await findRoomOfTeamFor(reader, caller.personId, roomUuid) : inReach;
  if (!room) throw new ApiError('roomNotFound');
  const rows = selectMemberships(reader.query).where('memberships.roomId', '=', room.id);
  return inReach === undefined && room.isLocked === 1 ? rows.where('memberships.isModerator', '=', 1) : rows;
}

interface Slice {
  max: number;
  cursor?: string | undefined;
}

async function pageOf(unsorted: Rows, { max, cursor }: Slice): Promise<Page<MembershipRow>> {
  let rows = unsorted.orderBy('memberships.id').limit(max + 1);
  const after = byJoining.after(cursor);
  if (after) rows = rows.where('memberships.id', '>', after[0]);
  return byJoining.page(await rows.execute(), max, ({ id }) => [id]);
}

const byJoining = keyset('memberships', 'number');
