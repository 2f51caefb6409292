import { expect, test } from 'vitest';
import { hashUserCode, newUserCode, printUserCode } from './user-code.ts';

test('a code has eight letters that are no vowels', () => {
  const codes = Array.from({ length: 200 }, newUserCode);
  for (const code of codes) expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
  expect(new Set(codes).size).toBe(codes.length);
});

test.each(['WDJB-MJHT', 'wdjbmjht', ' wdjb mjht ', 'WDJB–MJHT'])('%j is the same code', (typed) => {
  expect(hashUserCode(typed)).toEqual(hashUserCode('WDJB-MJHT'));
  expect(printUserCode(typed)).toBe('WDJB-MJHT');
});

test.each(['', 'WDJB-MJH', 'WDJB-MJHTX', '1234-5678'])('%j is none', (typed) => {
  expect(hashUserCode(typed)).toBeUndefined();
});
