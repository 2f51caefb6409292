import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publicId } from '../../core/ids.ts';
import { mentionTargets, parseMarkdown, render, type MentionLookup, type Rendered } from './index.ts';

const bob = {
  uuid: '0b0b0b0b-0000-4000-8000-00000000000b',
  email: 'bob@example.com',
  displayName: 'Bob "B" <Builder>',
};
const carol = { uuid: '0c0c0c0c-0000-4000-8000-00000000000c', email: 'carol@example.com', displayName: 'Carol' };
const members: MentionLookup = {
  byEmail: (email) => [bob, carol].find((person) => person.email === email),
  byUuid: (uuid) => [bob, carol].find((person) => person.uuid === uuid),
};

const golden = new URL('golden/', import.meta.url);
const documents = readdirSync(golden).filter((file) => file.endsWith('.md'));

test.each(documents)('golden/%s', async (file) => {
  const { html, text } = renderMarkdown(readFileSync(new URL(file, golden), 'utf8'));
  await expect(html).toMatchFileSnapshot(`golden/${file.replace('.md', '.html')}`);
  await expect(text).toMatchFileSnapshot(`golden/${file.replace('.md', '.txt')}`);
});

test('the example of the specification (3.4.5)', () => {
  const weather = { uuid: '1f7de5cb-8561-4671-bc03-bc9743144420', email: 'weather@webex.bot', displayName: 'Weather' };
  const content = parseMarkdown('<@personEmail:weather@webex.bot|Weather Bot> forecast **Lyon**');
  expect(render(content, { byEmail: () => weather, byUuid: () => undefined })).toEqual({
    text: 'Weather Bot forecast Lyon',
    html:
      '<p><spark-mention data-object-type="person" data-object-id="Y2lzY29zcGFyazovL3VzL1BFT1BMRS8xZjdkZTVjYi04NTYxLTQ2' +
      'NzEtYmMwMy1iYzk3NDMxNDQ0MjA">Weather Bot</spark-mention> forecast <strong>Lyon</strong></p>',
    mentionedPeople: [weather.uuid],
    mentionedAll: false,
  });
});

const idOfBob = publicId('PEOPLE', bob.uuid);

test.each([
  ['address with label', '<@personEmail:bob@example.com|Bobby>', element(bob, 'Bobby')],
  ['address without label: display name (MEN-1)', '<@personEmail:carol@example.com>', element(carol, 'Carol')],
  ['display name is escaped', '<@personEmail:bob@example.com>', element(bob, 'Bob "B" &lt;Builder&gt;')],
  [
    'label is escaped and no markdown',
    '<@personEmail:bob@example.com|a & "b" *c* `d` &lt; \\>',
    element(bob, 'a &amp; "b" *c* `d` &amp;lt; \\'),
  ],
  ['empty label', '<@personEmail:carol@example.com| >', element(carol, 'Carol')],
  ['spaces around', '<@personEmail: carol@example.com | C >', element(carol, 'C')],
  ['any case', '<@PERSONEMAIL:Carol@Example.com>', element(carol, 'Carol')],
  ['label with a bar', '<@personEmail:carol@example.com|a|b>', element(carol, 'a|b')],
  ['public id', `<@personId:${idOfBob}|B>`, element(bob, 'B')],
  ['public id, padded', `<@personId:${Buffer.from(idOfBob, 'base64url').toString('base64')}|B>`, element(bob, 'B')],
  [
    'public id of another cluster',
    `<@personId:${Buffer.from(`ciscospark://urn:TEAM:eu/PEOPLE/${bob.uuid}`).toString('base64url')}|B>`,
    element(bob, 'B'),
  ],
  ['UUID', `<@personId:${bob.uuid.toUpperCase()}|B>`, element(bob, 'B')],
  ['emphasis around', '**<@personEmail:carol@example.com>**', `<strong>${element(carol, 'Carol')}</strong>`],
  ['between other text', 'a<@personEmail:carol@example.com>b', `a${element(carol, 'Carol')}b`],
  [
    'inside a link label',
    '[x <@personEmail:carol@example.com>](https://e.com)',
    `<a href="https://e.com" rel="nofollow">x ${element(carol, 'Carol')}</a>`,
  ],
])('mention of a member: %s', (_, markdown, html) => {
  const rendered = renderMarkdown(markdown);
  expect(rendered.html).toBe(`<p>${html}</p>`);
  expect(rendered.mentionedPeople).toHaveLength(1);
});

