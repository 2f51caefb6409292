import type { NewEvent } from '../core/events.ts';
import type { Writer } from '../db/index.ts';
import type { MemberView } from '../rooms/index.ts';
import { followModerators } from './moderation.ts';
import { membershipEvent } from './present.ts';
import { memberships, type MembershipRow } from './store.ts';

type Room = Pick<MemberView, 'id' | 'uuid' | 'type' | 'ownerOrgUuid'>;

/** Someone who is about to join. */
export interface Joiner {
  id: number;
  uuid: string;
  email: string;
  displayName: string;
  orgUuid: string;
}

export interface Joined {
  membership: MembershipRow;
  events: NewEvent[];
}

export async function join(
  tx: Writer,
  room: Room,
  person: Joiner,
  actorUuid: string,
  now: number,
  isModerator: 0 | 1 = 0,
): Promise<Joined> {
  await memberships.insert(tx, { roomId: room.id, personId: person.id, isModerator, createdAt: now });
  const membership = await memberships.find(tx, room.uuid, person.uuid);
  if (!membership) throw new Error('A membership that was just inserted is not there.');
  return { membership, events: [membershipEvent('created', membership, actorUuid, room.ownerOrgUuid)] };
}

/** Ends a membership. The last moderator's going opens the room (spec 3.3). */
export async function leave(
  tx: Writer,
  room: MemberView,
  member: MembershipRow,
  actorUuid: string,
): Promise<NewEvent[]> {
  await memberships.remove(tx, member.id);
  const left = membershipEvent('deleted', member, actorUuid, room.ownerOrgUuid);
  return [left, ...(member.isModerator === 1 ? await followModerators(tx, room, actorUuid) : [])];
}
