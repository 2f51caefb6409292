import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AdaptiveCap } from './adaptive-cap.ts';

/** Works on `parallel` requests at a time, `workMs` each, first come first served. */
interface Receiver {
  parallel: number;
  workMs: number;
}

/** Lets a lane that always has more to send do so until `count` requests are answered: how long each took, and all. */
function drain(
  cap: AdaptiveCap,
  count: number,
  { parallel, workMs }: Receiver,
): { durations: number[]; elapsedMs: number } {
  const durations: number[] = [];
  const out: { startedAt: number; beside: number; endsAt: number }[] = [];
  const freeAt = Array.from({ length: parallel }, () => 0);
  let now = 0;
  while (durations.length < count) {
    while (out.length < cap.value) {
      const worker = freeAt.indexOf(Math.min(...freeAt));
      const endsAt = Math.max(now, freeAt[worker] ?? 0) + workMs;
      freeAt[worker] = endsAt;
      out.push({ startedAt: now, beside: out.length, endsAt });
    }
    out.sort((a, b) => a.endsAt - b.endsAt);
    const done = out.shift();
    if (!done) break;
    now = done.endsAt;
    durations.push(now - done.startedAt);
    cap.succeeded(now - done.startedAt, { inFlight: Math.max(done.beside, out.length), needed: true });
  }
  return { durations, elapsedMs: now };
}

/** Rounds in which a receiver that always keeps up is sent as much as it may be. */
function rounds(cap: AdaptiveCap, count: number): number[] {
  return Array.from({ length: count }, () => {
    const beside = cap.value - 1;
    for (let left = beside; left >= 0; left--) cap.succeeded(5, { inFlight: beside, needed: true });
    return cap.value;
  });
}

describe('the cap of a lane', () => {
  test('doubles with each round of a receiver that keeps up, to the limit', () => {
    expect(rounds(new AdaptiveCap(32), 6)).toEqual([4, 8, 16, 32, 32, 32]);
  });

  test('stays where it is when nobody needs more', () => {
    const cap = new AdaptiveCap(32);
    for (let at = 0; at < 100; at++) cap.succeeded(5, { inFlight: 0, needed: false });
    expect(cap.value).toBe(2);
  });

  test('is halved by a failure, once for all that were out together, and then grows by one a round', () => {
    const cap = new AdaptiveCap(32);
    rounds(cap, 5);
    for (let startedAt = 100; startedAt < 132; startedAt++) cap.failed(startedAt, 200);
    expect(cap.value).toBe(16);
    const regrown = rounds(cap, 4);
    expect(regrown.every((value, at) => value >= 16 + at && value <= 17 + at)).toBe(true);
    cap.failed(201, 300);
    expect([9, 10]).toContain(cap.value);
  });

  test('never falls below one', () => {
    const cap = new AdaptiveCap(32);
    for (let at = 1; at < 20; at++) cap.failed(at * 10, at * 10 + 1);
    expect(cap.value).toBe(1);
    expect(rounds(cap, 6).at(-1)).toBeGreaterThan(3);
  });

  test('is no more than the limit even where that is one', () => {
    expect(rounds(new AdaptiveCap(1), 3)).toEqual([1, 1, 1]);
  });

  test('returns to where it began when it is not needed', () => {
    const cap = new AdaptiveCap(32);
    rounds(cap, 5);
    cap.rest();
    expect(cap.value).toBe(16);
    for (let at = 0; at < 10; at++) cap.rest();
    expect(cap.value).toBe(2);
    const cautious = new AdaptiveCap(32);
    cautious.failed(1, 2);
    cautious.rest();
    expect(cautious.value).toBe(1);
  });

  test('a receiver is kept busy, and its answers do not take much longer than they must', () => {
    const receiver = fc.record({
      parallel: fc.integer({ min: 2, max: 16 }),
      workMs: fc.integer({ min: 40, max: 2_000 }),
    });
    fc.assert(
      fc.property(receiver, ({ parallel, workMs }) => {
        const cap = new AdaptiveCap(64);
        drain(cap, 500, { parallel, workMs });
        const { durations, elapsedMs } = drain(cap, 2_000, { parallel, workMs });
        const sorted = durations.toSorted((a, b) => a - b);
        expect(sorted[Math.floor(sorted.length * 0.99)]).toBeLessThanOrEqual(2 * workMs);
        expect(elapsedMs).toBeLessThanOrEqual((1.25 * 2_000 * workMs) / parallel);
      }),
    );
  });

  test('a receiver that becomes slower for good gets its due again', () => {
    const cap = new AdaptiveCap(32);
    drain(cap, 500, { parallel: 16, workMs: 20 });
    drain(cap, 5_000, { parallel: 16, workMs: 100 });
    expect(cap.value).toBeGreaterThanOrEqual(14);
  });
});
