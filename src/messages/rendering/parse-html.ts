import { Parser } from 'htmlparser2';
import { personTarget } from './mentions.ts';
import { orderedList, roleOf, type ElementTag, type MentionTarget, type RichText } from './rich-text.ts';
import { TreeBuilder } from './tree-builder.ts';

/**
 * Rich text that the author's client sent as html. Never fails: elements outside the allow-list of spec 3.4.2 leave
 * their text behind, attributes are dropped except where links and mentions need them.
 */
export function parseHtml(html: string): RichText {
  const reader = new HtmlReader();
  const parser = new Parser({
    onopentag: (name, attributes) => reader.open(name, attributes),
    ontext: (text) => reader.text(text),
    onclosetag: () => reader.close(),
  });
  parser.end(html);
  return reader.builder.build();
}

/** The names in html of each element we keep. Those for `p` are what else starts a new line in a browser. */
const NAMES: Readonly<Record<ElementTag, string>> = {
  p:
    'p address article aside dd div dt figcaption figure footer form header main nav section summary ' +
    'caption td th tr',
  h1: 'h1',
  h2: 'h2',
  h3: 'h3 h4 h5 h6',
  ul: 'ul menu',
  ol: 'ol',
  li: 'li',
  blockquote: 'blockquote',
  pre: 'pre',
  strong: 'strong b',
  em: 'em i',
  code: 'code',
  a: 'a',
};

const TAGS = new Map(
  Object.entries(NAMES).flatMap(([tag, names]) => names.split(' ').map((name) => [name, tag as ElementTag])),
);

/** Their content is not for readers. */
const SILENT = new Set(
  'head iframe math noembed noframes noscript object script select style svg template textarea title xmp'.split(' '),
);

type Attributes = Readonly<Record<string, string>>;

/** Takes the events of the parser: each `open` is followed by its `close`, for void elements at once. */
class HtmlReader {
  readonly builder = new TreeBuilder();
  /** What to do at the end of each open element, outermost first. */
  readonly #atEnd: (() => void)[] = [];
  /** Whether a space here would follow another or start a line, and so mean nothing. */
  #atSpace = true;
  /** How many of the open elements are not for readers. */
  #silent = 0;
  /** The text so far of the mention being read. */
  #label: string | undefined;

  open(name: string, attributes: Attributes): void {
    this.#atEnd.push(this.#start(name, attributes));
  }

  close(): void {
    this.#atEnd.pop()?.();
  }

  text(text: string): void {
    if (this.#silent > 0) return;
    if (this.#label !== undefined) this.#label += text;
    else if (this.builder.isPreformatted) this.builder.text(text);
    else this.#flowingText(text);
  }

  #start(name: string, attributes: Attributes): () => void {
    if (this.#silent > 0 || SILENT.has(name)) {
      this.#silent++;
      return () => this.#silent--;
    }
    if (this.#label !== undefined) return nothing;
    if (name === 'br' || name === 'hr') {
      this.builder.add({ tag: name });
      this.#atSpace = true;
      return nothing;
    }
    if (name === 'spark-mention') return this.#startMention(attributes);
    const tag = TAGS.get(name);
    return tag ? this.#startElement(tag, attributes) : nothing;
  }

  #startElement(tag: ElementTag, attributes: Attributes): () => void {
    const block = roleOf(tag) !== 'inline';
    if (tag === 'a') this.builder.open({ tag, href: (attributes['href'] ?? '').trim() });
    else if (tag === 'ol') this.builder.open(orderedList(attributes['start']));
    else this.builder.open({ tag });
    if (block) this.#atSpace = true;
    return () => {
      this.builder.close();
      if (block) this.#atSpace = true;
    };
  }

  #startMention(attributes: Attributes): () => void {
    const target = targetOf(attributes);
    if (!target) return nothing;
    this.#label = '';
    return () => {
      const label = this.#label?.replace(/[ \t\n\f\r]+/g, ' ').trim() || undefined;
      this.#label = undefined;
      this.builder.add({ tag: 'spark-mention', target, label, typed: '' });
      this.#atSpace = false;
    };
  }

  #flowingText(text: string): void {
    const collapsed = text.replace(/[ \t\n\f\r]+/g, ' ');
    const visible = this.#atSpace && collapsed.startsWith(' ') ? collapsed.slice(1) : collapsed;
    if (visible === '') return;
    this.builder.text(visible);
    this.#atSpace = visible.endsWith(' ');
  }
}

function targetOf(attributes: Attributes): MentionTarget | undefined {
  const type = attributes['data-object-type'];
  if (type === 'person') return personTarget(attributes['data-object-id'] ?? '');
  if (type === 'groupMention' && attributes['data-group-type'] === 'all') return { kind: 'all' };
  return undefined;
}

function nothing(): void {}
