import type { NewEvent } from '../core/events.ts';
import type { Writer } from '../db/index.ts';
import { findRoomFor, leaveName } from '../rooms/index.ts';
import { leave, touched } from './joining.ts';
import { memberships } from './store.ts';

/**
 * Ends every membership of somebody who is deleted, 1:1 rooms too (spec 4.7). The other of a 1:1 room goes on reading it,
 * under the name it had.
 */
export async function leaveEverywhere(
  tx: Writer,
  person: { id: number; displayName: string },
  actorUuid: string,
  now: number,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  await leaveName(tx, person.id, person.displayName);
  for (const member of await memberships.ofPerson(tx, person.id)) {
    const room = await findRoomFor(tx, person.id, member.roomUuid);
    if (!room) continue;
    events.push(...(await leave(tx, await touched(tx, room, now), member, actorUuid)));
  }
  return events;
}
