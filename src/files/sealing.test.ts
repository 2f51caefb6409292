import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SealBrokenError } from '../core/vault.ts';
import { BOX_CONTENT, newContentKey, open, placesOf, seal, type Sealing } from './sealing.ts';

const newSealing = (uuid = 'a'): Sealing => ({ uuid, key: newContentKey() });

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

/** Sizes at the seams of boxes, and others. */
const size = fc.oneof(
  fc.constantFrom(0, 1, BOX_CONTENT - 1, BOX_CONTENT, BOX_CONTENT + 1, 2 * BOX_CONTENT, 3 * BOX_CONTENT - 1),
  fc.nat(3 * BOX_CONTENT),
);
const chunkSize = fc.oneof(fc.integer({ min: 1_000, max: 200_000 }), fc.constantFrom(BOX_CONTENT, BOX_CONTENT + 16));

function contentOf(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 0xff));
}

describe('sealing', () => {
  test('what is opened is what was sealed, each part of it too, however it comes in chunks', async () => {
    await fc.assert(
      fc.asyncProperty(size, chunkSize, chunkSize, fc.nat(), fc.nat(), async (length, one, other, a, b) => {
        const [sealing, content] = [newSealing(), contentOf(length)];
        const sealed = await all(seal(inChunks(content, one), sealing));
        expect(sealed).toHaveLength(length + 16 * Math.max(1, Math.ceil(length / BOX_CONTENT)));
        if (length === 0) return;
        const [start = 0, end = 0] = [a % length, b % length].toSorted((x, y) => x - y);
        for (const range of [
          { start: 0, end: length - 1 },
          { start, end },
        ]) {
          const places = placesOf(range);
          const boxes = inChunks(sealed.subarray(places.start, places.end + 1), other);
          const opened = await all(open(boxes, sealing, length, range));
          expect(opened.equals(content.subarray(range.start, range.end + 1))).toBe(true);
        }
      }),
      { numRuns: 40 },
    );
  });

  const length = 3 * BOX_CONTENT + 5;
  const box = BOX_CONTENT + 16;
  const range = { start: 0, end: length - 1 };

  test('no bit can be changed', async () => {
    const sealing = newSealing();
    const sealed = await all(seal(inChunks(contentOf(length), 70_000), sealing));
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const altered = Buffer.from(sealed);
        altered[at] = (altered[at] ?? 0) ^ (1 << bit);
        await expect(all(open(inChunks(altered, box), sealing, length, range))).rejects.toThrow(SealBrokenError);
      }),
      { numRuns: 30 },
    );
  });

  test.each<[string, (boxes: Buffer[]) => Buffer[]]>([
    ['reordered', ([a, b, ...rest]) => [b, a, ...rest].filter((one) => one !== undefined)],
    ['left out at the front', (boxes) => boxes.slice(1)],
    ['left out in the middle', (boxes) => boxes.toSpliced(1, 1)],
    ['left out at the end', (boxes) => boxes.slice(0, -1)],
    ['repeated', (boxes) => boxes.flatMap((one) => [one, one])],
    ['cut', (boxes) => [...boxes.slice(0, -1), Buffer.alloc(3)]],
    ['gone', () => []],
  ])('no box can be %s', async (_, damage) => {
    const sealing = newSealing();
    const sealed = await all(seal(inChunks(contentOf(length), 70_000), sealing));
    const boxes = [0, 1, 2, 3].map((at) => sealed.subarray(at * box, (at + 1) * box));
    const damaged = inChunks(Buffer.concat(damage(boxes)), box);
    await expect(all(open(damaged, sealing, length, range))).rejects.toThrow(SealBrokenError);
  });

  test('neither the content of another one, nor with another key, nor as if it were shorter', async () => {
    const sealing = newSealing();
    const sealed = await all(seal(inChunks(contentOf(length), 70_000), sealing));
    for (const other of [{ ...sealing, uuid: 'b' }, newSealing()]) {
      await expect(all(open(inChunks(sealed, box), other, length, range))).rejects.toThrow(SealBrokenError);
    }
    const shorter = 2 * BOX_CONTENT;
    const cut = inChunks(sealed.subarray(0, 2 * box), box);
    await expect(all(open(cut, sealing, shorter, { start: 0, end: shorter - 1 }))).rejects.toThrow(SealBrokenError);
  });
});
