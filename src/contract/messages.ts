import { z } from 'zod';
import { cursorParameter, idInput, listOf, maxParameter, publicIdText, timestamp, timestampInput } from './common.ts';

/** CARD-1: an adaptive card, which is kept and shown as it came. */
export const Attachment = z
  .object({
    contentType: z.string().meta({ example: 'application/vnd.microsoft.card.adaptive' }),
    content: z.unknown().meta({ description: 'The card: a JSON object.' }),
  })
  .meta({ id: 'Attachment' });
export type Attachment = z.output<typeof Attachment>;

/** Spec 3.4. */
export const Message = z
  .object({
    id: publicIdText,
    parentId: publicIdText.optional(),
    roomId: publicIdText,
    roomType: z.enum(['direct', 'group']),
    toPersonId: publicIdText.optional(),
    toPersonEmail: z.string().optional(),
    text: z.string().optional(),
    markdown: z.string().optional(),
    html: z.string().optional(),
    files: z
      .array(z.string())
      .optional()
      .meta({ description: 'URLs that the file is downloaded from, with your token.' }),
    attachments: z.array(Attachment).optional(),
    personId: publicIdText,
    personEmail: z.string(),
    mentionedPeople: z.array(publicIdText).optional(),
    mentionedGroups: z.array(z.literal('all')).optional(),
    created: timestamp,
    updated: timestamp.optional().meta({ description: 'When it was last edited.' }),
  })
  .meta({ id: 'Message' });
export type Message = z.output<typeof Message>;

export const MessageList = listOf(Message);

/** FILE-5: a form carries the list as JSON. */
function parseText(given: unknown, context: z.RefinementCtx): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    context.addIssue({ code: 'custom', message: 'attachments is a text that is not valid JSON.' });
    return z.NEVER;
  }
}

/** Forms carry it as a text. */
export const attachmentsInput = z.preprocess(parseText, z.array(Attachment)).optional();

/** One destination, or a parent whose room it is; one of text, markdown, html, attachments and a file. */
export const MessageCreate = z.object({
  roomId: idInput.optional(),
  toPersonId: idInput.optional(),
  toPersonEmail: z.string().optional(),
  parentId: idInput.optional(),
  text: z.string().optional(),
  markdown: z.string().optional(),
  html: z.string().optional(),
  files: z
    .preprocess((given) => (typeof given === 'string' ? [given] : given), z.array(z.string()))
    .optional()
    .meta({ description: 'One URL, from which the server gets the file; or a part `files` of a multipart form.' }),
  attachments: attachmentsInput,
});
export type MessageCreate = z.output<typeof MessageCreate>;

/** What is not given is taken away: the message is what an edit says. */
export const MessageUpdate = z.object({
  roomId: idInput.meta({ description: 'The room that the message is in.' }),
  text: z.string().optional(),
  markdown: z.string().optional(),
  attachments: attachmentsInput.meta({
    description: 'Takes the place of the card, which stays when this is left out.',
  }),
});
export type MessageUpdate = z.output<typeof MessageUpdate>;

const mentionedPeople = z.string().optional().meta({ description: '`me`, or your own id.' });
const before = timestampInput.optional().meta({ description: 'Only messages posted before this time.' });

export const MessagesQuery = z.object({
  roomId: z.string({ error: "Required String parameter 'roomId' is not present" }),
  parentId: idInput.optional(),
  mentionedPeople,
  before,
  beforeMessage: idInput.optional(),
  max: maxParameter(50, 1000),
  cursor: cursorParameter,
});
export type MessagesQuery = z.output<typeof MessagesQuery>;

export const DirectMessagesQuery = z.object({
  personId: idInput.optional(),
  personEmail: z.string().optional(),
  parentId: idInput.optional(),
});
export type DirectMessagesQuery = z.output<typeof DirectMessagesQuery>;
