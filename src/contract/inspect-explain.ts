import { z } from 'zod';
import { idInput, publicIdText } from './common.ts';
import { Delivery, EventReference } from './inspect-deliveries.ts';

/** Something that the conditions do not tell. */
export const Hint = z.object({ code: z.string(), sentence: z.string() }).meta({ id: 'Hint' });
export type Hint = z.output<typeof Hint>;

/** One thing that must hold for a webhook to hear of an event, as things are now. */
const ConditionVerdict = z
  .object({ condition: z.string(), holds: z.boolean(), sentence: z.string() })
  .meta({ id: 'ConditionVerdict' });

export const ExplainedEvent = z
  .object({
    event: EventReference,
    answer: z.string().meta({ description: 'All of it in a sentence or two.' }),
    because: z.string().optional().meta({ description: 'The first condition that does not hold.' }),
    outcome: z
      .enum(['none', 'notMatchedYet', 'queued', 'inFlight', 'waiting', 'delivered', 'failed', 'dropped'])
      .meta({ description: 'What became of the delivery.' }),
    conditions: z.array(ConditionVerdict),
    delivery: Delivery.optional(),
    hints: z.array(Hint),
  })
  .meta({ id: 'ExplainedEvent' });
export type ExplainedEvent = z.output<typeof ExplainedEvent>;

export const Explanation = z
  .object({
    webhookId: publicIdText,
    events: z.array(ExplainedEvent).meta({ description: 'In the order in which they happened.' }),
    hints: z.array(Hint).meta({ description: 'About the webhook, or when there is no event.' }),
  })
  .meta({ id: 'Explanation' });
export type Explanation = z.output<typeof Explanation>;

export const ExplainQuery = z
  .object({
    webhookId: idInput,
    messageId: idInput.optional().meta({ description: 'Every event about this message.' }),
    eventId: z.string().optional().meta({ description: 'This event; the id of a delivery does as well.' }),
  })
  .refine(({ messageId, eventId }) => (messageId === undefined) !== (eventId === undefined), {
    error: 'Give either messageId or eventId.',
  });
export type ExplainQuery = z.output<typeof ExplainQuery>;
