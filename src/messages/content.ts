import type { Attachment, MessageCreate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { mentionTargets, parseHtml, parseMarkdown, render, type RichText } from './rendering/index.ts';
import { findMembers, type Content } from './store.ts';

/** MSG-1: bytes of UTF-8, for each of text, markdown and html. */
const MOST_BYTES = 7439;

/** What an author sent, checked for size and kind; nothing is rendered yet. */
export type Draft = Pick<MessageCreate, 'text' | 'markdown' | 'html' | 'attachments'>;

/** A draft as it is stored and shown. */
export interface Composed {
  content: Content;
  mentionedPeople: { id: number; uuid: string }[];
  mentionsAll: boolean;
}

/**
 * MSG-1, MSG-8, and what this server does not carry yet. `attachments` are checked already; with them a message needs no
 * words (MSG-9).
 */
export function draftOf(body: MessageCreate, attachments: Attachment[] = []): Draft {
  if (body.files && body.files.length > 0) throw new ApiError('filesUnsupported');
  const draft: Draft = attachments.length > 0 ? { attachments } : {};
  for (const field of ['text', 'markdown', 'html'] as const) {
    const value = body[field];
    if (value === undefined || value.trim() === '') continue;
    const bytes = Buffer.byteLength(value, 'utf8');
    if (bytes > MOST_BYTES) throw new ApiError('contentTooLong', { field, bytes, limit: MOST_BYTES });
    draft[field] = value;
  }
  if (Object.keys(draft).length === 0) throw new ApiError('contentMissing');
  return draft;
}

/** Renders once, on the server, for everybody. Markdown wins over html; `text` is kept as sent (MSG-6). */
export async function compose(reader: Reader, roomId: number, draft: Draft): Promise<Composed> {
  const { text, markdown, attachments } = draft;
  const card = attachments && { attachments };
  const rich = richTextOf(draft);
  const plain = { content: { ...(text !== undefined && { text }), ...card }, mentionedPeople: [], mentionsAll: false };
  if (!rich) return plain;

  const members = await findMembers(reader, roomId, mentionTargets(rich));
  const rendered = render(rich, {
    byEmail: (email) => members.find((member) => member.email === email.toLowerCase()),
    byUuid: (uuid) => members.find((member) => member.uuid === uuid),
  });
  // MSG-8: markup alone, such as `#`, says nothing.
  if (rendered.html === '' && text === undefined) {
    if (card) return plain;
    throw new ApiError('contentMissing');
  }
  return {
    content: {
      text: text ?? rendered.text,
      ...(markdown !== undefined && { markdown }),
      html: rendered.html,
      ...card,
    },
    mentionedPeople: rendered.mentionedPeople.flatMap((uuid) => members.filter((member) => member.uuid === uuid)),
    mentionsAll: rendered.mentionedAll,
  };
}

function richTextOf({ markdown, html }: Draft): RichText | undefined {
  if (markdown !== undefined) return parseMarkdown(markdown);
  return html === undefined ? undefined : parseHtml(html);
}
