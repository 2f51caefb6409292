import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BatchSize } from './batch-size.ts';

test('batches that take too long become smaller, quick ones larger, up to 500 rows', () => {
  const size = new BatchSize();
  const after = (...times: number[]) => {
    for (const ms of times) size.took(ms);
    return size.rows;
  };
  expect(after()).toBe(100);
  expect(after(1, 1)).toBe(400);
  expect(after(1)).toBe(500);
  expect(after(3, 4.9)).toBe(500);
  expect(after(6)).toBe(250);
  expect(after(...Array<number>(20).fill(50))).toBe(10);
});

test('at a steady price of a row a batch is soon within its time', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.000_1, max: 0.4, noNaN: true }), (msPerRow) => {
      const size = new BatchSize();
      for (let batch = 0; batch < 10; batch++) size.took(size.rows * msPerRow);
      expect(size.rows * msPerRow).toBeLessThanOrEqual(5);
    }),
  );
});