test.each([
  ['stranger with label (MEN-3)', '<@personEmail:x@example.com|X *Y*>', 'X *Y*'],
  ['stranger by address', '<@personEmail:X@example.com>', 'X@example.com'],
  ['stranger by id', '<@personId:0d0d0d0d-0000-4000-8000-00000000000d|Dan>', 'Dan'],
  ['id of a room', `<@personId:${publicId('ROOM', bob.uuid)}|Bob>`, 'Bob'],
  ['no id at all', '<@personId:Bob>', 'Bob'],
  ['unknown kind', '<@personName:bob>', '&lt;@personName:bob&gt;'],
  ['never closed', '<@personEmail:bob@example.com', '&lt;@personEmail:bob@example.com'],
  ['over a line end', '<@personEmail:bob@example.com|Bob\nB>', '&lt;@personEmail:bob@example.com|Bob\nB&gt;'],
  ['nothing named', '<@personEmail:>', '&lt;@personEmail:&gt;'],
  ['escaped', '\\<@all>', '&lt;@all&gt;'],
  [
    'code span',
    '`<@all> <@personEmail:bob@example.com>`',
    '<code>&lt;@all&gt; &lt;@personEmail:bob@example.com&gt;</code>',
  ],
  [
    'spark-mention as raw html',
    '<spark-mention data-object-type="groupMention">',
    '&lt;spark-mention data-object-type="groupMention"&gt;',
  ],
])('no mention: %s', (_, markdown, html) => {
  expect(renderMarkdown(markdown)).toMatchObject({ html: `<p>${html}</p>`, mentionedPeople: [], mentionedAll: false });
});

test.each(['<@all>', '<@ALL>', '<@all|everyone>'])('%s mentions the group', (markdown) => {
  expect(renderMarkdown(`${markdown} lunch`)).toEqual({
    text: 'All lunch',
    html: '<p><spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention> lunch</p>',
    mentionedPeople: [],
    mentionedAll: true,
  });
});

test('each person is mentioned once, in the order of the text (MEN-4)', () => {
  const markdown =
    '<@personEmail:carol@example.com> <@personEmail:bob@example.com> <@personId:0c0c0c0c-0000-4000-8000-00000000000c>';
  expect(renderMarkdown(markdown).mentionedPeople).toEqual([carol.uuid, bob.uuid]);
});

test('targets name everybody in the text once, members or not, and nobody in code', () => {
  const content = parseMarkdown(
    [
      '<@personEmail:A@example.com> <@personEmail:a@example.com|A> <@personEmail:x@example.com>',
      `- <@personId:${idOfBob}> **<@personId:${bob.uuid}>** <@personId:nonsense> <@all>`,
      '- `<@personEmail:code@example.com>`',
    ].join('\n'),
  );
  expect(mentionTargets(content)).toEqual({ emails: ['a@example.com', 'x@example.com'], uuids: [bob.uuid], all: true });
});

test('targets of a text without mentions are empty', () => {
  expect(mentionTargets(parseMarkdown('`<@all>` a@example.com'))).toEqual({ emails: [], uuids: [], all: false });
});

test.each([
  ['a\n\nb', 'a\nb'],
  ['# Title\ntext', 'Title\ntext'],
  ['**a** *b* `c` [d](https://e.com)', 'a b c d'],
  ['1. a\n1. b\n- c', '1. a\n2. b\n- c'],
  ['9. a\n10. b\n    - c', '9. a\n10. b\n    - c'],
  ['> a\n>\n> - b\n>   c', '> a\n> - b\n>   c'],
  ['```\n a\n\n  b\n```', ' a\n\n  b'],
  ['- \n- a', '- \n- a'],
  ['> ```\n> a\n>\n> b\n> ```', '> a\n>\n> b'],
  ['a<br>b', 'a\nb'],
  ['&nbsp;a &amp; b', '\u00a0a & b'],
  ['a\n\n---\n\nb', 'a\n---\nb'],
  ['#', ''],
  ['', ''],
])('text of %j is %j', (markdown, text) => {
  expect(renderMarkdown(markdown).text).toBe(text);
});

