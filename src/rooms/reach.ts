import { hasScope, isOfficer, type Caller, type RoomWork } from '../core/caller.ts';
import type { Reader } from '../db/index.ts';
import { findRoomFor, findRoomOfAnybody, type MemberView } from './store.ts';

/** A room, and on what grounds the caller may do a kind of work in it: at least one of the two. */
export interface RoomInReach extends MemberView {
  isMember: boolean;
  /** The caller is a compliance officer of the organization that owns it. */
  isOfficer: boolean;
}

/**
 * The one place that says which rooms somebody reaches: those they are in (VIS-1), and a compliance officer those of their
 * organization (VIS-5). What is in a room, members, messages and files, is reached through the room.
 */
export async function findRoomInReach(
  reader: Reader,
  caller: Caller,
  roomUuid: string,
  work: RoomWork,
): Promise<RoomInReach | undefined> {
  if (!isOfficer(caller, work)) {
    const own = await findRoomFor(reader, caller.personId, roomUuid);
    return own && { ...own, isMember: true, isOfficer: false };
  }
  const room = await findRoomOfAnybody(reader, caller.personId, roomUuid);
  if (!room) return undefined;
  // The scope of compliance alone does not open rooms of other organizations, though one be in them.
  const isMember = room.membershipId !== null && hasScope(caller, `spark:${work}`);
  const inReach = { ...room, isMember, isOfficer: room.ownerOrgId === caller.orgId };
  return isMember || inReach.isOfficer ? inReach : undefined;
}
