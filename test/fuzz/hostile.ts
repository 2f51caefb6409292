import fc from 'fast-check';
import { people } from '../support/server.ts';
import { allKinds, placeholder } from './pools.ts';
import { caller, type Draft, type Pair } from './valid.ts';

/** Changes that make a valid request one that may be refused: each breaks something that a program could trip over. */

/** Written as it is instead of as JSON. */
export class RawBody {
  readonly type: string;
  readonly raw: string | Buffer;

  constructor(type: string, raw: string | Buffer) {
    this.type = type;
    this.raw = raw;
  }
}

const ids = fc.tuple(fc.constantFrom(...allKinds), fc.nat(99)).map(([kind, n]) => placeholder(kind, n));
const twisted = ids.chain((id) =>
  fc.constantFrom(`${id}=`, `${id}==`, `${id}x`, ` ${id}`, `${id}\u0000`, `${id}/..`, `${id},${id}`, `${id}%00`),
);
const words =
  'me all none null undefined true false 0 -1 1 1.5 1e3 1e999 NaN Infinity 0x10 messages created type=group a=b&c=d * % . .. ../../etc/passwd __proto__ constructor toString hasOwnProperty 2016-07-19T12:00:00Z 9999-12-31T23:59:59.999999999Z 2016-02-30T00:00:00Z -000001-01-01T00:00:00Z WyJyb29tcyBieSBpZCIsIngiXQ W251bGxd <@all> <@personId: <@personEmail:x|y> http://127.0.0.1:9/ http://[::1]:9/ file:///etc/passwd javascript:1 00000000-0000-0000-0000-000000000000'.split(
    ' ',
  );
const long = fc.constantFrom(128, 129, 256, 320, 1_024, 1_025, 2_048, 2_049, 4_096, 4_097, 7_439, 7_440, 10_001);
const anyText = fc.oneof(
  { arbitrary: fc.constantFrom(...words), weight: 4 },
  { arbitrary: ids, weight: 3 },
  { arbitrary: twisted, weight: 1 },
  { arbitrary: fc.constantFrom(...Object.values(people).map(({ email }) => email)), weight: 1 },
  { arbitrary: fc.string({ unit: 'binary', maxLength: 20 }), weight: 2 },
  {
    arbitrary: fc
      .tuple(fc.constantFrom('x', 'é', '🦄', '<', '`', '[', '*', '\n', '> '), long)
      .map(([unit, n]) => unit.repeat(n / unit.length)),
    weight: 1,
  },
  {
    arbitrary: fc.constantFrom(
      '',
      ' ',
      '\u0000',
      'a\u0000b',
      '\ud800',
      'x\udfff',
      '\u202e',
      '\ufeff',
      '\r\nX: y',
      "'; drop table rooms; --",
    ),
    weight: 2,
  },
);
const numbers = fc.oneof(
  fc.constantFrom(0, -0, -1, 0.5, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e21, 1e308, 5e-324, Number.MAX_SAFE_INTEGER),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
/** Objects, or arrays, in one another. */
const deep = fc.tuple(fc.constantFrom('[', '{"x":'), fc.constantFrom(20, 200, 2_000)).map(([open, levels]) => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level++) value = open === '[' ? [value] : { x: value };
  return value;
});
const oddKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'length',
  'then',
  'toJSON',
  '',
  'id',
  'personId',
  'created',
  '$ref',
];
const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: anyText, weight: 6 },
  { arbitrary: numbers, weight: 2 },
  { arbitrary: fc.constantFrom(null, true, false, [], {}, [null], [[]], [''], [{}]), weight: 2 },
  { arbitrary: fc.array(anyText, { maxLength: 3 }), weight: 1 },
  { arbitrary: fc.jsonValue({ maxDepth: 3 }), weight: 1 },
  { arbitrary: deep, weight: 1 },
  // Own fields of these names, as JSON can have them.
  { arbitrary: fc.tuple(fc.constantFrom(...oddKeys), anyText).map((entry) => Object.fromEntries([entry])), weight: 1 },
);

type Change = (draft: Draft) => Draft;
type Changes = fc.Arbitrary<Change>;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof RawBody);

/** The nth of a list of any length. */
function nth<T>(list: readonly T[], n: number): T | undefined {
  return list[n % Math.max(list.length, 1)];
}

function onBody(change: (body: Record<string, unknown>, draft: Draft) => unknown): Change {
  return (draft) => (isObject(draft.body) ? { ...draft, body: change(draft.body, draft) } : draft);
}

/** A field of the body or, more rarely, one inside it gets another value. */
const setField: Changes = fc.tuple(fc.nat(50), anyValue, fc.boolean()).map(([n, value, inside]) =>
  onBody((body, { operation }) => {
    const described = Object.keys((operation.body?.['properties'] as object | undefined) ?? {});
    const key = nth(inside ? Object.keys(body) : described, n);
    return key === undefined ? body : { ...body, [key]: inside ? setInside(body[key], n, value) : value };
  }),
);

