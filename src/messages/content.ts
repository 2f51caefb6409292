import type { Attachment, MessageCreate } from '../contract/index.ts';
import { ApiError } from '../core/errors.ts';
import type { Reader } from '../db/index.ts';
import { mentionTargets, parseHtml, parseMarkdown, render, type RichText } from './rendering/index.ts';
import { findMembers, type Content } from './store.ts';

/** MSG-1: bytes of UTF-8, for each of text, markdown and html. */
const MOST_BYTES = 7439;

type Words = Pick<MessageCreate, 'text' | 'markdown' | 'html'>;

/** What an author sent, checked for size and kind; nothing is rendered yet. */
export interface Draft extends Words {
  attachments?: Attachment[];
  /** The message carries something beside its words, so that it need not have any (MSG-9). */
  isOptional: boolean;
}

/** A draft as it is stored and shown. */
export interface Composed {
  content: Content;
  mentionedPeople: { id: number; uuid: string }[];
  mentionsAll: boolean;
}

/** What goes with the words; `attachments` are checked already. */
interface Beside {
  attachments?: Attachment[];
  hasFile?: boolean;
}

/** MSG-1, MSG-8 */
export function draftOf(body: Words, { attachments = [], hasFile = false }: Beside = {}): Draft {
  const hasCard = attachments.length > 0;
  const words: Words = {};
  for (const field of ['text', 'markdown', 'html'] as const) {
    const value = body[field];
    if (value === undefined || value.trim() === '') continue;
    const bytes = Buffer.byteLength(value, 'utf8');
    if (bytes > MOST_BYTES) throw new ApiError('contentTooLong', { field, bytes, limit: MOST_BYTES });
    words[field] = value;
  }
  const isOptional = hasCard || hasFile;
  if (Object.keys(words).length === 0 && !isOptional) throw new ApiError('contentMissing');
  return { ...words, ...(hasCard && { attachments }), isOptional };
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
    if (draft.isOptional) return plain;
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

function richTextOf({ markdown, html }: Words): RichText | undefined {
  if (markdown !== undefined) return parseMarkdown(markdown);
  return html === undefined ? undefined : parseHtml(html);
}
