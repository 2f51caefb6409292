import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp, timestampInput } from './common.ts';

const kind = z.enum(['failed', 'events', 'missed'], { error: 'kind must be failed, events or missed.' });
const count = z.number().int();

/** A job that sends events to a webhook again, oldest first. */
export const Replay = z
  .object({
    id: z.string(),
    webhookId: publicIdText,
    createdBy: publicIdText,
    kind,
    state: z
      .enum(['running', 'resting', 'paused', 'completed', 'cancelled'])
      .meta({ description: '`resting`: it goes on when its webhook is active again.' }),
    filter: z.string().optional(),
    fromSequence: count,
    untilSequence: count,
    total: count.optional().meta({ description: 'What there was to send when it was made; absent: not counted.' }),
    replayed: count.meta({ description: 'Deliveries that were sent anew so far: delivered + failed + waiting.' }),
    delivered: count,
    failed: count.meta({ description: 'Given up again, or dropped.' }),
    waiting: count,
    pace: count.meta({ description: 'How many deliveries the next step has.' }),
    position: timestamp.optional().meta({ description: 'Events up to this time are done or under way.' }),
    created: timestamp,
    updated: timestamp,
  })
  .meta({ id: 'Replay' });
export type Replay = z.output<typeof Replay>;

export const ReplayList = listOf(Replay);

const sequence = (name: string) => {
  const error = `${name} must be a whole number of at least 1.`;
  return z.int({ error }).min(1, error).optional();
};

export const ReplayCreate = z
  .object({
    webhookId: idInput,
    kind: kind.default('failed').meta({
      description:
        '`failed`: what was given up or dropped; `events`: all that the webhook wants; `missed`: of that, what was not delivered.',
    }),
    since: timestampInput.optional().meta({ description: 'Events from this time on.' }),
    fromSequence: sequence('fromSequence').meta({ description: 'Events from this position of the log on.' }),
    until: timestampInput.optional().meta({ description: 'Events up to this time; the newest one when absent.' }),
    untilSequence: sequence('untilSequence').meta({ description: 'Events up to this position of the log.' }),
    filter: z
      .string()
      .max(4096, 'filter is longer than 4096 characters.')
      .optional()
      .meta({ description: "Narrows it, in the filter language of the webhook's resource." }),
  })
  .refine(({ since, fromSequence }) => since === undefined || fromSequence === undefined, {
    error: 'Give since or fromSequence, not both.',
  })
  .refine(({ until, untilSequence }) => until === undefined || untilSequence === undefined, {
    error: 'Give until or untilSequence, not both.',
  });
export type ReplayCreate = z.output<typeof ReplayCreate>;

/** What a replay would send now. */
export const ReplayPreview = z
  .object({
    count,
    complete: z.boolean().meta({ description: 'false: there may be more than were counted.' }),
  })
  .meta({ id: 'ReplayPreview' });
export type ReplayPreview = z.output<typeof ReplayPreview>;

export const ReplaysQuery = z.object({
  webhookId: idInput,
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type ReplaysQuery = z.output<typeof ReplaysQuery>;
