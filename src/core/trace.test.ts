import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTraceparent, printTraceparent } from './trace.ts';

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const span = '00f067aa0ba902b7';

test.each([
  ['sampled', `00-${trace}-${span}-01`, { traceId: trace, spanId: span, sampled: true }],
  ['not sampled', `00-${trace}-${span}-00`, { traceId: trace, spanId: span, sampled: false }],
  ['other flags', `00-${trace}-${span}-03`, { traceId: trace, spanId: span, sampled: true }],
  [
    'a later version',
    `cc-${trace}-${span}-01-what-the-future-will-be`,
    { traceId: trace, spanId: span, sampled: true },
  ],
])('a traceparent is read: %s', (_, text, expected) => {
  expect(parseTraceparent(text)).toEqual(expected);
});

test.each([
  ['none', undefined],
  ['empty', ''],
  ['version ff', `ff-${trace}-${span}-01`],
  ['more than version 00 has', `00-${trace}-${span}-01-more`],
  ['no trace', `00-${'0'.repeat(32)}-${span}-01`],
  ['no span', `00-${trace}-${'0'.repeat(16)}-01`],
  ['upper case', `00-${trace.toUpperCase()}-${span}-01`],
  ['too short', `00-${trace.slice(1)}-${span}-01`],
  ['sent twice', `00-${trace}-${span}-01, 00-${trace}-${span}-01`],
])('a traceparent is ignored: %s', (_, text) => {
  expect(parseTraceparent(text)).toBeUndefined();
});

test('what is printed is read back', () => {
  const hex = (length: number) =>
    fc
      .array(fc.integer({ min: 0, max: 15 }), { minLength: length, maxLength: length })
      .map((digits) => digits.map((digit) => digit.toString(16)).join(''))
      .filter((id) => !/^0+$/.test(id));
  fc.assert(
    fc.property(fc.record({ traceId: hex(32), spanId: hex(16), sampled: fc.boolean() }), (context) => {
      expect(parseTraceparent(printTraceparent(context))).toEqual(context);
    }),
  );
});

test('whatever comes is read or ignored', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => parseTraceparent(text)).not.toThrow();
    }),
  );
});
