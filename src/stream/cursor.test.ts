import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatCursor, parseCursor } from './cursor.ts';

test('what was given out is read back, and needs no encoding in a header or a URL', () => {
  fc.assert(
    fc.property(fc.record({ event: fc.maxSafeNat(), change: fc.maxSafeNat() }), (cursor) => {
      const text = formatCursor(cursor);
      expect(text).toMatch(/^[\w-]+$/);
      expect(parseCursor(text)).toEqual(cursor);
    }),
  );
});

test.each([
  '["stream",1]',
  '["stream",1,2,3]',
  '["stream",1,-2]',
  '["stream",0.5,1]',
  '["stream",1e999,1]',
  '["rooms",1,2]',
  '{}',
])('%s is none', (json) => {
  expect(() => parseCursor(Buffer.from(json).toString('base64url'))).toThrow('not one this server gave out');
});
