import { z } from 'zod';
import { cursorParameter, listOf, maxParameter, timestamp } from './common.ts';
import { secretText, Webhook, WebhookCreate } from './webhooks.ts';

const ordering = z.enum(['none', 'room'], { error: 'ordering must be none or room.' }).meta({
  description: '`room`: a room whose delivery failed waits for it; the other rooms go on.',
});

/** What is known of a webhook's deliveries at the moment. */
export const WebhookHealth = z
  .object({
    pending: z.int().meta({ description: 'Deliveries that wait in the store; counted up to 10,000.' }),
    morePending: z.literal(true).optional().meta({ description: 'There are more of them than `pending` says.' }),
    queued: z.int().meta({ description: 'Deliveries in memory that wait for their turn.' }),
    inFlight: z.int().meta({ description: 'Requests that are out.' }),
    failures: z
      .object({ inWindow: z.int(), limit: z.int(), windowSeconds: z.number() })
      .meta({ description: 'Notifications that failed within the window; at the limit it is disabled (0: never).' }),
    lastSuccess: z.object({ at: timestamp, status: z.int() }).optional(),
    lastError: z.object({ at: timestamp, status: z.int().optional(), reason: z.string() }).optional(),
    nextAttempt: timestamp.optional().meta({ description: 'When the first of those that wait is due.' }),
    disabled: z
      .object({ at: timestamp, reason: z.string() })
      .optional()
      .meta({ description: 'Since when it is inactive, and why.' }),
  })
  .meta({ id: 'WebhookHealth' });
export type WebhookHealth = z.output<typeof WebhookHealth>;

/** A webhook without its secret, with what Webex has no word for. */
export const InspectedWebhook = Webhook.omit({ secret: true })
  .extend({
    ordering,
    signed: z.boolean().meta({ description: 'It has a secret.' }),
    formerSecretUntil: timestamp
      .optional()
      .meta({ description: 'So long a former secret signs beside the present one.' }),
    health: WebhookHealth,
  })
  .meta({ id: 'InspectedWebhook' });
export type InspectedWebhook = z.output<typeof InspectedWebhook>;

export const InspectedWebhookList = listOf(InspectedWebhook);

export const InspectedWebhooksQuery = z.object({
  of: z
    .enum(['me', 'organization'], { error: 'of must be me or organization.' })
    .default('me')
    .meta({ description: 'Whose webhooks: your own, or for administrators those of everybody in the organization.' }),
  max: maxParameter(50, 100),
  cursor: cursorParameter,
});
export type InspectedWebhooksQuery = z.output<typeof InspectedWebhooksQuery>;

export const OrderedWebhookCreate = WebhookCreate.extend({
  resource: WebhookCreate.shape.resource.meta({
    description: 'messages, memberships, rooms, attachmentActions, all, or webhooks: what becomes of your own.',
  }),
  ordering: ordering.default('none'),
});
export type OrderedWebhookCreate = z.output<typeof OrderedWebhookCreate>;

export const WebhookConfigure = z.object({ ordering });
export type WebhookConfigure = z.output<typeof WebhookConfigure>;

const overlapError = 'overlapSeconds must be a whole number from 0 to 604800.';

export const SecretRotate = z.object({
  secret: secretText.min(1, 'secret cannot be empty.').optional().meta({ description: 'Absent: one is made.' }),
  overlapSeconds: z
    .int({ error: overlapError })
    .min(0, overlapError)
    .max(604_800, overlapError)
    .default(86_400)
    .meta({ description: 'How long the former secret goes on signing beside the new one.' }),
});
export type SecretRotate = z.output<typeof SecretRotate>;

/** The only time that the secret is shown here. */
export const RotatedSecret = z
  .object({ secret: z.string(), formerSecretUntil: timestamp.optional() })
  .meta({ id: 'RotatedSecret' });
export type RotatedSecret = z.output<typeof RotatedSecret>;

export const WebhookEnable = z.object({
  replay: z
    .enum(['none', 'since-disabled'], { error: 'replay must be none or since-disabled.' })
    .default('none')
    .meta({ description: '`since-disabled`: what it has missed is sent, oldest first, paced.' }),
});
export type WebhookEnable = z.output<typeof WebhookEnable>;

export const EnabledWebhook = InspectedWebhook.extend({
  replayId: z.string().optional().meta({ description: 'The replay that brings what it has missed.' }),
}).meta({ id: 'EnabledWebhook' });
export type EnabledWebhook = z.output<typeof EnabledWebhook>;
