import MarkdownIt, { type StateBlock, type StateInline, type Token } from 'markdown-it';
import { nestByTwoSpaces } from './list-indent.ts';
import { personTarget } from './mentions.ts';
import {
  isAllowedHref,
  orderedList,
  type ElementTag,
  type Mention,
  type MentionTarget,
  type RichText,
} from './rich-text.ts';
import { MAX_DEPTH, TreeBuilder } from './tree-builder.ts';

/** Never fails: what is not in the subset of spec 3.4.2, raw HTML included, is text. */
export function parseMarkdown(markdown: string): RichText {
  const builder = new TreeBuilder();
  for (const token of markdownIt.parse(nestByTwoSpaces(markdown), {})) addToken(builder, token);
  return builder.build();
}

const markdownIt = new MarkdownIt('zero', { maxNesting: MAX_DEPTH * 2 });
markdownIt.enable(['fence', 'blockquote', 'hr', 'list', 'heading']);
markdownIt.enable(['newline', 'escape', 'backticks', 'emphasis', 'link', 'autolink', 'entity']);
markdownIt.validateLink = isAllowedHref;
markdownIt.block.ruler.before('blockquote', 'too_deep', tooDeep);
markdownIt.inline.ruler.before('autolink', 'mention', mention);
markdownIt.inline.ruler.before('autolink', 'line_break', lineBreak);

/** Past `maxNesting` markdown-it drops what is left. Before it comes to that, lines are taken as they stand. */
function tooDeep(state: StateBlock, startLine: number, endLine: number): boolean {
  if (state.level < MAX_DEPTH) return false;
  let line = startLine + 1;
  while (line < endLine && !state.isEmpty(line) && (state.sCount[line] ?? 0) >= state.blkIndent) line++;
  state.push('paragraph_open', 'p', 1);
  const inline = state.push('inline', '', 0);
  inline.content = state.getLines(startLine, line, state.blkIndent, false).trim();
  inline.children = [];
  state.push('paragraph_close', 'p', -1);
  state.line = line;
  return true;
}

const MENTION = /<@(?:all(?:\|[^<>\n]*)?|person(Email|Id):([^<>|\n]+)(?:\|([^<>\n]*))?)>/iy;

function mention(state: StateInline, silent: boolean): boolean {
  const match = matchHere(MENTION, state);
  if (!match) return false;
  if (!silent) {
    const [, kind, typed = '', label] = match;
    const meta: MentionMeta = { mention: mentionOf(kind?.toLowerCase(), typed.trim(), label?.trim()) };
    state.push('mention', 'spark-mention', 0).meta = meta;
  }
  state.pos += match[0].length;
  return true;
}

type MentionMeta = Record<string, unknown> & { mention: Mention };

function mentionOf(kind: string | undefined, typed: string, label: string | undefined): Mention {
  const tag = 'spark-mention';
  if (kind === undefined) return { tag, target: { kind: 'all' }, label: undefined, typed: 'all' };
  const target: MentionTarget = kind === 'email' ? { kind, email: typed.toLowerCase() } : personTarget(typed);
  return { tag, target, label: label || undefined, typed };
}

/** The one tag that raw HTML keeps (3.4.2); a line end after it adds nothing. */
const LINE_BREAK = /<br *\/?>(?: *\n)? */iy;

function lineBreak(state: StateInline, silent: boolean): boolean {
  const match = matchHere(LINE_BREAK, state);
  if (!match) return false;
  if (!silent) state.push('hardbreak', 'br', 0);
  state.pos += match[0].length;
  return true;
}

/** What a sticky expression finds at the current position, inside the part that is being parsed. */
function matchHere(expression: RegExp, state: StateInline): RegExpExecArray | undefined {
  if (state.src.charAt(state.pos) !== '<') return undefined;
  expression.lastIndex = state.pos;
  const match = expression.exec(state.src);
  return match && state.pos + match[0].length <= state.posMax ? match : undefined;
}

const tags: Readonly<Record<string, ElementTag>> = {
  paragraph_open: 'p',
  blockquote_open: 'blockquote',
  bullet_list_open: 'ul',
  list_item_open: 'li',
  strong_open: 'strong',
  em_open: 'em',
};

const headings: Readonly<Record<string, ElementTag>> = { h1: 'h1', h2: 'h2' };

function addToken(builder: TreeBuilder, token: Token): void {
  // The paragraphs of a list whose items follow each other without an empty line.
  if (token.hidden) return;
  if (token.nesting === -1) return builder.close();
  const tag = tags[token.type];
  if (tag) return builder.open({ tag });

  switch (token.type) {
    case 'inline':
      for (const child of token.children ?? []) addToken(builder, child);
      return;
    case 'text':
      return builder.text(token.content);
    case 'softbreak':
      return builder.text('\n');
    case 'hardbreak':
      return builder.add({ tag: 'br' });
    case 'hr':
      return builder.add({ tag: 'hr' });
    case 'heading_open':
      return builder.open({ tag: headings[token.tag] ?? 'h3' });
    case 'ordered_list_open':
      return builder.open(orderedList(token.attrGet('start') ?? 1));
    case 'link_open':
      return builder.open({ tag: 'a', href: String(token.attrGet('href')) });
    case 'code_inline':
      builder.open({ tag: 'code' });
      builder.text(token.content);
      return builder.close();
    case 'fence':
      builder.open({ tag: 'pre' });
      builder.open({ tag: 'code' });
      builder.text(token.content);
      builder.close();
      return builder.close();
    case 'mention':
      return builder.add((token.meta as MentionMeta).mention);
    default:
      throw new Error(`No place for a ${token.type} in a message.`);
  }
}
