import { z } from 'zod';
import { maxParameter, publicIdText } from './common.ts';
import { EventReference } from './inspect-deliveries.ts';
import { Notice } from './notices.ts';
import { WebhookCreate } from './webhooks.ts';

/** What a webhook would be told of, if it were registered. */
export const PreviewRequest = WebhookCreate.pick({ resource: true, event: true, filter: true, ownedBy: true }).extend({
  max: maxParameter(20, 100).meta({ description: 'How many of the events that match are shown.' }),
});
export type PreviewRequest = z.output<typeof PreviewRequest>;

export const Preview = z
  .object({
    scanned: z.int().meta({ description: 'Events that were looked at, the newest first.' }),
    complete: z.boolean().meta({ description: 'false: there were too many to look at all of the last 24 hours.' }),
    matched: z.int(),
    items: z
      .array(EventReference.extend({ actorId: publicIdText, data: Notice.shape.data }))
      .meta({ description: 'The newest of those that match.' }),
  })
  .meta({ id: 'Preview' });
export type Preview = z.output<typeof Preview>;
