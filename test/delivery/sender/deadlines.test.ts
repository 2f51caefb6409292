import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deadlines } from '../../../src/delivery/sender/deadlines.ts';
import { TestClock } from '../../support/clock.ts';

const TIMEOUT_MS = 1_000;

/** Begins so many ms after the one before; ends by itself after so many. */
interface Member {
  afterMs: number;
  lastsMs: number;
}

test('whoever lasts too long is ended in time, hardly before, and once; nobody else is', () => {
  const member = fc.record({
    afterMs: fc.nat(20),
    lastsMs: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 2 * TIMEOUT_MS })),
  });
  fc.assert(
    fc.property(fc.array(member, { maxLength: 30 }), (members: Member[]) => {
      const clock = new TestClock(0);
      const deadlines = new Deadlines(clock, TIMEOUT_MS);
      const ended = members.map(({ afterMs, lastsMs }) => {
        clock.advance(afterMs);
        const beganAt = clock.now();
        const expiredAfterMs: number[] = [];
        const self = { expire: () => expiredAfterMs.push(clock.now() - beganAt) && group.leave(self) };
        const group = deadlines.join(self, beganAt);
        clock.setTimer(lastsMs, () => group.leave(self));
        return { lastsMs, expiredAfterMs };
      });
      clock.advance(2 * TIMEOUT_MS);
      for (const { lastsMs, expiredAfterMs } of ended) {
        if (lastsMs > TIMEOUT_MS) expect(expiredAfterMs).toHaveLength(1);
        if (lastsMs < TIMEOUT_MS - 5) expect(expiredAfterMs).toEqual([]);
        expect(expiredAfterMs.every((ms) => ms <= TIMEOUT_MS && ms >= TIMEOUT_MS - 5)).toBe(true);
      }
    }),
  );
});
