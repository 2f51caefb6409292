import { labelOf, type MentionLookup } from './mentions.ts';
import { isBlock, type Block, type Node, type RichText } from './rich-text.ts';

/**
 * The content without formatting (MSG-6): links and mentions are their labels, code is as written, and each block is on
 * lines of its own. Lists keep `- ` and `1. `, quotes `> `, a rule is `---`: without them the meaning would change.
 */
export function toText(content: RichText, members: MentionLookup): string {
  return linesOf(content, members).join('\n');
}

function linesOf(nodes: readonly Node[], members: MentionLookup): string[] {
  const lines: string[] = [];
  let inline = '';
  for (const node of nodes) {
    if (!isBlock(node)) {
      inline += inlineText(node, members);
      continue;
    }
    if (inline !== '') lines.push(...inline.split('\n'));
    inline = '';
    lines.push(...linesOfBlock(node, members));
  }
  return inline === '' ? lines : [...lines, ...inline.split('\n')];
}

function linesOfBlock(block: Block, members: MentionLookup): string[] {
  switch (block.tag) {
    case 'hr':
      return ['---'];
    case 'ul':
      return block.children.flatMap((item) => linesOfItem('- ', item, members));
    case 'ol': {
      const first = block.start ?? 1;
      return block.children.flatMap((item, index) => linesOfItem(`${first + index}. `, item, members));
    }
    case 'blockquote':
      return linesOf(block.children, members).map((line) => (line === '' ? '>' : `> ${line}`));
    case 'pre':
      return inlineText(block, members).replace(/\n$/, '').split('\n');
    default:
      return linesOf(block.children, members);
  }
}

function linesOfItem(marker: string, item: Node, members: MentionLookup): string[] {
  const [first = '', ...rest] = linesOf([item], members);
  const indent = ' '.repeat(marker.length);
  return [marker + first, ...rest.map((line) => indent + line)];
}

function inlineText(node: Node, members: MentionLookup): string {
  if (typeof node === 'string') return node;
  if (node.tag === 'spark-mention') return labelOf(node, members);
  if (node.tag === 'br') return '\n';
  if (node.tag === 'hr') return '';
  return node.children.map((child) => inlineText(child, members)).join('');
}
