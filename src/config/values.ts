import { z } from 'zod';

/** Settings arrive as text. Each reader gives the typed value, and finishes the sentence "NAME …" about a bad one. */

export function wholeNumber(least: number, most: number) {
  const reason = `must be a whole number from ${least} to ${most}.`;
  return z
    .string()
    .regex(/^\d+$/, reason)
    .transform(Number)
    .refine((value) => value >= least && value <= most, reason);
}

export function wholeNumberOrAuto(least: number, most: number) {
  const reason = `must be auto or a whole number from ${least} to ${most}.`;
  return z.union([z.literal('auto'), wholeNumber(least, most)], reason);
}

export const flag = z.stringbool({
  truthy: ['true', '1', 'yes', 'on'],
  falsy: ['false', '0', 'no', 'off'],
  case: 'insensitive',
  error: 'must be true or false.',
});

export const text = z.string();

export const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL that begins with http:// or https://.' });

export function oneOf<const T extends readonly [string, ...string[]]>(...values: T) {
  return z.enum(values, `must be one of ${values.join(', ')}.`) as z.ZodType<T[number], string>;
}

const TIME = /^(\d+)(ms|s|m|h|d)$/;
const timeUnits = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Answers milliseconds. */
export function duration(leastMs: number, mostMs: number) {
  const reason = `must be a time from ${printDuration(leastMs)} to ${printDuration(mostMs)}, such as 500ms, 10s or 2m.`;
  return measure(TIME, timeUnits, leastMs, mostMs, reason);
}

/** Answers milliseconds; `Infinity` for `forever` and 0. */
export function durationOrForever(leastMs: number, mostMs: number) {
  const reason = `must be forever, or a time from ${printDuration(leastMs)} to ${printDuration(mostMs)}, such as 12h or 30d.`;
  const forever = z.enum(['forever', '0']).transform(() => Infinity);
  return z.union([forever, measure(TIME, timeUnits, leastMs, mostMs, reason)], reason);
}

/** Answers how many a second in the long run, and how many at once; undefined for `off`. */
export function rate() {
  const reason =
    'must be off, or requests per second from 0.01 to 100000, a colon and the most at once from 1 to 1000000, such as 30:300.';
  return z.string().transform((given, context) => {
    if (given.toLowerCase() === 'off') return undefined;
    const [, perSecond, burst] = /^(\d+(?:\.\d+)?):(\d+)$/.exec(given)?.map(Number) ?? [];
    if (within(perSecond, 0.01, 100_000) && within(burst, 1, 1_000_000)) return { perSecond, burst };
    context.addIssue({ code: 'custom', message: reason });
    return z.NEVER;
  });
}

function within(value: number | undefined, least: number, most: number): value is number {
  return value !== undefined && value >= least && value <= most;
}

/** Answers bytes. */
export function size(least: number, most: number) {
  const reason = `must be a size from ${printSize(least)} to ${printSize(most)}, such as 65536, 512KiB or 1MiB.`;
  return measure(/^(\d+)(KiB|MiB|)$/, { '': 1, KiB: 1_024, MiB: 1_048_576 }, least, most, reason);
}

/** Separated by commas. */
export const list = z.string().transform((line) =>
  line
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

function measure(
  pattern: RegExp,
  units: Readonly<Record<string, number>>,
  least: number,
  most: number,
  reason: string,
) {
  return z.string().transform((given, context) => {
    const [, count, unit = ''] = pattern.exec(given) ?? [];
    const value = Number(count) * (units[unit] ?? Number.NaN);
    if (value >= least && value <= most) return value;
    context.addIssue({ code: 'custom', message: reason });
    return z.NEVER;
  });
}

function printDuration(ms: number): string {
  for (const unit of ['d', 'h'] as const)
    if (ms > 0 && ms % timeUnits[unit] === 0) return `${ms / timeUnits[unit]}${unit}`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function printSize(bytes: number): string {
  if (bytes % 1_048_576 === 0) return `${bytes / 1_048_576}MiB`;
  return bytes % 1_024 === 0 ? `${bytes / 1_024}KiB` : String(bytes);
}
