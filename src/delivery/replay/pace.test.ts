import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FIRST_PACE, MOST_PACE, nextPace } from './pace.ts';

test('the pace doubles with each step that succeeds, up to its limit, whatever it was before', () => {
  fc.assert(
    fc.property(fc.integer({ min: FIRST_PACE, max: MOST_PACE }), fc.nat(20), (start, steps) => {
      let pace = start;
      for (let step = 0; step < steps; step++) pace = nextPace(pace);
      expect(pace).toBe(Math.min(start * 2 ** steps, MOST_PACE));
    }),
  );
});
