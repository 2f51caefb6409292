import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRewriteRules, rewriteBy } from './index.ts';

const rules = [
  'https://bot.example:8443=http://127.0.0.1:3978',
  'https://bot.example:8443/hooks=http://localhost:4000/api/',
  'https://bot.example:8443/hooks/deep=https://deep.example/',
  'HTTPS://Bücher.example./=http://[::1]:5000/a%20b',
  'http://127.0.0.1:3978=http://127.0.0.1:1',
];

describe('a rule', () => {
  const rewrite = rewriteBy(parseRewriteRules(rules));

  test.each([
    ['https://bot.example:8443/', 'http://127.0.0.1:3978/'],
    ['https://bot.example:8443', 'http://127.0.0.1:3978/'],
    ['https://bot.example:8443/a/b?c=d&e#f', 'http://127.0.0.1:3978/a/b?c=d&e'],
    ['HTTPS://BOT.example:08443/x', 'http://127.0.0.1:3978/x'],
    // Of those that fit, the longest; whole segments of the path only.
    ['https://bot.example:8443/hooks', 'http://localhost:4000/api'],
    ['https://bot.example:8443/hooks/a?b', 'http://localhost:4000/api/a?b'],
    ['https://bot.example:8443/hooks?a=b', 'http://localhost:4000/api?a=b'],
    ['https://bot.example:8443/hooksmith', 'http://127.0.0.1:3978/hooksmith'],
    ['https://bot.example:8443/hooks/deep', 'https://deep.example/'],
    ['https://bot.example:8443/hooks/deep/er', 'https://deep.example/er'],
    ['https://bot.example:8443/hooks/deep/../x', 'http://localhost:4000/api/x'],
    ['https://xn--bcher-kva.example./x', 'http://[::1]:5000/a%20b/x'],
  ])('%s is called at %s', (url, expected) => expect(rewrite(url)).toBe(expected));

  test.each([
    'https://bot.example/',
    'http://bot.example:8443/',
    'https://sub.bot.example:8443/',
    'https://bot.example:84430/',
    'https://bot.example:8443@elsewhere.example/',
    'https://user@bot.example:8443/',
    'https://elsewhere.example/?https://bot.example:8443/',
    'ftp://bot.example:8443/',
    'no URL',
    '',
  ])('does not touch %j', (url) => expect(rewrite(url)).toBe(url));

  test('leaves the bytes of a URL that no rule fits', () => {
    const none = rewriteBy([]);
    fc.assert(
      fc.property(fc.oneof(fc.webUrl({ withQueryParameters: true }), fc.string()), (url) => {
        expect([rewrite(url), none(url)]).toEqual([url, url]);
      }),
    );
  });

  test('whatever follows the beginning is kept', () => {
    const rest = fc.tuple(fc.webPath(), fc.webQueryParameters());
    fc.assert(
      fc.property(rest, ([path, query]) => {
        fc.pre(!path.startsWith('/hooks'));
        const { pathname, search } = new URL(`https://bot.example:8443${path}?${query}`);
        expect(rewrite(`https://bot.example:8443${path}?${query}`)).toBe(`http://127.0.0.1:3978${pathname}${search}`);
      }),
    );
  });
});

describe('the setting', () => {
  test.each([
    'bot.example',
    'https://bot.example',
    'https://bot.example=',
    '=http://127.0.0.1',
    'https://bot.example=127.0.0.1:3978',
    'https://bot.example=http://127.0.0.1=http://127.0.0.2',
    'https://bot.example=http://127.0.0.1=x',
    'https://bot.example?a=http://127.0.0.1',
    'https://bot.example/#a=http://127.0.0.1',
    'https://user@bot.example=http://127.0.0.1',
    'https://bot.example=ftp://127.0.0.1',
    'https://*.example=http://127.0.0.1',
  ])('%j cannot be understood, and the complaint says what to write', (entry) => {
    expect(() => parseRewriteRules([entry])).toThrow(
      `'${entry}' is no rule to rewrite by: write how the targets begin, =`,
    );
  });

  test('two rules for the same targets contradict each other', () => {
    const entries = [
      'http://a.example/=http://127.0.0.1',
      'http://b.example=http://c.example',
      'http://A.example:80=http://b.example',
    ];
    expect(() => parseRewriteRules(entries)).toThrow(
      "'http://a.example/=http://127.0.0.1' and 'http://A.example:80=http://b.example' rewrite the same targets: take one of them away.",
    );
  });
});
