import fc from 'fast-check';
import { attachmentsOf } from '../support/cards.ts';
import { people, personId } from '../support/server.ts';
import { completions, queries } from './completed.ts';
import { kindOf, placeholder } from './pools.ts';
import type { JsonSchema, Operation } from './operations.ts';

/** Requests that a description allows, about things that are there. */

export type Pair = readonly [name: string, value: string];

/** A request before it is written down. `«kind:n»` in any of its texts is filled in when it is sent. */
export interface Draft {
  operation: Operation;
  caller: string;
  method: string;
  /** What stands for the placeholder of the path. */
  id: string;
  query: readonly Pair[];
  /** Written behind the query as it is. */
  tail: string;
  headers: Readonly<Record<string, string>>;
  /** Undefined: none. */
  body: unknown;
}

/** Who asks: mostly Alice, an administrator, who is in most of what there is. */
const callers: readonly [string, number][] = [
  ['alice', 20],
  ['bob', 1],
  ['carol', 1],
  ['eve', 1],
  ['robot', 1],
  ['guest', 1],
  ['narrow', 1],
  ['wide', 1],
];
export const caller = fc.oneof(...callers.map(([name, weight]) => ({ arbitrary: fc.constant(name), weight })));

/** Who can be answered, where it is not Alice. */
const askedBy: Readonly<Record<string, string>> = {
  'GET /v1/events': 'carol',
  'GET /v1/events/{id}': 'carol',
  'GET /v1/userinfo': 'wide',
};

