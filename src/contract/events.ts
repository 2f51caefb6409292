import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp, timestampInput } from './common.ts';

/** EVT-2: what may be asked for; what does not happen on this server has an empty list. */
const resources = [
  'attachmentActions',
  'businessTexts',
  'call_records',
  'convergedRecordings',
  'file_transcodings',
  'files',
  'meetingMessages',
  'meetings',
  'meetingTranscripts',
  'memberships',
  'messages',
  'rooms',
  'tabs',
] as const;
const types = ['created', 'updated', 'deleted', 'ended'] as const;

/** EVT-3 */
export const ComplianceEvent = z
  .object({
    id: publicIdText,
    resource: z.enum(resources),
    type: z.enum(types),
    actorId: publicIdText,
    orgId: publicIdText.meta({ description: 'The organization that owns the room.' }),
    created: timestamp,
    data: z.record(z.string(), z.unknown()).meta({
      description: 'What happened to the resource, and its content as far as it is still there.',
    }),
  })
  .meta({ id: 'Event' });
export type ComplianceEvent = z.output<typeof ComplianceEvent>;

export const ComplianceEventList = listOf(ComplianceEvent);

export const ComplianceEventsQuery = z.object({
  resource: z.enum(resources, { error: `resource must be one of ${resources.join(', ')}.` }).optional(),
  type: z.enum(types, { error: `type must be one of ${types.join(', ')}.` }).optional(),
  actorId: idInput.optional(),
  from: timestampInput.optional(),
  to: timestampInput.optional().meta({ description: 'Not in the future.' }),
  serviceType: z.enum(['calling'], { error: 'serviceType must be calling.' }).optional(),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type ComplianceEventsQuery = z.output<typeof ComplianceEventsQuery>;
