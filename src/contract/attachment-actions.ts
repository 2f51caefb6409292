import { z } from 'zod';
import { idInput, publicIdText, timestamp } from './common.ts';

/** Values as the client collected them; what the button's `data` holds is among them (CARD-5). */
const inputs = z.record(z.string(), z.unknown());

/** Spec 3.9. */
export const AttachmentAction = z
  .object({
    id: publicIdText,
    type: z.literal('submit'),
    messageId: publicIdText,
    inputs,
    personId: publicIdText.meta({ description: 'Who submitted the card.' }),
    roomId: publicIdText,
    created: timestamp,
  })
  .meta({ id: 'AttachmentAction' });
export type AttachmentAction = z.output<typeof AttachmentAction>;

export const AttachmentActionCreate = z.object({
  type: z.literal('submit'),
  messageId: idInput,
  inputs,
});
export type AttachmentActionCreate = z.output<typeof AttachmentActionCreate>;
