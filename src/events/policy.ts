import type { ComplianceEventsQuery } from '../contract/index.ts';
import { isOfficer, type Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';

/** EVT-1 */
export function mayReadEvents(caller: Caller): void {
  if (!isOfficer(caller, 'events_read')) throw new ApiError('forbidden');
}

/** EVT-2 */
export function mayAsk({ to, resource, serviceType }: ComplianceEventsQuery, now: number): void {
  if (to !== undefined && Date.parse(to) > now) throw refused('to cannot be in the future.');
  if ((resource === 'convergedRecordings') !== (serviceType !== undefined)) {
    throw refused('serviceType goes with resource convergedRecordings, which needs it.');
  }
}

function refused(reason: string): ApiError {
  return new ApiError('invalidRequest', { reason });
}
