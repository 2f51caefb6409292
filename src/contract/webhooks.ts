import { z } from 'zod';
import { cursorParameter, listOf, maxParameter, publicIdText, timestamp } from './common.ts';

/** Spec 4.1; the keys in the order in which Webex sends them. */
export const Webhook = z
  .object({
    id: publicIdText,
    name: z.string(),
    targetUrl: z.string(),
    resource: z.string(),
    event: z.string(),
    filter: z.string().optional(),
    secret: z.string().optional(),
    orgId: publicIdText,
    createdBy: publicIdText,
    appId: publicIdText,
    ownedBy: z.enum(['creator', 'org']),
    status: z.enum(['active', 'inactive']),
    created: timestamp,
  })
  .meta({ id: 'Webhook' });
export type Webhook = z.output<typeof Webhook>;

/** `data` of our `webhooks` `updated`: a webhook that was switched off, when and why, or on again. */
export const WebhookSwitch = Webhook.omit({ secret: true })
  .extend({ disabled: timestamp.optional(), reason: z.string().optional() })
  .meta({ id: 'WebhookSwitch' });
export type WebhookSwitch = z.output<typeof WebhookSwitch>;

export const WebhookList = listOf(Webhook);

const name = z
  .string({ error: 'name cannot be empty' })
  .max(1024, 'name is longer than 1024 characters.')
  .refine((text) => text.trim() !== '', 'name cannot be empty');
const targetUrl = z
  .string({ error: 'targetUrl cannot be null' })
  .min(1, 'targetUrl cannot be null')
  .max(2048, 'targetUrl is longer than 2048 characters.');
export const secretText = z.string().max(1024, 'secret is longer than 1024 characters.');

export const WebhookCreate = z.object({
  name,
  targetUrl,
  resource: z.string({ error: 'resource cannot be null' }).meta({
    description: 'messages, memberships, rooms, attachmentActions, or all.',
  }),
  event: z.string({ error: 'event cannot be null' }).meta({ description: 'created, updated, deleted, or all.' }),
  filter: z
    .string()
    .max(4096, 'filter is longer than 4096 characters.')
    .optional()
    .meta({ description: 'Conditions `key=value`, joined by `&`.', example: 'roomType=group&hasFiles=true' }),
  secret: secretText.optional(),
  ownedBy: z.enum(['creator', 'org'], { error: 'ownedBy must be creator or org.' }).default('creator'),
});
export type WebhookCreate = z.output<typeof WebhookCreate>;

/** Other fields are ignored, so that a webhook that was read can be sent back whole (HTTP-16). */
export const WebhookUpdate = z.object({
  name: name.optional(),
  targetUrl: targetUrl.optional(),
  secret: secretText.optional().meta({ description: 'An empty text removes the secret.' }),
  status: z.string().optional().meta({ description: '`active` re-enables; anything else is ignored.' }),
});
export type WebhookUpdate = z.output<typeof WebhookUpdate>;

export const WebhooksQuery = z.object({
  ownedBy: z.enum(['creator', 'org'], { error: 'ownedBy must be creator or org.' }).optional(),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type WebhooksQuery = z.output<typeof WebhooksQuery>;
