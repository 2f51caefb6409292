/**
 * Message content between parsing and printing. Only what this type can say ever reaches a reader: it is the allow-list
 * of spec 3.4.2, so neither parser can let anything else through.
 */
export type RichText = readonly Node[];
export type Node = Block | Inline;
export type Block = BlockElement | { readonly tag: 'hr' };
type Inline = string | InlineElement | { readonly tag: 'br' } | Mention;

export interface BlockElement {
  readonly tag: BlockTag;
  /** The number of the first item; only on `ol`, and only if it is not 1. */
  readonly start?: number;
  readonly children: Node[];
}

export interface InlineElement {
  readonly tag: InlineTag;
  /** Where a link goes; on every `a` and nowhere else. */
  readonly href?: string;
  readonly children: Node[];
}

/** Whether the person is a member, and so mentioned at all, is only known when the text is rendered (MEN-3). */
export interface Mention {
  readonly tag: 'spark-mention';
  readonly target: MentionTarget;
  readonly label: string | undefined;
  /** Shown for want of a label when the target is not a member: the address or id as the author wrote it. */
  readonly typed: string;
}

/** Addresses and UUIDs in lower case; `nobody` is what cannot be anybody's id. */
export type MentionTarget =
  | { readonly kind: 'email'; readonly email: string }
  | { readonly kind: 'uuid'; readonly uuid: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'nobody' };

/**
 * What may stand where: a list holds items; items, quotes and the message itself hold blocks and inline content; the
 * other blocks hold inline content only.
 */
const roles = {
  ul: 'list',
  ol: 'list',
  li: 'item',
  blockquote: 'quote',
  p: 'paragraph',
  h1: 'paragraph',
  h2: 'paragraph',
  h3: 'paragraph',
  pre: 'paragraph',
  strong: 'inline',
  em: 'inline',
  code: 'inline',
  a: 'inline',
} as const;

export type Role = (typeof roles)[ElementTag];
export type ElementTag = keyof typeof roles;
type InlineTag = 'strong' | 'em' | 'code' | 'a';
type BlockTag = Exclude<ElementTag, InlineTag>;

export function roleOf(tag: ElementTag): Role {
  return roles[tag];
}

export function isBlock(node: Node): node is Block {
  if (typeof node === 'string' || node.tag === 'br' || node.tag === 'spark-mention') return false;
  return node.tag === 'hr' || roles[node.tag] !== 'inline';
}

export function isAllowedHref(href: string): boolean {
  return /^(?:https?:\/\/|mailto:)\S/i.test(href);
}

/** `first` is what the author wrote as the number of the first item; what is not a small natural number is 1. */
export function orderedList(first: string | number | undefined): { tag: 'ol'; start?: number } {
  const start = /^\d{1,9}$/.test(String(first)) ? Number(first) : 1;
  return start === 1 ? { tag: 'ol' } : { tag: 'ol', start };
}
