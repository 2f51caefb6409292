/**
 * Message content between parsing and printing. Only what this type can say ever reaches a reader: it is the allow-list
 * of spec 3.4.2, so neither parser can let anything else through.
 */
export type RichText = readonly Node[];
export type Node = string | Element | Break | Mention;

export interface Element {
  readonly tag: ElementTag;
  /** Where a link goes; only on `a`, and only what `isAllowedHref` lets through. */
  readonly href?: string;
  /** The number of the first item; only on `ol`, and only if it is not 1. */
  readonly start?: number;
  readonly children: Node[];
}

export interface Break {
  readonly tag: 'br' | 'hr';
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

export type ElementTag = keyof typeof roles;

/**
 * What may stand where: a list holds items; items, quotes and the message itself hold blocks and inline content;
 * the other blocks hold inline content only.
 */
const roles = {
  ul: 'list',
  ol: 'list',
  li: 'item',
  blockquote: 'quote',
  p: 'block',
  h1: 'block',
  h2: 'block',
  h3: 'block',
  pre: 'block',
  strong: 'inline',
  em: 'inline',
  code: 'inline',
  a: 'inline',
} as const;

export type Role = (typeof roles)[ElementTag];

export function roleOf(tag: ElementTag): Role {
  return roles[tag];
}

export function isBlock(node: Node): boolean {
  if (typeof node === 'string' || node.tag === 'br' || node.tag === 'spark-mention') return false;
  return node.tag === 'hr' || roles[node.tag] !== 'inline';
}

export function isAllowedHref(href: string): boolean {
  return /^(?:https?:\/\/|mailto:)\S/i.test(href);
}

export function* mentionsIn(content: RichText): Generator<Mention> {
  for (const node of content) {
    if (typeof node === 'string') continue;
    if (node.tag === 'spark-mention') yield node;
    else if ('children' in node) yield* mentionsIn(node.children);
  }
}
