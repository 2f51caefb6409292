import fc from 'fast-check';
import { expect, test } from 'vitest';
import { publicId } from '../../core/ids.ts';
import { mentionTargets, parseHtml, parseMarkdown, render, type MentionLookup, type RichText } from './index.ts';

/** Every address and every UUID is a member whose name is itself an attack. */
const uuid = '0b0b0b0b-0000-4000-8000-00000000000b';
const hostile = { uuid, email: 'bob@example.com', displayName: '"><script>alert(1)</script>\' onload=x' };
const members: MentionLookup = { byEmail: () => hostile, byUuid: () => hostile };

/** Each tag exactly as it may appear: the output is made of these and of escaped text, and of nothing else. */
const TAG = new RegExp(
  [
    '<(?:br|hr|/?(?:p|h1|h2|h3|ul|ol|li|blockquote|pre|strong|em|code)|/a|/spark-mention)>',
    '<ol start="\\d{1,9}">',
    '<a href="(?:https?://|mailto:)[^"<>]*" rel="nofollow">',
    '<spark-mention data-object-type="person" data-object-id="[\\w-]+">',
    '<spark-mention data-object-type="groupMention" data-group-type="all">',
  ].join('|'),
  'gi',
);

function expectSafe(content: RichText): void {
  const { html, mentionedPeople } = render(content, members);
  expect(html.replaceAll(TAG, '')).not.toMatch(/[<>]|&(?!(?:amp|lt|gt);)/);
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/^[ \n]|[ \n]$/);
  expect(mentionedPeople.filter((person) => person !== uuid)).toEqual([]);
}