function setInside(value: unknown, n: number, other: unknown): unknown {
  if (Array.isArray(value) && value.length > 0)
    return value.map((item: unknown, at) => (at === n % value.length ? setInside(item, n, other) : item));
  if (isObject(value) && Object.keys(value).length > 0) {
    const key = nth(Object.keys(value), n) ?? '';
    return { ...value, [key]: n % 3 === 0 ? other : setInside(value[key], n, other) };
  }
  return other;
}

const leaveOut: Changes = fc.nat(50).map((n) =>
  onBody((body) => {
    const gone = nth(Object.keys(body), n);
    return Object.fromEntries(Object.entries(body).filter(([key]) => key !== gone));
  }),
);

const addField: Changes = fc
  .tuple(fc.oneof(fc.constantFrom(...oddKeys), anyText), anyValue)
  .map((entry) => onBody((body) => Object.fromEntries([...Object.entries(body), entry])));

const otherBody: Changes = fc
  .oneof(anyValue, fc.array(anyValue, { maxLength: 2 }), fc.jsonValue())
  .map((body) => (draft) => (draft.body === undefined ? draft : { ...draft, body }));

/** No JSON at all, or JSON that no program would write. */
const unreadable: Changes = fc
  .oneof(
    fc.constantFrom(
      '',
      ' ',
      '{',
      '{"a":',
      '[1,]',
      '\u0000',
      '{"a":1}}',
      '{"a":1,"a":2}',
      '"\\ud800"',
      '{"title":"\\ud800"}',
      '-',
      '1e400',
      'null',
      '\ufeff{}',
      '['.repeat(100_000),
      `{"text":"${'x'.repeat(1_100_000)}"}`,
    ),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  )
  .map((raw) => (draft) => ({ ...draft, body: new RawBody('application/json', raw) }));

const types = [
  'text/plain',
  'application/json; charset=utf-16',
  'application/vnd.api+json',
  'APPLICATION/JSON',
  'json',
  'a/b/c',
  '',
  'multipart/form-data',
  'multipart/form-data; boundary=',
  'application/x-www-form-urlencoded',
];
const wrongType: Changes = fc
  .constantFrom(...types)
  .map(
    (type) => (draft) =>
      draft.body === undefined ? draft : { ...draft, body: new RawBody(type, JSON.stringify(draft.body)) },
  );

const asForm: Changes = fc.array(fc.tuple(anyText, anyText), { maxLength: 2 }).map((more) => (draft) => {
  if (!isObject(draft.body)) return draft;
  const pairs: [string, string][] = [
    ...Object.entries(draft.body).map(([key, value]): [string, string] => [key, textOf(value)]),
    ...more,
  ];
  const raw = pairs.map((pair) => pair.map((part) => encoded(part)).join('=')).join('&');
  return { ...draft, body: new RawBody('application/x-www-form-urlencoded', raw) };
});

