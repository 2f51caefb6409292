export { mentionTargets, type MentionLookup } from './mentions.ts';
export { parseHtml } from './parse-html.ts';
export { parseMarkdown } from './parse-markdown.ts';
export { render, type Rendered } from './render.ts';
export type { RichText } from './rich-text.ts';
