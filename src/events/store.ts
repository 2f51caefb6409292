import type { ComplianceEventsQuery } from '../contract/index.ts';
import type { LoggedEvent } from '../core/events.ts';
import { statement, type Reader } from '../db/index.ts';
import { asLoggedEvent, eventColumns } from '../eventlog/index.ts';

/** Whose events: of the rooms that the organization owns, and acts of its people elsewhere (EVT-4). */
export interface Scope {
  orgId: number;
  orgUuid: string;
}

export interface Range {
  /** Positions of the log: from the first, up to and without the second. */
  from: number;
  below: number;
}

/** EVT-5. What is ours alone (`webhooks`) is none of these. */
const shown = ['messages', 'memberships', 'rooms', 'attachmentActions', 'tabs'];

interface Narrowed extends Pick<ComplianceEventsQuery, 'resource' | 'type'> {
  actorUuid?: string | undefined;
  limit: number;
}

export async function eventsIn(reader: Reader, scope: Scope, range: Range, narrowed: Narrowed): Promise<LoggedEvent[]> {
  return (await selectEvents(reader.query, scope, range, narrowed).execute()).map(asLoggedEvent);
}

/** Newest first. Looks at every event of the range, so that the range is to be a short one. */
export function selectEvents(
  query: Reader['query'],
  { orgId, orgUuid }: Scope,
  { from, below }: Range,
  { resource, type, actorUuid, limit }: Narrowed,
) {
  let rows = query
    .selectFrom('events')
    .select(eventColumns)
    .where('events.id', '>=', from)
    .where('events.id', '<', below)
    .where('events.resource', 'in', resource === undefined ? shown : shown.filter((name) => name === resource))
    .where((eb) =>
      eb.or([
        eb('events.orgUuid', '=', orgUuid),
        eb.exists(
          eb
            .selectFrom('people')
            .select('people.id')
            .whereRef('people.uuid', '=', 'events.actorUuid')
            .where('people.orgId', '=', orgId),
        ),
      ]),
    );
  if (type !== undefined) rows = rows.where('events.event', '=', type);
  if (actorUuid !== undefined) rows = rows.where('events.actorUuid', '=', actorUuid);
  return rows.orderBy('events.id', 'desc').limit(limit);
}

/** The event with this key, whosever it is. */
export async function findEventPosition(reader: Reader, uuid: string): Promise<number | undefined> {
  return (await reader.first(positionOf, { uuid }))?.id;
}

const positionOf = statement<{ uuid: string }>()((db, param) =>
  db.selectFrom('events').select('id').where('uuid', '=', param('uuid')),
);
