import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextAttempt, parseSchedule, type NextAttempt } from './schedule.ts';
import type { Outcome } from './sender/index.ts';

const now = Date.parse('2016-07-19T12:00:00.000Z');
const middle = (): number => 0.5;
const timings = { totalMs: 5 };
const failed: Outcome = { kind: 'error', reason: 'timeout', message: 'It took too long.', timings };

function answered(status: number, headers: Record<string, string> = {}): Outcome {
  return { kind: 'response', status, headers, body: Buffer.alloc(0), truncated: false, timings };
}

describe('parseSchedule', () => {
  test.each([
    ['default', [0, 5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000]],
    ['webex', [0]],
    [' webex ', [0]],
    ['0s', [0]],
    ['0s,5s,1m', [0, 5_000, 60_000]],
    ['0s, 250ms, 1m30s, 2h, 7d', [0, 250, 90_000, 7_200_000, 604_800_000]],
  ])('%s', (text, expected) => expect(parseSchedule(text)).toEqual(expected));

  test.each([
    ['', "'' in the retry schedule '' is not a delay"],
    ['0s,,5s', "'' in the retry schedule '0s,,5s' is not a delay"],
    [
      '0s,5',
      "'5' in the retry schedule '0s,5' is not a delay: write a list such as 0s,5s,1m30s,2h, or default, or webex.",
    ],
    ['0s,5 s', "'5 s' in the retry schedule"],
    ['0s,-5s', "'-5s' in the retry schedule"],
    ['0s,1.5s', "'1.5s' in the retry schedule"],
    ['0s,5w', "'5w' in the retry schedule"],
    ['0s;5s', "'0s;5s' in the retry schedule"],
    ['Default', "'Default' in the retry schedule"],
    ['toString', "'toString' in the retry schedule"],
    ['5s,1m', 'must begin with 0s'],
    ['0s,8d', "'8d' in the retry schedule '0s,8d' is longer than 7 days."],
    [`0s,${'9'.repeat(400)}s`, 'is longer than 7 days.'],
  ])('%s is refused', (text, message) => expect(() => parseSchedule(text)).toThrow(message));
});

describe('nextAttempt', () => {
  const schedule = parseSchedule('default');
  const after = (attemptsMade: number, outcome: Outcome, random = middle): NextAttempt =>
    nextAttempt(schedule, { attemptsMade, outcome, now, random });

  test('nine attempts, then it gives up', () => {
    const delays = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000];
    for (const [index, delay] of delays.entries()) expect(after(index + 1, failed)).toEqual({ at: now + delay });
    expect(after(9, failed)).toBe('giveUp');
  });

  test('as Webex does it: one attempt', () => {
    const outcome = answered(503, { 'retry-after': '1' });
    expect(nextAttempt(parseSchedule('webex'), { attemptsMade: 1, outcome, now, random: middle })).toBe('giveUp');
  });

  test.each([[301], [400], [401], [404], [408], [429], [500], [503]])('%i is tried again', (status) => {
    expect(after(1, answered(status))).toEqual({ at: now + 5_000 });
  });

  test('410 ends the delivery', () => expect(after(1, answered(410))).toBe('giveUp'));

  test('delays vary by a fifth to either side', () => {
    expect(after(1, failed, () => 0)).toEqual({ at: now + 4_000 });
    expect(after(1, failed, () => 1 - 2 ** -53)).toEqual({ at: now + 6_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempts, r) => {
          const next = after(attempts, failed, () => r);
          const delay = schedule[attempts] ?? 0;
          if (next === 'giveUp') throw new Error('gave up early');
          expect(next.at - now).toBeGreaterThanOrEqual(0.8 * delay);
          expect(next.at - now).toBeLessThanOrEqual(1.2 * delay);
        },
      ),
    );
  });

  describe('Retry-After', () => {
    test.each([
      ['seconds', '3600', 3_600_000],
      ['blanks around it', ' 3600 ', 3_600_000],
      ['a date', 'Tue, 19 Jul 2016 13:00:00 GMT', 3_600_000],
      ['sooner than the schedule', '2', 5_000],
      ['nothing', '', 5_000],
      ['a date in the past', 'Tue, 19 Jul 2016 11:00:00 GMT', 5_000],
      ['more than a day', '604800', 86_400_000],
      ['a date years away', 'Tue, 19 Jul 2026 12:00:00 GMT', 86_400_000],
      ['a number beyond all numbers', '9'.repeat(400), 86_400_000],
      ['a negative number', '-5', 5_000],
      ['a fraction', '3600.5', 5_000],
      ['two of them', '3600, 7200', 5_000],
      ['a date of another kind', '2016-07-19T13:00:00Z', 5_000],
      ['a date that does not exist', 'Tue, 99 Jul 2016 13:00:00 GMT', 5_000],
    ])('%s: %s', (_, value, expected) => {
      for (const status of [429, 503]) {
        expect(after(1, answered(status, { 'retry-after': value }))).toEqual({ at: now + expected });
      }
    });

    test.each([[500], [301]])('means nothing with %i', (status) => {
      expect(after(1, answered(status, { 'retry-after': '3600' }))).toEqual({ at: now + 5_000 });
    });

    test('is honoured in full, whatever the jitter, and makes no delay shorter', () => {
      fc.assert(
        fc.property(
          fc.nat({ max: 86_400 }),
          fc.integer({ min: 1, max: 8 }),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          (seconds, attempts, r) => {
            const plain = after(attempts, failed, () => r);
            const next = after(attempts, answered(429, { 'retry-after': String(seconds) }), () => r);
            if (next === 'giveUp' || plain === 'giveUp') throw new Error('gave up early');
            expect(next.at).toBe(Math.max(plain.at, now + seconds * 1_000));
          },
        ),
      );
    });
  });
});
