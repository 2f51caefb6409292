import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isDeeperThan, jsonBytes } from './json.ts';

function depthOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}

test.each([
  [null, 0],
  ['[[', 0],
  [[], 1],
  [{ a: 1, b: [] }, 2],
  [[{ a: [1] }, 2], 3],
  [{ a: null, b: { c: { d: {} } } }, 4],
])('%j is %i deep', (value, depth) => {
  expect(isDeeperThan(value, depth)).toBe(false);
  if (depth > 0) expect(isDeeperThan(value, depth - 1)).toBe(true);
});

test('tells of nesting that overflows the stack of what recurs', () => {
  const levels = 200_000;
  const hostile: unknown = JSON.parse('['.repeat(levels) + ']'.repeat(levels));
  expect(() => depthOf(hostile)).toThrow(RangeError);
  expect(isDeeperThan(hostile, 64)).toBe(true);
});

test('counts as a recursive definition does, and bytes as UTF-8 has them', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 8 }), fc.nat(9), (value, levels) => {
      expect(isDeeperThan(value, levels)).toBe(depthOf(value) > levels);
      expect(jsonBytes(value)).toBe(new TextEncoder().encode(JSON.stringify(value)).length);
    }),
  );
});
