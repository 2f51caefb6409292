import { memberOf, mentionsIn, type MentionLookup } from './mentions.ts';
import { toHtml } from './print-html.ts';
import { toText } from './print-text.ts';
import type { RichText } from './rich-text.ts';

export interface Rendered {
  /** Without formatting; empty if the author sent nothing but markup, such as `#`. */
  readonly text: string;
  /** Only elements and attributes of spec 3.4.2 and MEN-2, well-formed. */
  readonly html: string;
  /** UUIDs of members, each once, in the order of the text (MEN-3, MEN-4). */
  readonly mentionedPeople: string[];
  readonly mentionedAll: boolean;
}

/** `members` must know at least the members among `mentionTargets(content)`. */
export function render(content: RichText, members: MentionLookup): Rendered {
  const mentions = [...mentionsIn(content)];
  const people = mentions.flatMap((mention) => memberOf(mention, members)?.uuid ?? []);
  return {
    text: toText(content, members),
    html: toHtml(content, members),
    mentionedPeople: [...new Set(people)],
    mentionedAll: mentions.some(({ target }) => target.kind === 'all'),
  };
}
