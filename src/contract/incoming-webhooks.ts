import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp } from './common.ts';
import { attachmentsInput } from './messages.ts';

/** A URL that posts into one room for whoever knows it (spec 3.12). */
export const IncomingWebhook = z
  .object({
    id: z.string(),
    name: z.string().meta({ description: 'What its messages are signed with.' }),
    roomId: publicIdText,
    personId: publicIdText.meta({ description: 'The app user that its messages come from.' }),
    token: z.string().meta({ description: 'The last part of `url`: whoever knows it may post.' }),
    url: z.string(),
    created: timestamp,
  })
  .meta({ id: 'IncomingWebhook' });
export type IncomingWebhook = z.output<typeof IncomingWebhook>;

export const IncomingWebhookList = listOf(IncomingWebhook);

const name = z
  .string({ error: 'name cannot be empty' })
  .max(128, 'name is longer than 128 characters.')
  .refine((text) => text.trim() !== '', 'name cannot be empty');

export const IncomingWebhookCreate = z.object({
  name,
  roomId: idInput.meta({ description: 'A group room that you are a member of.' }),
});
export type IncomingWebhookCreate = z.output<typeof IncomingWebhookCreate>;

/** Other fields are ignored, so that what was read can be sent back whole. */
export const IncomingWebhookUpdate = z.object({ name });
export type IncomingWebhookUpdate = z.output<typeof IncomingWebhookUpdate>;

export const IncomingWebhooksQuery = z.object({
  roomId: idInput.optional(),
  max: maxParameter(100, 1000),
  cursor: cursorParameter,
});
export type IncomingWebhooksQuery = z.output<typeof IncomingWebhooksQuery>;

export const TokenParameter = z.object({ token: z.string() });

/** What is posted to the URL: as much of a message as has a meaning without a caller. */
export const IncomingMessage = z.object({
  text: z.string().optional(),
  markdown: z.string().optional(),
  attachments: attachmentsInput,
});
export type IncomingMessage = z.output<typeof IncomingMessage>;
