import type { NewEvent } from '../core/events.ts';
import type { Writer } from '../db/index.ts';
import { roomEvent, setLocked, type MemberView } from '../rooms/index.ts';
import { membershipEvent } from './present.ts';
import { memberships, type MembershipRow } from './store.ts';

/** Turns the role of one member; the event shows them as they are now. */
export async function setModerator(
  tx: Writer,
  room: MemberView,
  member: MembershipRow,
  isModerator: 0 | 1,
  actorUuid: string,
): Promise<NewEvent[]> {
  if (member.isModerator === isModerator) return [];
  await memberships.setModerator(tx, member.id, isModerator);
  return [membershipEvent('updated', { ...member, isModerator }, actorUuid, room.ownerOrgUuid)];
}

/** Turns the role of one member, and the lock with it. MOD-4: whoever makes the first moderator of an open room is one too. */
export async function changeRole(
  tx: Writer,
  room: MemberView,
  member: MembershipRow,
  isModerator: 0 | 1,
  actorUuid: string,
): Promise<NewEvent[]> {
  const events = await setModerator(tx, room, member, isModerator, actorUuid);
  const own = isModerator === 1 && room.isLocked === 0 && (await memberships.find(tx, room.uuid, actorUuid));
  if (own) events.push(...(await setModerator(tx, room, own, 1, actorUuid)));
  return [...events, ...(await followModerators(tx, room, actorUuid))];
}

/**
 * MOD-1, MOD-3: a room is locked while it has a moderator. Called after every change of moderators; says so with
 * `rooms:updated` when the lock turned.
 */
export async function followModerators(tx: Writer, room: MemberView, actorUuid: string): Promise<NewEvent[]> {
  const isLocked = (await memberships.moderatorsOf(tx, room.id)).length > 0 ? 1 : 0;
  if (isLocked === room.isLocked) return [];
  const changed = await setLocked(tx, room, isLocked);
  return [roomEvent('updated', changed, actorUuid)];
}