/** The tags that have no partner in the right place. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  for (const [tag] of html.matchAll(/<\/?(?!br|hr)[\w-]+/g)) {
    if (tag.replace('/', '') === open.at(-1) && tag.startsWith('</')) open.pop();
    else open.push(tag);
  }
  return open;
}

const attacks = [
  '<script>alert(1)</script>',
  '<SCRIPT SRC=https://evil.example/x.js></SCRIPT>',
  '<scr<script>ipt>alert(1)</scr</script>ipt>',
  '<img src=x onerror=alert(1)>',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<svg/onload=alert(1)>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><style><img src=x onerror=alert(1)></style></svg>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>">',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<embed src="javascript:alert(1)">',
  '<a href="javascript:alert(1)">x</a>',
  '<a href="JaVaScRiPt:alert(1)">x</a>',
  '<a href=" javascript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="java&#x0a;script:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="data:text/html;base64,PHNjcmlwdD4=">x</a>',
  '<a href="vbscript:x">x</a>',
  '<a href="//evil.example">x</a>',
  '<a href="https://e.com" onclick="alert(1)">x</a>',
  '<a href=\'https://e.com"onclick="alert(1)\'>x</a>',
  '<a href="https://e.com&quot; onclick=&quot;alert(1)">x</a>',
  '<form action="javascript:alert(1)"><button>x</button></form>',
  '<base href="javascript:alert(1)//">',
  '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">',
  '<link rel=stylesheet href=javascript:alert(1)>',
  '<div style="background:url(javascript:alert(1))">x</div>',
  '<body onload=alert(1)>',
  '<details open ontoggle=alert(1)>x</details>',
  '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  '<textarea></textarea><script>alert(1)</script>',
  '<title><img src=x onerror=alert(1)></title>',
  '<!--><script>alert(1)</script>-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml version="1.0"?><x onload=alert(1)/>',
  '<p title="</p><script>alert(1)</script>">x</p>',
  '<plaintext><script>alert(1)</script>',
  '<xmp><script>alert(1)</script></xmp>',
  '</p><script>alert(1)</script>',
  '<x\u0000><scr\u0000ipt>alert(1)</script>',
  '<spark-mention data-object-type="person" data-object-id="0b0b0b0b-0000-4000-8000-00000000000b" onclick=alert(1)><img src=x onerror=alert(1)></spark-mention>',
  '<spark-mention data-object-type="person" data-object-id=\'"><script>alert(1)</script>\'>x</spark-mention>',
  '[x](javascript:alert(1))',
  '[x](JAVASCRIPT:alert(1))',
  '[x](javascript&colon;alert(1))',
  '[x](&#x6A;avascript:alert(1))',
  '[x](\tjavascript:alert(1))',
  '[x](<javascript:alert(1)>)',
  '[x](data:text/html;base64,PHNjcmlwdD4=)',
  '[x](vbscript:x)',
  '[x](//evil.example)',
  '[x](https://e.com" onclick="alert(1))',
  '[x](https://e.com/"onclick="alert\\(1\\))',
  '[x](https://e.com "\\" onclick=\\"alert(1)")',
  '[<img src=x onerror=alert(1)>](https://e.com)',
  '[x]: javascript:alert(1)\n\n[x]',
  '![x](javascript:alert(1))',
  '![x](https://e.com/"onerror="alert(1))',
  '<javascript:alert(1)>',
  '<https://e.com/"onclick="alert(1)>',
  '```"><script>alert(1)</script>\ncode\n```',
  '```\n</code></pre><script>alert(1)</script>\n```',
  '`</code><script>alert(1)</script>`',
  '<@personEmail:bob@example.com|"><script>alert(1)</script>',
  '<@personEmail:"><script>alert(1)</script>|x>',
  '<@personEmail:bob@example.com>',
  `<@personId:${publicId('PEOPLE', uuid)}>`,
  `<@personId:${publicId('PEOPLE', '"><script>')}|x>`,
  '<br onload=alert(1)>',
  '<br/onload=alert(1)>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;script&#62;alert(1)',
];

test.each(attacks)('%j is harmless as markdown and as html', (attack) => {
  expectSafe(parseMarkdown(attack));
  expectSafe(parseHtml(attack));
});

const fragment = fc.oneof(
  fc.constantFrom(...attacks),
  fc.constantFrom(
    '<p>',
    '</p>',
    '<b>',
    '</b>',
    '<ul>',
    '</ul>',
    '<li>',
    '<ol start=3>',
    '<pre>',
    '</pre>',
    '<code>',
    '<h1>',
  ),
  fc.constantFrom(
    '<blockquote>',
    '</blockquote>',
    '<a href="https://e.com/">',
    '</a>',
    '<br>',
    '<hr>',
    '<div>',
    '</div>',
  ),
  fc.constantFrom(
    '*',
    '**',
    '_',
    '`',
    '```\n',
    '> ',
    '- ',
    '1. ',
    '# ',
    '\n',
    '\n\n',
    '  ',
    '[',
    '](https://e.com)',
    '<@all>',
  ),
  fc.constantFrom('<', '>', '&', '"', "'", '=', '/', '\\', '\t', '\r', '\0', '\ud800', '&nbsp;', '&quot;', '|'),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.lorem({ maxCount: 2 }),
);
const source = fc.array(fragment, { maxLength: 30 }).map((parts) => parts.join(''));

test('whatever is sent as markdown, the html is well-formed and within the allow-list', () => {
  fc.assert(
    fc.property(source, (markdown) => expectSafe(parseMarkdown(markdown))),
    { numRuns: 1000 },
  );
});

test('whatever is sent as html, the html is well-formed and within the allow-list', () => {
  fc.assert(
    fc.property(source, (html) => expectSafe(parseHtml(html))),
    { numRuns: 1000 },
  );
});

test('sanitised html is taken as it is when it is sent again', () => {
  fc.assert(
    fc.property(source, (html) => {
      const once = render(parseHtml(html), members);
      expect(render(parseHtml(once.html), members)).toEqual(once);
    }),
    { numRuns: 1000 },
  );
});

test('no stranger is mentioned, and nobody is looked up who is not among the targets', () => {
  fc.assert(
    fc.property(source, (markdown) => {
      const content = parseMarkdown(markdown);
      const { emails, uuids, all } = mentionTargets(content);
      const strangers: MentionLookup = {
        byEmail: (email) => {
          expect(emails).toContain(email);
          return undefined;
        },
        byUuid: (person) => {
          expect(uuids).toContain(person);
          return undefined;
        },
      };
      const { html, mentionedPeople, mentionedAll } = render(content, strangers);
      expect(mentionedPeople).toEqual([]);
      expect(mentionedAll).toBe(all);
      expect(html).not.toContain('<spark-mention data-object-type="person"');
    }),
  );
});

test('the text has no tag that the author did not write', () => {
  fc.assert(
    fc.property(source, (markdown) => {
      expect(render(parseMarkdown(markdown.replaceAll(/[<&]/g, '')), members).text).not.toContain('<');
    }),
  );
});
