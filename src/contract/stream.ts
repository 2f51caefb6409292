import { z } from 'zod';
import { maxParameter, publicIdText, timestamp, timestampInput } from './common.ts';
import { Notice } from './notices.ts';

/** An event as a webhook would tell of it, without the webhook. */
export const StreamEvent = z
  .object({
    id: z.uuid().meta({ description: 'Id of the event; the first part of the ids of its deliveries.' }),
    sequence: z.int().meta({ description: 'Position in the log, the same as X-Hearth-Sequence.' }),
    resource: z.string(),
    event: z.string(),
    created: timestamp,
    actorId: publicIdText,
    orgId: publicIdText.meta({ description: 'The organization that owns the room.' }),
    data: Notice.shape.data,
  })
  .meta({ id: 'StreamEvent' });
export type StreamEvent = z.output<typeof StreamEvent>;

/** Where a delivery stands. */
export const StreamDelivery = z
  .object({
    id: z.string().meta({ description: 'The same as X-Hearth-Delivery-Id.' }),
    webhookId: publicIdText,
    event: StreamEvent.pick({ id: true, sequence: true, resource: true, event: true, created: true }),
    state: z.enum(['waiting', 'delivered', 'failed', 'dropped']),
    attempts: z.int(),
    status: z.int().optional().meta({ description: 'What the receiver answered last.' }),
    reason: z.string().optional().meta({ description: 'Why it waits, failed or was dropped.' }),
    nextAttempt: timestamp.optional(),
    updated: timestamp.meta({
      description: 'When its last attempt ended; before the first one, when it was recorded.',
    }),
  })
  .meta({ id: 'StreamDelivery' });
export type StreamDelivery = z.output<typeof StreamDelivery>;

/** Events that cannot be told any more: from the one sequence to the other, whoever they were meant for. */
export const StreamGap = z.object({ from: z.int(), to: z.int(), reason: z.string() }).meta({ id: 'StreamGap' });
export type StreamGap = z.output<typeof StreamGap>;

export const StreamQuery = z.object({
  resource: z.string().default('all').meta({ description: 'As in a webhook; all brings webhooks too.' }),
  event: z.string().default('all').meta({ description: 'As in a webhook.' }),
  filter: z
    .string()
    .max(4096, 'filter is longer than 4096 characters.')
    .default('')
    .meta({ description: 'As in a webhook: conditions `key=value`, joined by `&`, percent-encoded as a whole.' }),
  deliveries: z
    .string()
    .default('false')
    .meta({ description: 'Also tells of deliveries: true for those of your webhooks, or the id of one webhook.' }),
  after: z.string().default('').meta({ description: 'A cursor; without one the stream begins now.' }),
  since: timestampInput.optional().meta({ description: 'Where there is no cursor: begin at this time.' }),
});
export type StreamQuery = z.output<typeof StreamQuery>;

const waitError = 'wait must be a number of seconds from 0.';

export const EventsQuery = StreamQuery.extend({
  wait: z.coerce
    .number({ error: waitError })
    .min(0, waitError)
    .default(30)
    .transform((seconds) => Math.min(seconds, 60))
    .meta({ description: 'Seconds to wait while there is nothing; at most 60.' }),
  max: maxParameter(100, 1000),
});
export type EventsQuery = z.output<typeof EventsQuery>;

/** What was found after a cursor, and the cursor to go on with: there is always one. */
export const EventsPage = z
  .object({
    items: z.array(StreamEvent),
    deliveries: z.array(StreamDelivery).optional(),
    gap: StreamGap.optional(),
    cursor: z.string(),
  })
  .meta({ id: 'EventsPage' });
export type EventsPage = z.output<typeof EventsPage>;