/** A form of parts, sound or broken off, with files or without. */
const asParts: Changes = fc
  .record({
    files: fc.array(fc.tuple(fc.oneof(fc.constantFrom('a.txt', 'é.pdf', '../x', 'a"b', ''), anyText), fc.nat(5_000)), {
      maxLength: 2,
    }),
    cut: fc.oneof({ arbitrary: fc.constant(0), weight: 3 }, { arbitrary: fc.nat(60), weight: 1 }),
    name: fc.constantFrom('files', 'files', 'files', 'file', '__proto__'),
  })
  .map(({ files, cut, name }) => (draft) => {
    if (!isObject(draft.body)) return draft;
    const line = (text: string) => text.replaceAll(/[\r\n"]/g, '_');
    const fields = Object.entries(draft.body)
      .filter(([key]) => key !== 'attachments')
      .map(([key, value]) => `--x\r\nContent-Disposition: form-data; name="${line(key)}"\r\n\r\n${textOf(value)}\r\n`);
    const parts = files.map(
      ([file, size]) =>
        `--x\r\nContent-Disposition: form-data; name="${name}"; filename="${line(file)}"\r\nContent-Type: text/plain\r\n\r\n${'a'.repeat(size)}\r\n`,
    );
    const raw = `${[...fields, ...parts].join('')}--x--\r\n`;
    return { ...draft, body: new RawBody('multipart/form-data; boundary=x', raw.slice(0, raw.length - cut)) };
  });

const otherId: Changes = anyText.map((id) => (draft) => (draft.id === '' ? draft : { ...draft, id }));

/** The last of a name is what `wait` of the events needs to stay: see `lasting`. */
const morePairs: Changes = fc
  .array(fc.tuple(fc.oneof(fc.nat(20), anyText), anyText), { minLength: 1, maxLength: 3 })
  .map((pairs) => (draft) => {
    const names = draft.operation.query.map(({ name }) => name);
    const named = pairs.map(([name, value]): Pair => [
      typeof name === 'number' ? (nth(names, name) ?? 'unknown') : name,
      value,
    ]);
    return { ...draft, query: [...draft.query, ...named] };
  });

const otherValue: Changes = fc.tuple(fc.nat(20), anyText).map(([n, value]) => (draft) => ({
  ...draft,
  query: draft.query.map((pair, at): Pair =>
    at === n % draft.query.length && pair[0] !== 'wait' ? [pair[0], value] : pair,
  ),
}));

const fewerPairs: Changes = fc.nat(20).map((n) => (draft) => ({
  ...draft,
  query: draft.query.filter(([name], at) => name === 'wait' || at !== n % draft.query.length),
}));

/** Pages go on where others began. */
const otherCursor: Changes = fc.nat(99).map((n) => (draft) => ({
  ...draft,
  query: [...draft.query, ['cursor', placeholder('cursor', n)]],
}));

const oddTail: Changes = fc
  .constantFrom(
    '',
    '%',
    '%zz',
    '=',
    '&&',
    ';',
    'max',
    'max[]=1',
    'max=1&max=2',
    'a[b]=c',
    '__proto__[x]=1',
    '%00=%00',
    '?',
  )
  .map((tail) => (draft) => ({ ...draft, tail: `&${tail}` }));

const otherCaller: Changes = caller.map((name) => (draft) => ({ ...draft, caller: name }));
const tokens = [
  '',
  'Bearer',
  'Bearer ',
  'Bearer x',
  'bearer token-of-alice',
  'Bearer  token-of-alice',
  'Bearer token-of-alice x',
  'Basic YTpi',
  'Basic',
  'Basic %',
  'Bearer é',
  `Bearer ${'x'.repeat(5_000)}`,
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Bearer «foreign:1»',
  'Bearer «expired:0»',
];
const oddToken: Changes = fc
  .constantFrom(...tokens)
  .map((authorization) => (draft) => ({ ...draft, headers: { ...draft.headers, authorization } }));

const headers: readonly (readonly [string, string])[] = [
  ...[
    'bytes=0-',
    'bytes=-1',
    'bytes=5-2',
    'bytes=0-0,2-3',
    'bytes=99999999999999999999-',
    'items=0-1',
    'bytes',
    'bytes=-',
    `bytes=${'0-1,'.repeat(500)}`,
  ].map((range) => ['range', range] as const),
  ['if-none-match', '*'],
  ['if-range', 'x'],
  ['accept', 'text/html'],
  ['accept-encoding', 'br;q=x'],
  ['trackingid', 'x'.repeat(200)],
  ['trackingid', 'a b'],
  ['last-event-id', '-1'],
  ['last-event-id', 'x'],
  ['origin', 'null'],
  ['x-forwarded-for', "' or 1"],
  ['x-forwarded-host', 'a b'],
  ['content-encoding', 'gzip'],
  ['traceparent', '00-00000000000000000000000000000000-0000000000000000-01'],
  ['traceparent', 'x'],
  ['cookie', 'a=b; __proto__=1; ='],
  ['x-http-method-override', 'DELETE'],
];
const oddHeader: Changes = fc.constantFrom(...headers).map(([name, value]) => (draft) => ({
  ...draft,
  headers: { ...draft.headers, [name]: value },
}));

const otherMethod: Changes = fc
  .constantFrom('HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT')
  .map((method) => (draft) => ({ ...draft, method }));

const change: Changes = fc.oneof(
  { arbitrary: setField, weight: 8 },
  { arbitrary: leaveOut, weight: 2 },
  { arbitrary: addField, weight: 2 },
  { arbitrary: otherBody, weight: 1 },
  { arbitrary: unreadable, weight: 1 },
  { arbitrary: wrongType, weight: 1 },
  { arbitrary: asForm, weight: 2 },
  { arbitrary: asParts, weight: 2 },
  { arbitrary: otherId, weight: 4 },
  { arbitrary: morePairs, weight: 4 },
  { arbitrary: otherValue, weight: 3 },
  { arbitrary: fewerPairs, weight: 1 },
  { arbitrary: otherCursor, weight: 1 },
  { arbitrary: oddTail, weight: 1 },
  { arbitrary: otherCaller, weight: 2 },
  { arbitrary: oddToken, weight: 1 },
  { arbitrary: oddHeader, weight: 2 },
  { arbitrary: otherMethod, weight: 1 },
);

/** The same request with one, two or three things wrong. */
export function hostile(valid: fc.Arbitrary<Draft>): fc.Arbitrary<Draft> {
  return fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([draft, changes]) => changes.reduce((changed, make) => make(changed), draft));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Placeholders stay what they are until they are filled in: what they stand for needs no encoding. */
export function encoded(text: string): string {
  return text
    .split(/(«[\w.]+:\d+»)/)
    .map((part, at) => (at % 2 === 1 ? part : encodeURIComponent(part.toWellFormed())))
    .join('');
}
