import { publicId } from '../../core/ids.ts';
import { labelOf, memberOf, type MentionLookup } from './mentions.ts';
import { isBlock, type Mention, type Node, type RichText } from './rich-text.ts';

/** Blocks are separated by one line end, so that they stay apart for those who strip the tags; none at the end. */
export function toHtml(content: RichText, members: MentionLookup): string {
  let html = '';
  content.forEach((node, index) => {
    const before = content[index - 1];
    if (before !== undefined && (isBlock(before) || isBlock(node))) html += '\n';
    html += nodeToHtml(node, members);
  });
  return html;
}

function nodeToHtml(node: Node, members: MentionLookup): string {
  if (typeof node === 'string') return escapeText(node);
  if (node.tag === 'spark-mention') return mentionToHtml(node, members);
  if (node.tag === 'br' || node.tag === 'hr') return `<${node.tag}>`;
  return `<${node.tag}${attributesOf(node)}>${toHtml(node.children, members)}</${node.tag}>`;
}

/** Tools match these elements with expressions: names, order and quotes of the attributes stay as they are (MEN-2). */
function mentionToHtml(mention: Mention, members: MentionLookup): string {
  const label = escapeText(labelOf(mention, members));
  if (mention.target.kind === 'all') {
    return `<spark-mention data-object-type="groupMention" data-group-type="all">${label}</spark-mention>`;
  }
  const member = memberOf(mention, members);
  if (!member) return label;
  const id = publicId('PEOPLE', member.uuid);
  return `<spark-mention data-object-type="person" data-object-id="${id}">${label}</spark-mention>`;
}

function attributesOf({ href, start }: { href?: string; start?: number }): string {
  if (href !== undefined) return ` href="${escapeAttribute(href)}" rel="nofollow"`;
  if (start !== undefined) return ` start="${start}"`;
  return '';
}

/** No more than needed: some bots take the tags away and do not decode what is left. */
function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}
