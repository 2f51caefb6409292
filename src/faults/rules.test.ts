import { expect, test } from 'vitest';
import { FaultCreate, presetNames } from '../contract/index.ts';
import type { Call } from './match.ts';
import { rulesOf } from './presets.ts';
import { FaultRules } from './rules.ts';

const told = { at: '', method: 'GET', path: '', trackingId: '' };
const call = (path = '/v1/rooms', person?: string): Call => ({
  method: 'GET',
  path,
  route: path,
  person: person === undefined ? undefined : { uuid: person, email: `${person}@acme.example` },
});

function rulesFrom(...declared: object[]): FaultRules {
  const rules = new FaultRules({ now: () => 0 });
  for (const each of declared) rules.add(FaultCreate.parse(each));
  return rules;
}
const ask = (rules: FaultRules, ...calls: Call[]) =>
  calls.map((each) => {
    const { before, after } = rules.ask(each, told) ?? { before: undefined, after: undefined };
    const ending = before?.ending ?? after?.ending;
    return typeof ending === 'object' ? ending.status : ending;
  });

test('the first rule that ends a request has the word; those behind it do not count it', () => {
  const rules = rulesFrom({ status: 429, nth: 1 }, { status: 503, nth: 1 }, { reset: true, nth: 1 });
  expect(ask(rules, call(), call(), call(), call())).toEqual([429, 503, 'reset', undefined]);
  expect(rules.list().map(({ seen }) => [seen.matched, seen.hits])).toEqual([
    [4, 1],
    [3, 1],
    [2, 1],
  ]);
});

test('delays add up, headers come together, and the earlier rule wins', () => {
  const rules = rulesFrom(
    { delayMs: 5, headers: { a: '1', b: '1' }, truncateAfter: 3 },
    { delayMs: 7, headers: { b: '2', c: '2' }, truncateAfter: 9 },
    { delayMs: 11, when: 'after', status: 500 },
    { delayMs: 13 },
  );
  expect(rules.ask(call(), told)).toMatchObject({
    before: { waits: [{ ms: 5 }, { ms: 7 }], ending: undefined },
    after: { waits: [{ ms: 11 }], ending: { status: 500 } },
    headers: { a: '1', b: '1', c: '2' },
    truncateAfter: 3,
  });
});

test('times is an end', () => {
  const rules = rulesFrom({ status: 500, every: 2, times: 2 });
  const calls = Array.from({ length: 8 }, () => call());
  expect(ask(rules, ...calls)).toEqual([undefined, 500, undefined, 500, undefined, undefined, undefined, undefined]);
});

test('requests are counted for each path, or each person, by itself', () => {
  const byPath = rulesFrom({ status: 404, per: 'path', to: 1 });
  expect(ask(byPath, call('/v1/a'), call('/v1/b'), call('/v1/a'), call('/v1/b'))).toEqual([
    404,
    404,
    undefined,
    undefined,
  ]);
  const byPerson = rulesFrom({ status: 404, per: 'person', nth: 2 });
  const calls = [call('/v1/a', 'x'), call('/v1/b', 'y'), call('/v1/c', 'x'), call('/v1/d', 'y'), call('/v1/e', 'x')];
  expect(ask(byPerson, ...calls)).toEqual([undefined, undefined, 404, 404, undefined]);
});

test('counting has an end: what was counted longest ago is forgotten', () => {
  const rules = rulesFrom({ status: 404, per: 'path', to: 1 });
  const paths = Array.from({ length: 10_001 }, (_, at) => call(`/v1/${at}`));
  ask(rules, ...paths);
  expect(ask(rules, call('/v1/0'), call('/v1/10000'))).toEqual([404, undefined]);
});

test('a delay of a range is drawn from it, the same each time', () => {
  const delays = () => {
    const rules = rulesFrom({ delayMs: { min: 10, max: 12 } });
    return Array.from({ length: 50 }, () => rules.ask(call(), told)?.before.waits[0]?.ms);
  };
  expect(new Set(delays())).toEqual(new Set([10, 11, 12]));
  expect(delays()).toEqual(delays());
});

test('a rule that is changed, deleted or cleared ends what waits for it', () => {
  const rules = rulesFrom({ delayMs: 5 }, { delayMs: 5 }, { delayMs: 5 });
  const [first, second, third] = rules.ask(call(), told)?.before.waits.map(({ ended }) => ended) ?? [];
  const [one, two] = rules.list().map(({ origin }) => origin.id);
  rules.change(one ?? '', FaultCreate.parse({ status: 500 }));
  expect([first?.aborted, second?.aborted, third?.aborted]).toEqual([true, false, false]);
  rules.remove(two ?? '');
  expect(second?.aborted).toBe(true);
  rules.clear();
  expect([third?.aborted, rules.isEmpty]).toEqual([true, true]);
});

test('a changed rule keeps its place and begins to count anew', () => {
  const rules = rulesFrom({ status: 500, nth: 1 }, { status: 502 });
  ask(rules, call());
  const [first] = rules.list();
  rules.change(first?.origin.id ?? '', FaultCreate.parse({ status: 501, nth: 1 }));
  expect(ask(rules, call(), call())).toEqual([501, 502]);
  expect(rules.list()[0]?.origin).toEqual(first?.origin);
});

test.each(presetNames)('the preset %s can be narrowed', (preset) => {
  const made = rulesOf({ preset, path: '/v1/people/*', personEmail: 'x@acme.example', times: 3, methods: ['GET'] });
  expect(made.length).toBeGreaterThan(0);
  for (const rule of made)
    expect(rule).toMatchObject({ path: '/v1/people/*', personEmail: 'x@acme.example', times: 3, methods: ['GET'] });
});
