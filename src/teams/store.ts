import type { Reader } from '../db/index.ts';
import { selectRoomsFor } from '../rooms/index.ts';

/** The General rooms of the teams that this person is in, from the oldest on, behind the room `after`. */
export function selectTeamsOf(reader: Reader, personId: number, after: number) {
  return selectRoomsFor(reader.query, personId)
    .innerJoin('memberships as general', 'general.roomId', 'rooms.id')
    .where('general.personId', '=', personId)
    .where('general.roomId', '>', after)
    .whereRef('rooms.teamId', '=', 'rooms.id')
    .orderBy('general.roomId');
}
