import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Tail } from './tail.ts';

/** A table that grows, with gaps between its positions, and how often it was read. */
function openTable() {
  const items: number[] = [];
  let reads = 0;
  const tail = new Tail<number>({
    read: async (position, limit) => {
      reads += 1;
      return items.filter((item) => item > position).slice(0, limit);
    },
    positionOf: (item) => item,
  });
  const append = (count: number, step = 1) => {
    for (let at = 0; at < count; at++) items.push((items.at(-1) ?? 0) + step);
    tail.grow();
  };
  return { items, tail, append, reads: () => reads };
}

async function readAll(tail: Tail<number>, from: number, limit: number): Promise<number[]> {
  const read: number[] = [];
  for (;;) {
    const items = await tail.after(read.at(-1) ?? from, limit);
    if (items.length === 0) return read;
    expect(items.length).toBeLessThanOrEqual(limit);
    read.push(...items);
  }
}

test('whoever follows, from wherever, at whatever pace, is given everything once and in order', async () => {
  const reader = fc.record({ from: fc.nat(9_000), limit: fc.integer({ min: 1, max: 700 }) });
  const growth = fc.record({ count: fc.nat(3_000), step: fc.integer({ min: 1, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(
      fc.array(reader, { minLength: 1, maxLength: 4 }),
      fc.array(growth, { maxLength: 4 }),
      async (readers, growths) => {
        const { items, tail, append } = openTable();
        const read = readers.map(({ from }) => ({ from, items: [] as number[] }));
        for (const { count, step } of [{ count: 10, step: 1 }, ...growths]) {
          append(count, step);
          const rounds = readers.map(({ limit }, at) => {
            const mine = read[at] ?? { from: 0, items: [] };
            return readAll(tail, mine.items.at(-1) ?? mine.from, limit).then((more) => mine.items.push(...more));
          });
          await Promise.all(rounds);
        }
        for (const { from, items: mine } of read) expect(mine).toEqual(items.filter((item) => item > from));
      },
    ),
    { numRuns: 50 },
  );
});

test('the table is read once for everybody who has kept up, and not at all when it has not grown', async () => {
  const { tail, append, reads } = openTable();
  append(10);
  await Promise.all(Array.from({ length: 100 }, () => readAll(tail, 0, 100)));
  const before = reads();
  append(10);
  await Promise.all(Array.from({ length: 100 }, () => readAll(tail, 10, 100)));
  expect(reads() - before).toBe(1);
  await readAll(tail, 20, 100);
  expect(reads() - before).toBe(1);
});

test('a reading that failed is made again', async () => {
  let fails = true;
  const tail = new Tail<number>({
    read: async (position) => {
      if (fails) throw new Error('locked');
      return position < 1 ? [1] : [];
    },
    positionOf: (item) => item,
  });
  await expect(tail.after(0, 10)).rejects.toThrow('locked');
  fails = false;
  expect(await tail.after(0, 10)).toEqual([1]);
});

test('those who are behind read one after the other, with a turn of the event loop between', async () => {
  const { tail, append, reads } = openTable();
  append(5_000);
  await readAll(tail, 0, 500);
  const before = reads();
  const behind = Array.from({ length: 10 }, () => tail.after(0, 100));
  await new Promise(setImmediate);
  expect(reads() - before).toBeLessThanOrEqual(2);
  await Promise.all(behind);
  expect(reads() - before).toBe(10);
});
