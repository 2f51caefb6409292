import type { EventFacts, EventType, LoggedEvent, Resource } from '../core/events.ts';

/** An event's row of the log, to be selected wherever events are read. */
export const eventColumns = [
  'events.id as seq',
  'events.uuid',
  'events.resource',
  'events.event',
  'events.actorUuid',
  'events.roomUuid',
  'events.orgUuid',
  'events.facts',
  'events.data',
  'events.createdAt',
] as const;

interface EventRow {
  seq: number;
  uuid: string;
  resource: string;
  event: string;
  actorUuid: string;
  roomUuid: string;
  orgUuid: string;
  facts: string;
  data: string;
  createdAt: number;
}

/** What was written by `EventLog.append`; nothing else writes the table. */
export function asLoggedEvent({ resource, event, facts, data, ...columns }: EventRow): LoggedEvent {
  return {
    ...columns,
    resource: resource as Resource,
    event: event as EventType,
    facts: JSON.parse(facts) as EventFacts,
    dataJson: data,
  };
}