test.each([
  ['carriage returns', 'a\r\n\r\n- b\r- c', '<p>a</p>\n<ul><li>b</li>\n<li>c</li></ul>'],
  ['a rule right under text is a rule', 'a\n---', '<p>a</p>\n<hr>'],
  ['tabs nest', '1. a\n\t- b', '<ol><li>a\n<ul><li>b</li></ul></li></ol>'],
  ['three spaces nest', '1. a\n   - b', '<ol><li>a\n<ul><li>b</li></ul></li></ol>'],
  ['one space does not nest', '1. a\n - b', '<ol><li>a</li></ol>\n<ul><li>b</li></ul>'],
  ['two spaces, then three', '1. a\n  - b\n   - c', '<ol><li>a\n<ul><li>b</li>\n<li>c</li></ul></li></ol>'],
  ['back to the outer list', '1. a\n  - b\n2. c', '<ol><li>a\n<ul><li>b</li></ul></li>\n<li>c</li></ol>'],
  [
    'code of a nested item stays aligned',
    '1. a\n  - b\n    ```\n    x\n      y\n\n    ```',
    '<ol><li>a\n<ul><li>b\n<pre><code>x\n  y\n\n</code></pre></li></ul></li></ol>',
  ],
  [
    'lines of spaces in code stay',
    '1. a\n  ```\n  x\n     \n  ```',
    '<ol><li>a\n<pre><code>x\n   \n</code></pre></li></ol>',
  ],
  [
    'no link inside a link',
    '[a <https://b.com>](https://c.com)',
    '<p><a href="https://c.com" rel="nofollow">a https://b.com</a></p>',
  ],
  ['list markers in code do not nest', '```\n1. a\n  - b\n```', '<pre><code>1. a\n  - b\n</code></pre>'],
  ['a year is no list', 'since\n1986. and\n  on', '<p>since\n1986. and\non</p>'],
])('%s', (_, markdown, html) => {
  expect(renderMarkdown(markdown).html).toBe(html);
});

/** Hostile or careless nesting and repetition, at the size limit of a message. */
const monsters = [
  '[',
  '*',
  '**a ',
  '_(',
  '<@',
  '<@all',
  '`',
  '>',
  '> a\n',
  '- ',
  '1. ',
  '- a\n  ',
  '![[',
  '](',
  '&',
  '\\',
  '<br',
  '#',
  '~~~\n',
  ' ',
  '\n',
  '- - - a\n',
  '> > > > > > > > > > > > a\nb\n',
];

test.each(monsters)('%j repeated to 7439 bytes renders, not deeper than the limit', (part) => {
  const { html } = renderMarkdown(part.repeat(Math.floor(7439 / part.length)));
  let depth = 0;
  let deepest = 0;
  for (const [tag] of html.matchAll(/<\/?(?:blockquote|ul|ol|li|p|pre|strong|em|code|a|h\d)\b/g)) {
    depth += tag.startsWith('</') ? -1 : 1;
    deepest = Math.max(deepest, depth);
  }
  expect(depth).toBe(0);
  expect(deepest).toBeLessThanOrEqual(20);
});

test.each([
  ['quotes', `${'> '.repeat(300)}kept`],
  ['lists', `${'- '.repeat(300)}kept`],
  [
    'lists under each other',
    Array.from({ length: 60 }, (_, depth) => `${'  '.repeat(depth)}- item${depth} kept`).join('\n'),
  ],
  ['emphasis', `${'*a '.repeat(300)}kept${' a*'.repeat(300)}`],
])('too deep %s lose their form and not their text', (_, markdown) => {
  const { text } = renderMarkdown(markdown);
  expect(text).toContain('kept');
  for (const word of markdown.match(/item\d+/g) ?? []) expect(text).toContain(word);
});

test('no word of an author gets lost, whatever markup is around it', () => {
  const markup = fc.constantFrom(
    '> ',
    '- ',
    '1. ',
    '  ',
    '    ',
    '\n',
    '\n\n',
    ' ',
    '*',
    '**',
    '_',
    '`',
    '```\n',
    '# ',
    '[',
    ']',
    '<',
    '>',
    '&',
    '\t',
    '---\n',
    '<@all>',
    '\\',
  );
  const word = fc.integer({ min: 0, max: 9999 }).map((n) => `w${n}w`);
  fc.assert(
    fc.property(fc.array(fc.oneof(markup, word), { maxLength: 60 }), (parts) => {
      const { text, html } = renderMarkdown(parts.join(''));
      for (const found of parts.join('').match(/w\d+w/g) ?? []) {
        expect(html).toContain(found);
        expect(text).toContain(found);
      }
    }),
  );
});

test('plain sentences are rendered as they stand', () => {
  const words = fc
    .array(fc.stringMatching(/^[a-zA-Z0-9äöüé,;?]{1,12}$/), { minLength: 1 })
    .map((list) => `a ${list.join(' ')}`);
  fc.assert(
    fc.property(words, (sentence) => {
      expect(renderMarkdown(sentence)).toMatchObject({ text: sentence, html: `<p>${sentence}</p>` });
    }),
  );
});

function renderMarkdown(markdown: string): Rendered {
  return render(parseMarkdown(markdown), members);
}

function element({ uuid }: { uuid: string }, label: string): string {
  return `<spark-mention data-object-type="person" data-object-id="${publicId('PEOPLE', uuid)}">${label}</spark-mention>`;
}
