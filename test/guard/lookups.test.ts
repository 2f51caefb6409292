import type { LookupAddress } from 'node:dns';
import { expect, test } from 'vitest';
import { UnknownHostError } from '../../src/delivery/guard/index.ts';
import { Lookups } from '../../src/delivery/guard/lookups.ts';
import { until } from '../delivery/support.ts';
import { TestClock } from '../support/clock.ts';

const answer = [{ address: '127.0.0.1', family: 4 }];

/** With a resolver that answers at once, but for names that begin with `silent`: those wait for `end`. */
function start() {
  const asked: string[] = [];
  const waiting = new Map<string, (result: 'answer' | 'fail') => void>();
  const lookup = (hostname: string): Promise<LookupAddress[]> => {
    asked.push(hostname);
    if (!hostname.startsWith('silent')) return Promise.resolve(answer);
    return new Promise((resolve, reject) => {
      waiting.set(hostname, (result) => (result === 'answer' ? resolve(answer) : reject(new Error('EAI_AGAIN'))));
    });
  };
  const clock = new TestClock();
  const lookups = new Lookups(lookup, clock);
  return {
    clock,
    asked,
    /** The addresses, or what went wrong. */
    find: (hostname: string) => lookups.addressesOf(hostname).catch((error: unknown) => error),
    end: async (hostname: string, result: 'answer' | 'fail') => {
      await until(() => waiting.has(hostname));
      waiting.get(hostname)?.(result);
      waiting.delete(hostname);
    },
  };
}

/** Lets everything happen that needs no time. */
function pause(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

test('name servers that do not answer hold up one lookup at a time, and none of a name that has answered', async () => {
  const { clock, asked, find, end } = start();
  await find('good');
  const silent = ['silent-a', 'silent-b', 'silent-c'].map(find);
  expect(await find('good')).toEqual(answer);
  await pause();
  expect(asked).toEqual(['good', 'silent-a', 'good']);

  clock.advance(10_001);
  const fresh = find('fresh');
  await end('silent-a', 'fail');
  expect(await fresh).toEqual(answer);
  // Those who waited for the others have given up long since.
  expect(asked.slice(3)).toEqual(['fresh']);
  for (const error of await Promise.all(silent)) expect(error).toBeInstanceOf(UnknownHostError);
});

test('names that are new are looked up one after the other', async () => {
  const { asked, find, end } = start();
  const both = ['silent-a', 'silent-b', 'c'].map(find);
  await end('silent-a', 'answer');
  await end('silent-b', 'answer');
  expect(await Promise.all(both)).toEqual([answer, answer, answer]);
  expect(asked).toEqual(['silent-a', 'silent-b', 'c']);
});

test.each<['answer' | 'fail', number, boolean]>([
  ['answer', 500, true],
  ['answer', 501, false],
  ['fail', 0, false],
])('after %s within %i ms, a name may be looked up beside another: %s', async (result, ms, isFree) => {
  const { clock, asked, find, end } = start();
  const first = find('silent');
  clock.advance(ms);
  await end('silent', result);
  await first;

  const other = find('silent-other');
  const again = find('silent');
  await pause();
  expect(asked.slice(1)).toEqual(isFree ? ['silent-other', 'silent'] : ['silent-other']);
  await end('silent-other', 'fail');
  await end('silent', 'answer');
  await other;
  expect(await again).toEqual(answer);
});
