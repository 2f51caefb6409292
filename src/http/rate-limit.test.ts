import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RateLimiter } from './rate-limit.ts';

/** Time that stands still until it is told to go on. */
function clock() {
  let now = 0;
  return {
    now: () => now,
    advance: (ms: number) => {
      now += ms;
    },
  };
}

const takeMany = (limiter: RateLimiter, key: string, times: number) =>
  Array.from({ length: times }, () => limiter.take(key)).filter((waitMs) => waitMs === 0).length;

test('so many at once, then as many as flow in', () => {
  const time = clock();
  const limiter = new RateLimiter({ perSecond: 2, burst: 5 }, time);
  expect(takeMany(limiter, 'a', 10)).toBe(5);
  expect(limiter.take('a')).toBe(500);
  time.advance(499);
  expect(limiter.take('a')).toBeCloseTo(1);
  time.advance(1);
  expect(limiter.take('a')).toBe(0);
  expect(limiter.take('a')).toBe(500);
  time.advance(3_600_000);
  expect(takeMany(limiter, 'a', 10)).toBe(5);
});

test('everybody has a bucket of their own', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 2 }, clock());
  expect(takeMany(limiter, 'a', 5)).toBe(2);
  expect(takeMany(limiter, 'b', 5)).toBe(2);
});

test('who is told to wait so long, and waits so long, gets through', () => {
  const rates = fc.record({
    perSecond: fc.double({ min: 0.01, max: 1_000, noNaN: true }),
    burst: fc.integer({ min: 1, max: 50 }),
  });
  fc.assert(
    fc.property(rates, fc.array(fc.nat(200), { maxLength: 100 }), (rate, pauses) => {
      const time = clock();
      const limiter = new RateLimiter(rate, time);
      for (const pause of pauses) {
        time.advance(pause);
        const waitMs = limiter.take('a');
        expect(waitMs).toBeLessThanOrEqual(1_000 / rate.perSecond);
        if (waitMs === 0) continue;
        // As `Retry-After` rounds it.
        time.advance(Math.ceil(waitMs / 1_000) * 1_000);
        expect(limiter.take('a')).toBe(0);
      }
    }),
  );
});

test('never more than the burst and what has flowed in', () => {
  const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 20 }), burst: fc.integer({ min: 1, max: 20 }) });
  fc.assert(
    fc.property(rates, fc.array(fc.nat(300), { maxLength: 200 }), (rate, pauses) => {
      const time = clock();
      const limiter = new RateLimiter(rate, time);
      let taken = 0;
      for (const pause of pauses) {
        time.advance(pause);
        if (limiter.take('a') === 0) taken += 1;
      }
      expect(taken).toBeLessThanOrEqual(rate.burst + (time.now() * rate.perSecond) / 1_000 + 1e-6);
    }),
  );
});

test('memory follows from who is active, and has an end', () => {
  const time = clock();
  const limiter = new RateLimiter({ perSecond: 1, burst: 2 }, time);
  for (let at = 0; at < 25_000; at += 1) limiter.take(`person ${at}`);
  expect(limiter.size).toBeLessThanOrEqual(10_000);
  time.advance(1_000);
  limiter.take('somebody');
  expect(limiter.size).toBe(1);
});
