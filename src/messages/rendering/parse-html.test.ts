import { expect, test } from 'vitest';
import { publicId } from '../../core/ids.ts';
import { mentionTargets, parseHtml, render, type MentionLookup } from './index.ts';

const bob = { uuid: '0b0b0b0b-0000-4000-8000-00000000000b', email: 'bob@example.com', displayName: 'Bob & Co' };
const members: MentionLookup = { byEmail: () => undefined, byUuid: (uuid) => (uuid === bob.uuid ? bob : undefined) };
const id = publicId('PEOPLE', bob.uuid);

test.each([
  ['inline content needs no paragraph', 'hi <b>you</b>', 'hi <strong>you</strong>', 'hi you'],
  ['kept as it is', '<p>a <strong>b</strong> <em>c</em></p>', '<p>a <strong>b</strong> <em>c</em></p>', 'a b c'],
  ['other names of the same', '<i>a</i><h5>b</h5>', '<em>a</em>\n<h3>b</h3>', 'a\nb'],
  ['attributes are dropped', '<p class="x" style="y" onclick="z">a</p>', '<p>a</p>', 'a'],
  ['unknown elements leave their text', '<u>a</u><font>b</font><x-y>c</x-y>', 'abc', 'abc'],
  [
    'containers keep lines apart',
    '<div>a</div><div>b<div>c</div>d</div>',
    '<p>a</p>\n<p>b</p>\n<p>c</p>\nd',
    'a\nb\nc\nd',
  ],
  ['cells', '<table><tr><td>a</td><td>b</td></tr></table>', '<p>a</p>\n<p>b</p>', 'a\nb'],
  ['script and style', 'a<script>alert(1)</script><style>p{}</style>b', 'ab', 'ab'],
  ['comments', 'a<!-- <b>x</b> -->b', 'ab', 'ab'],
  ['entities', '&lt;b&gt; &amp;amp; &eacute;', '&lt;b&gt; &amp;amp; é', '<b> &amp; é'],
  ['spaces collapse', ' <p>\n  a \n\t b\n</p>\n<p>c </p> ', '<p>a b</p>\n<p>c</p>', 'a b\nc'],
  ['spaces stay in code blocks', '<pre><code>a\n  b\n</code></pre>', '<pre><code>a\n  b\n</code></pre>', 'a\n  b'],
  ['breaks', 'a<br>b<br/>c<hr>d', 'a<br>b<br>c\n<hr>\nd', 'a\nb\nc\n---\nd'],
  [
    'lists',
    '<ul><li>a<ol start="3"><li>b</ol><li>c</ul>',
    '<ul><li>a\n<ol start="3"><li>b</li></ol></li>\n<li>c</li></ul>',
    '- a\n  3. b\n- c',
  ],
  [
    'list straight inside a list',
    '<ul><li>a</li><ul><li>b</li></ul></ul>',
    '<ul><li>a\n<ul><li>b</li></ul></li></ul>',
    '- a\n  - b',
  ],
  ['text straight inside a list', '<ul>a<li>b</li></ul>', '<ul><li>a</li>\n<li>b</li></ul>', '- a\n- b'],
  ['items without a list', '<li>a</li><li>b</li>', '<p>a</p>\n<p>b</p>', 'a\nb'],
  ['odd start', '<ol start="-1"><li>a</li></ol>', '<ol><li>a</li></ol>', '1. a'],
  ['block inside inline', '<b>a<p>b</p>c</b>', '<strong>a</strong>\n<p>b</p>\nc', 'a\nb\nc'],
  ['wrong order', '<b><i>a</b></i>b', '<strong><em>a</em></strong>b', 'ab'],
  ['never closed', '<blockquote><p><b>a', '<blockquote><p><strong>a</strong></p></blockquote>', '> a'],
  ['only closed', 'a</b></div>b', 'ab', 'ab'],
  ['nothing inside', '<p></p><b> </b><ul></ul>', '', ''],
  [
    'link',
    '<a href=" https://e.com/?a=1&amp;b=2 " target=_blank>x</a>',
    '<a href="https://e.com/?a=1&amp;b=2" rel="nofollow">x</a>',
    'x',
  ],
  [
    'link inside a link',
    '<a href="https://a.com">a<b><a href="https://b.com">b</a></b></a>',
    '<a href="https://a.com" rel="nofollow">a<strong>b</strong></a>',
    'ab',
  ],
  ['link elsewhere', '<a href="/x">a</a><a href="javascript:x">b</a><a name="n">c</a>', 'abc', 'abc'],
  ['names of object members', '<constructor>a</constructor><valueOf>b</valueOf>', 'ab', 'ab'],
])('%s', (_, source, html, text) => {
  expect(render(parseHtml(source), members)).toMatchObject({ html, text });
});

test.each([
  ['public id', `<spark-mention data-object-type="person" data-object-id="${id}">Bob</spark-mention>`, 'Bob'],
  [
    'UUID, attributes the other way round',
    `<spark-mention data-object-id='${bob.uuid}' data-object-type='person'>Bob</spark-mention>`,
    'Bob',
  ],
  [
    'formatted label',
    `<spark-mention data-object-type="person" data-object-id="${id}"><b>B</b>\n <i>ob</i></spark-mention>`,
    'B ob',
  ],
  ['no label', `<spark-mention data-object-type="person" data-object-id="${id}"></spark-mention>`, 'Bob & Co'],
])('mention of a member: %s', (_, source, text) => {
  const html = `<spark-mention data-object-type="person" data-object-id="${id}">${text.replace('&', '&amp;')}</spark-mention>`;
  expect(render(parseHtml(`${source} hi`), members)).toEqual({
    text: `${text} hi`,
    html: `${html} hi`,
    mentionedPeople: [bob.uuid],
    mentionedAll: false,
  });
});

test('mention of the group', () => {
  const html = '<p><spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention> hi</p>';
  expect(render(parseHtml(html), members)).toEqual({ text: 'All hi', html, mentionedPeople: [], mentionedAll: true });
});

test.each([
  [
    'stranger',
    '<spark-mention data-object-type="person" data-object-id="0d0d0d0d-0000-4000-8000-00000000000d">Dan</spark-mention>',
  ],
  ['nonsense id', '<spark-mention data-object-type="person" data-object-id="x">Dan</spark-mention>'],
  ['no id', '<spark-mention data-object-type="person">Dan</spark-mention>'],
  ['no type', `<spark-mention data-object-id="${id}">Dan</spark-mention>`],
  ['other group', '<spark-mention data-object-type="groupMention" data-group-type="here">Dan</spark-mention>'],
])('no mention: %s', (_, source) => {
  expect(render(parseHtml(source), members)).toEqual({
    text: 'Dan',
    html: 'Dan',
    mentionedPeople: [],
    mentionedAll: false,
  });
});

test('the syntax of markdown means nothing in html', () => {
  expect(render(parseHtml('**a** &lt;@all&gt;'), members)).toMatchObject({
    html: '**a** &lt;@all&gt;',
    mentionedAll: false,
  });
});

test('targets', () => {
  const content = parseHtml(
    `<ul><li><spark-mention data-object-type="person" data-object-id="${id}">B</spark-mention></li></ul>` +
      '<script><spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention></script>',
  );
  expect(mentionTargets(content)).toEqual({ emails: [], uuids: [bob.uuid], all: false });
});
