import type { Caller } from '../../core/caller.ts';
import type { LoggedEvent } from '../../core/events.ts';
import { statement, type Reader } from '../../db/index.ts';
import { asLoggedEvent, eventColumns } from '../../eventlog/index.ts';

/** Events of the log, newest first. */
export async function eventsBelow(
  reader: Reader,
  range: { from: number; below: number; limit: number },
): Promise<LoggedEvent[]> {
  return (await reader.all(below, range)).map(asLoggedEvent);
}

/** UUIDs of the rooms that the caller is in. */
export async function roomsOf(reader: Reader, caller: Caller): Promise<ReadonlySet<string>> {
  return new Set((await reader.all(rooms, { personId: caller.personId })).map(({ uuid }) => uuid));
}

const below = statement<{ from: number; below: number; limit: number }>()((db, param) =>
  db
    .selectFrom('events')
    .select(eventColumns)
    .where('id', '>=', param('from'))
    .where('id', '<', param('below'))
    .orderBy('id', 'desc')
    .limit(param('limit')),
);

const rooms = statement<{ personId: number }>()((db, param) =>
  db
    .selectFrom('memberships')
    .innerJoin('rooms', 'rooms.id', 'memberships.roomId')
    .select('rooms.uuid')
    .where('memberships.personId', '=', param('personId')),
);