const at = fc.nat(99);
const one = (kind: string) => at.map((n) => placeholder(kind, n));
const text = fc.oneof(
  fc.constantFrom('x', 'Release 1.0', 'é ✓ 🦄', '**bold** `code`', '- a\n- b', '<b>x</b> & "y"', '<@all>'),
  fc.string({ minLength: 1, maxLength: 40 }).map((inner) => `a${inner}`),
);
const time = fc
  .date({ min: new Date('2016-07-01'), max: new Date('2016-08-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const emails = Object.values(people).map(({ email }) => email);
const email = fc.constantFrom(...emails);
const newEmail = fc.nat(1_000_000).map((n) => `p${n}@acme.example`);
/** Nobody listens there. */
const url = fc.constantFrom('http://127.0.0.1:9/', 'http://localhost:9/hook?x=y');
const card = fc.constant(attachmentsOf());
const scopes = fc.subarray(['spark:all', 'spark:rooms_read', 'spark:messages_write', 'openid'], { minLength: 1 });

const flags = fc.constantFrom('true', 'false');

/** What a name stands for, wherever a schema says no more than `string`. */
const named: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  roomId: one('room'),
  teamId: one('team'),
  personId: one('person'),
  managerId: one('person'),
  toPersonId: fc.constantFrom(personId('bob'), personId('robot')),
  personEmail: email,
  toPersonEmail: fc.constantFrom(people.bob.email, people.robot.email),
  email,
  emails: newEmail.map((address) => [address]),
  messageId: one('message'),
  beforeMessage: one('message'),
  parentId: one('message'),
  webhookId: one('webhook'),
  actorId: one('person'),
  orgId: one('organization'),
  roles: fc.array(one('role'), { maxLength: 1 }),
  licenses: fc.array(one('license'), { maxLength: 1 }),
  mentionedPeople: fc.constantFrom('me', personId('bob')),
  cursor: one('cursor'),
  contentUrl: fc.constant('https://wiki.example/page'),
  targetUrl: url,
  files: fc.array(url, { maxLength: 1 }),
  attachments: card,
  filter: fc.constantFrom('', '', 'roomType=group'),
  scopes,
  scope: fc.constant('spark:rooms_read'),
  redirectUris: fc.constant(['https://app.example/back', 'http://127.0.0.1/back']),
  path: fc.constantFrom('/v1/rooms', '/v1/nowhere/*'),
  wait: fc.constant('0'),
  resource: fc.constantFrom('messages', 'memberships', 'rooms', 'all'),
  event: fc.constantFrom('created', 'all'),
  state: fc.constantFrom('waiting', 'delivered', 'failed'),
  deliveries: flags,
  after: fc.constant(''),
  ...Object.fromEntries(['callingData', 'excludeStatus', 'minResponse'].map((flag) => [flag, flags])),
  ttl: fc.integer({ min: 1, max: 600 }),
  avatar: fc.constant('https://images.example/a.png'),
  inputs: fc.dictionary(fc.constantFrom('name', 'more'), fc.jsonValue({ maxDepth: 2 })).map((more) => ({
    ...more,
    name: 'x',
  })),
};

/** Values that a schema allows. */
function bySchema(schema: JsonSchema, name = ''): fc.Arbitrary<unknown> {
  const { type, properties, required, items, anyOf, minimum, maximum } = schema as {
    type?: string;
    properties?: Record<string, JsonSchema>;
    required?: string[];
    items?: JsonSchema;
    anyOf?: JsonSchema[];
    minimum?: number;
    maximum?: number;
  };
  const choices = schema['enum'] as unknown[] | undefined;
  if (choices) return fc.constantFrom(...choices);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Object.hasOwn(named, name)) return named[name] ?? fc.constant(undefined);
  if (anyOf) return fc.oneof(...anyOf.map((inner) => bySchema(inner)));
  if (schema['format'] === 'date-time' || /^(before|since|until|from|to)$/.test(name))
    return type === 'integer' ? bySchemaNumber(minimum, maximum) : time;
  if (type === 'object') {
    const fields = Object.entries(properties ?? {}).map(([key, inner]) => [key, bySchema(inner, key)] as const);
    return fc.record(Object.fromEntries(fields), { requiredKeys: required ?? [] });
  }
  if (type === 'array')
    return fc.array(bySchema(items ?? {}), {
      maxLength: 3,
      minLength: (schema['minItems'] as number | undefined) ?? 0,
    });
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer' || type === 'number') return bySchemaNumber(minimum, maximum);
  return text;
}

function bySchemaNumber(minimum = 1, maximum = 1_000): fc.Arbitrary<number> {
  return fc.integer({ min: minimum, max: Math.min(maximum, minimum + 500) });
}

/** A draft that should be carried out. */
export function validDraft(operation: Operation): fc.Arbitrary<Draft> {
  const { name, path, method, query, body } = operation;
  const asked = askedBy[name];
  return fc
    .record({
      n: at,
      caller: asked === undefined ? caller : fc.constant(asked),
      query: queryOf(name, query),
      body: body ? bodyOf(name, body) : fc.constant(() => fc.constant(undefined)),
    })
    .chain(({ n, query: queryFor, body: bodyFor, ...rest }) =>
      fc.record({
        operation: fc.constant(operation),
        caller: fc.constant(rest.caller),
        method: fc.constant(method),
        id: fc.constant(path.includes('{') ? idOf(name, path, n) : ''),
        query: queryFor(n),
        tail: fc.constant(''),
        headers: fc.constant(name === 'POST /v1/jwt/login' ? { authorization: 'Bearer «jwt:0»' } : {}),
        body: bodyFor(n),
      }),
    );
}

function idOf(name: string, path: string, n: number): string {
  // The callers stay, and keep their rights.
  if (name === 'PUT /v1/people/{id}' || name === 'DELETE /v1/people/{id}') return placeholder('newcomer', n);
  return placeholder(kindOf(path) ?? 'none', n);
}

function bodyOf(name: string, schema: JsonSchema): fc.Arbitrary<(n: number) => fc.Arbitrary<unknown>> {
  const completion = completions[name];
  return bySchema(schema).map((drawn) => (n) => {
    if (!completion) return fc.constant(drawn);
    const fields = Object.entries(drawn as object).filter(([key]) => completion.keep?.includes(key) ?? true);
    return completion.with(n).map((more) => ({ ...Object.fromEntries(fields), ...more }));
  });
}

function queryOf(name: string, parameters: Operation['query']): fc.Arbitrary<(n: number) => fc.Arbitrary<Pair[]>> {
  const completion = queries[name];
  const kept = parameters.filter((parameter) => completion?.keep.includes(parameter.name) ?? true);
  const drawn = fc.record(
    Object.fromEntries(kept.map((parameter) => [parameter.name, bySchema(parameter.schema, parameter.name)])),
    { requiredKeys: kept.filter(({ required }) => required).map((parameter) => parameter.name) },
  );
  return drawn.map((values) => (n) => {
    // A cursor goes with the list that gave it, and with the query that it was given for.
    const pairs = Object.entries(values as Record<string, unknown>)
      .filter(([key, value]) => key !== 'cursor' && value !== undefined)
      .flatMap(([key, value]): Pair[] => [value].flat().map((item) => [key, String(item)]));
    return (completion?.with(n) ?? fc.constant<Record<string, string>>({})).map((more) => [
      ...pairs,
      ...Object.entries(more),
    ]);
  });
}
