import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanName, cleanType, nameInUrl } from './names.ts';
import { disposition } from './present.ts';

describe('names', () => {
  test.each([
    ['report.pdf', 'report.pdf'],
    ['  two  words.txt ', 'two  words.txt'],
    ['Zürich ✓ 日本.txt', 'Zürich ✓ 日本.txt'],
    ['/etc/passwd', 'passwd'],
    ['C:\\temp\\a.exe', 'a.exe'],
    ['a/', 'a'],
    ['.htaccess', '.htaccess'],
    ['"quoted".txt', 'quoted.txt'],
    ['a\r\nSet-Cookie: b', 'aSet-Cookie: b'],
    ['gpj.\u202eexe', 'gpj.exe'],
    ['\ud800.txt', '\ufffd.txt'],
    ['', 'file'],
    [undefined, 'file'],
    ['.', 'file'],
    ['../..', 'file'],
    ['"', 'file'],
    [`${'x'.repeat(300)}.tar.gz`, `${'x'.repeat(252)}.gz`],
    ['é'.repeat(200), 'é'.repeat(127)],
  ])('%j is kept as %j', (given, name) => expect(cleanName(given)).toBe(name));

  test('whatever is given: short, no path, and one quoted word in a header that reads the same again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (given) => {
        const name = cleanName(given);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
        expect(name).toMatch(/^[^/\\"]+$/);
        expect(['.', '..']).not.toContain(name);
        const header = disposition(name);
        expect(header).toMatch(/^attachment; filename="[\u0020-\u007e]*"(; filename\*=UTF-8''[\w!#$&+.^`|~%-]+)?$/);
        const encoded = /filename\*=UTF-8''(.*)$/.exec(header)?.[1];
        expect(encoded === undefined ? /"(.*)"/.exec(header)?.[1] : decodeURIComponent(encoded)).toBe(name);
      }),
    );
  });

  test.each([
    ['https://files.example/a/b%20c.txt?x=1#y', 'b c.txt'],
    ['https://files.example/a/', 'a'],
    ['https://files.example', undefined],
    ['https://files.example/%E0%A4%A', '%E0%A4%A'],
  ])('%s names %j', (url, name) => expect(nameInUrl(url)).toBe(name));

  test.each([
    ['text/plain', 'text/plain'],
    ['text/plain; charset=utf-8', 'text/plain; charset=utf-8'],
    ['multipart/x; boundary="a b"', 'multipart/x; boundary="a b"'],
    ['text', 'application/octet-stream'],
    ['text/plain\r\nX: y', 'application/octet-stream'],
    ['text/<b>', 'application/octet-stream'],
    [`text/${'x'.repeat(300)}`, 'application/octet-stream'],
    ['', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
  ])('the type %j is kept as %j', (given, type) => expect(cleanType(given)).toBe(type));
});
