import type { ComplianceEvent } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { publicId } from '../core/ids.ts';

/** EVT-3 */
export function presentEvent(event: LoggedEvent, data: ComplianceEvent['data']): ComplianceEvent {
  return {
    id: publicId('EVENT', event.uuid),
    // Nothing else is read from the log here (src/events/store.ts).
    resource: event.resource as ComplianceEvent['resource'],
    type: event.event,
    actorId: publicId('PEOPLE', event.actorUuid),
    orgId: publicId('ORGANIZATION', event.orgUuid),
    created: isoTime(event.createdAt),
    data,
  };
}
