import type { MessageCreate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { Vault } from '../core/vault.ts';
import { flag, type Reader } from '../db/index.ts';
import { mentionTargets, parseHtml, parseMarkdown, render, type RichText } from './rendering/index.ts';
import { findMembers, type Content, type MessageRow } from './store.ts';

/** MSG-1: bytes of UTF-8, for each of text, markdown and html. */
const MOST_BYTES = 7439;

/** What an author sent, checked for size and kind; nothing is rendered yet. */
export interface Draft extends Pick<MessageCreate, 'text' | 'markdown' | 'html'> {
  /** The message carries something beside it, so that it need not say anything. */
  isOptional?: boolean;
}

/** A draft as it is stored and shown. */
export interface Composed {
  content: Content;
  mentionedPeople: { id: number; uuid: string }[];
  mentionsAll: boolean;
}

/** MSG-1, MSG-8, and what this server does not carry yet. `isOptional`: the message carries something beside it. */
export function draftOf(body: MessageCreate, isOptional = false): Draft {
  if (body.attachments && body.attachments.length > 0) throw new ApiError('cardsUnsupported');
  const draft: Draft = { isOptional };
  let isEmpty = true;
  for (const field of ['text', 'markdown', 'html'] as const) {
    const value = body[field];
    if (value === undefined || value.trim() === '') continue;
    const bytes = Buffer.byteLength(value, 'utf8');
    if (bytes > MOST_BYTES) throw new ApiError('contentTooLong', { field, bytes, limit: MOST_BYTES });
    draft[field] = value;
    isEmpty = false;
  }
  if (isEmpty && !isOptional) throw new ApiError('contentMissing');
  return draft;
}

/** Renders once, on the server, for everybody. Markdown wins over html; `text` is kept as sent (MSG-6). */
export async function compose(reader: Reader, roomId: number, draft: Draft): Promise<Composed> {
  const { text, markdown } = draft;
  const rich = richTextOf(draft);
  if (!rich) return { content: { ...(text !== undefined && { text }) }, mentionedPeople: [], mentionsAll: false };

  const members = await findMembers(reader, roomId, mentionTargets(rich));
  const rendered = render(rich, {
    byEmail: (email) => members.find((member) => member.email === email.toLowerCase()),
    byUuid: (uuid) => members.find((member) => member.uuid === uuid),
  });
  // MSG-8: markup alone, such as `#`, says nothing.
  if (rendered.html === '' && text === undefined && !draft.isOptional) throw new ApiError('contentMissing');
  return {
    content: { text: text ?? rendered.text, ...(markdown !== undefined && { markdown }), html: rendered.html },
    mentionedPeople: rendered.mentionedPeople.flatMap((uuid) => members.filter((member) => member.uuid === uuid)),
    mentionsAll: rendered.mentionedAll,
  };
}

function richTextOf({ markdown, html }: Draft): RichText | undefined {
  if (markdown !== undefined) return parseMarkdown(markdown);
  return html === undefined ? undefined : parseHtml(html);
}

/** A message as its row holds it, and whom it mentions: internal keys, null for everybody. */
export interface SealedMessage {
  columns: Pick<MessageRow, 'content' | 'mentionedPeople' | 'mentionsAll'>;
  mentioned: (number | null)[];
}

export function sealMessage(
  vault: Vault,
  roomKey: Uint8Array,
  uuid: string,
  { content, mentionedPeople, mentionsAll }: Composed,
): SealedMessage {
  return {
    columns: {
      content: vault.seal(roomKey, context(uuid), JSON.stringify(content)),
      mentionedPeople: mentionedPeople.length > 0 ? mentionedPeople.map((person) => person.uuid).join(' ') : null,
      mentionsAll: flag(mentionsAll),
    },
    mentioned: [...mentionedPeople.map(({ id }) => id), ...(mentionsAll ? [null] : [])],
  };
}

export function openMessage(
  vault: Vault,
  { uuid, wrappedKey, content }: Pick<MessageRow, 'uuid' | 'wrappedKey' | 'content'>,
): Content {
  return JSON.parse(vault.open(wrappedKey, context(uuid), content)) as Content;
}

/** A sealed content opens only for the message it belongs to. */
function context(uuid: string): string {
  return `message:${uuid}`;
}
