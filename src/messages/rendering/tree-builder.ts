import {
  isAllowedHref,
  roleOf,
  type BlockElement,
  type InlineElement,
  type Mention,
  type Node,
  type RichText,
  type Role,
} from './rich-text.ts';

/** Deeper elements leave their content to the one around them. Bounds recursion and the size of what is printed. */
export const MAX_DEPTH = 20;

type Element = BlockElement | InlineElement;

/** An element without its children. */
interface Opening {
  readonly tag: Element['tag'];
  readonly href?: string;
  readonly start?: number;
}

/**
 * Builds well-formed content from a stream of opening and closing tags, whatever order a parser reports them in.
 * Every `open` needs its `close`, in reverse order. An element that would break the content model is left out or ends
 * early; its text is kept. An element without content is dropped, list items excepted.
 */
export class TreeBuilder {
  readonly #root: Node[] = [];
  /** The elements that take new content, outermost first. */
  readonly #open: Element[] = [];
  /** One entry for each `open` that has not been closed; undefined where the element was left out. */
  readonly #entries: (Element | undefined)[] = [];

  /** Whether text added now keeps its spaces and line ends. */
  get isPreformatted(): boolean {
    return this.#open.some(({ tag }) => tag === 'pre');
  }

  open(element: Opening): void {
    const role = roleOf(element.tag);
    this.#entries.push(role === 'inline' ? this.#openInline(element) : this.#openBlock(element, role));
  }

  close(): void {
    const element = this.#entries.pop();
    if (element && this.#open.includes(element)) while (this.#finish() !== element);
  }

  text(text: string): void {
    if (text === '' || (this.#isInList() && text.trim() === '')) return;
    this.#ensureItem();
    const siblings = this.#siblings();
    const last = siblings.at(-1);
    if (typeof last === 'string') siblings[siblings.length - 1] = last + text;
    else siblings.push(text);
  }

  add(node: { tag: 'br' | 'hr' } | Mention): void {
    if (node.tag === 'hr') this.#finishParagraph();
    this.#ensureItem();
    this.#siblings().push(node);
  }

  /** The finished content. Nothing may be added afterwards. */
  build(): RichText {
    while (this.#open.length > 0) this.#finish();
    trimEnd(this.#root);
    return this.#root;
  }

  #openInline(element: Opening): Element | undefined {
    this.#ensureItem();
    if (this.#open.length >= MAX_DEPTH) return undefined;
    if (element.tag === 'a' && !(element.href && isAllowedHref(element.href))) return undefined;
    if (element.tag === 'a' && this.#open.some(({ tag }) => tag === 'a')) return undefined;
    return this.#start(element);
  }

  #openBlock(element: Opening, role: Role): Element | undefined {
    this.#finishParagraph();
    if (role === 'item') {
      if (this.#open.at(-1)?.tag === 'li') this.#finish();
      if (this.#isInList()) return this.#start(element);
    }
    this.#ensureItem();
    // A list leaves room for its items.
    if (this.#open.length >= (role === 'list' ? MAX_DEPTH - 1 : MAX_DEPTH)) return undefined;
    return this.#start(role === 'item' ? { tag: 'p' } : element);
  }

  #start(element: Opening): Element {
    const started = { ...element, children: [] };
    this.#siblings().push(started);
    this.#open.push(started);
    return started;
  }

  #finish(): Element | undefined {
    const element = this.#open.pop();
    if (!element) return undefined;
    if (roleOf(element.tag) !== 'inline' && element.tag !== 'pre') trimEnd(element.children);
    // All later content went inside it, so an element without content is still the last of its siblings.
    if (element.children.length === 0 && element.tag !== 'li') this.#siblings().pop();
    return element;
  }

  /** A block cannot stand inside inline content or another paragraph, so it ends them. */
  #finishParagraph(): void {
    for (let top = this.#open.at(-1); top; top = this.#open.at(-1)) {
      const role = roleOf(top.tag);
      if (role !== 'inline' && role !== 'paragraph') break;
      this.#finish();
    }
    trimEnd(this.#siblings());
  }

  /** Content straight inside a list belongs to its last item: some editors write nested lists so. */
  #ensureItem(): void {
    if (!this.#isInList()) return;
    const last = this.#siblings().at(-1);
    if (typeof last === 'object' && last.tag === 'li') this.#open.push(last);
    else this.#start({ tag: 'li' });
  }

  #isInList(): boolean {
    const top = this.#open.at(-1);
    return top !== undefined && roleOf(top.tag) === 'list';
  }

  #siblings(): Node[] {
    return this.#open.at(-1)?.children ?? this.#root;
  }
}

/** Spaces and line ends before the end of a block mean nothing; no-break spaces do. */
function trimEnd(nodes: Node[]): void {
  const last = nodes.at(-1);
  if (typeof last !== 'string') return;
  let end = last.length;
  while (end > 0 && ' \t\n\r\f'.includes(last.charAt(end - 1))) end--;
  if (end === 0) nodes.pop();
  else nodes[nodes.length - 1] = last.slice(0, end);
}
