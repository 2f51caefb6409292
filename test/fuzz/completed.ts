import fc from 'fast-check';
import { attachmentsOf } from '../support/cards.ts';
import { people, personId } from '../support/server.ts';

/**
 * What has to fit together in a request, which no schema says: the fields to add, given the number of the object that
 * the request is about, and which of the fields drawn by schema may stay (all, unless named).
 */
interface Completion {
  keep?: readonly string[];
  with: (n: number) => fc.Arbitrary<Record<string, unknown>>;
}

const field = (kind: string, name: string, n: number) => `«${kind}.${name}:${n}»`;
const word = fc.constantFrom('x', 'Good news: *it works*', 'é ✓ 🦄');
const content = fc.oneof(
  fc.record({ text: word }),
  fc.record({ markdown: word, text: word }, { requiredKeys: ['markdown'] }),
  fc.record({ html: word }),
  fc.constant({ attachments: attachmentsOf() }),
);
const member = fc.constantFrom(
  ...[people.bob, people.carol, people.dave, people.robot].map(({ email }) => ({ personEmail: email })),
);
const client = (n: number) => ({
  client_id: field('client', 'clientId', n),
  client_secret: field('client', 'clientSecret', n),
});
const merged = (...parts: fc.Arbitrary<object>[]) =>
  fc.tuple(...parts).map((fields): Record<string, unknown> => Object.assign({}, ...fields) as Record<string, unknown>);
const always = (fields: Record<string, unknown>) => fc.constant(fields);

export const completions: Readonly<Record<string, Completion>> = {
  'POST /v1/messages': {
    keep: [],
    with: (n) =>
      merged(
        fc.constantFrom(
          { roomId: `«room:${n}»` },
          { roomId: `«room:${n}»` },
          { roomId: field('message', 'roomId', n), parentId: `«message:${n}»` },
          { toPersonEmail: people.bob.email },
          { toPersonId: personId('bob') },
        ),
        content,
      ),
  },
  'PUT /v1/messages/{id}': {
    keep: [],
    with: (n) => merged(always({ roomId: field('message', 'roomId', n) }), fc.record({ markdown: word })),
  },
  'POST /v1/memberships': {
    keep: ['isModerator'],
    with: (n) => merged(always({ roomId: `«room:${n}»` }), member),
  },
  'PUT /v1/memberships/{id}': { keep: [], with: () => fc.record({ isModerator: fc.boolean() }) },
  'POST /v1/team/memberships': {
    keep: ['isModerator'],
    with: (n) => merged(always({ teamId: `«team:${n}»` }), member),
  },
  'POST /v1/rooms': {
    keep: ['title', 'description', 'isPublic'],
    with: (n) =>
      fc.constantFrom(
        { description: 'x' },
        { description: 'x', teamId: `«team:${n}»` },
        { description: 'x', isLocked: true },
      ),
  },
  'PUT /v1/rooms/{id}': { keep: ['title', 'description'], with: () => always({ title: 'y' }) },
  'PUT /v1/room/tabs/{id}': { with: (n) => always({ roomId: field('tab', 'roomId', n) }) },
  'POST /v1/attachment/actions': { with: (n) => always({ messageId: `«card:${n}»` }) },
  'POST /v1/people': { with: () => always({ displayName: 'New' }) },
  'PUT /v1/people/{id}': { keep: ['displayName', 'firstName', 'timezone', 'phoneNumbers'], with: () => always({}) },
  'POST /v1/access_token': {
    keep: [],
    with: () => always({ grant_type: 'refresh_token', refresh_token: '«refreshToken:0»', ...client(0) }),
  },
  'POST /v1/device/authorize': {
    keep: [],
    with: (n) => merged(always(client(n)), fc.constantFrom({}, { scope: 'spark:rooms_read' })),
  },
  'POST /v1/device/token': {
    keep: [],
    with: (n) =>
      always({
        grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
        device_code: field('deviceCode', 'code', n),
        ...client(0),
      }),
  },
  'POST /v1/webhooks/incoming/{token}': { keep: [], with: () => content.filter((body) => !('html' in body)) },
  'POST /hearth/v1/integrations': {
    with: () => always({ scopes: ['spark:rooms_read'], redirectUris: ['https://app.example/'] }),
  },
  'POST /hearth/v1/incoming-webhooks': { with: (n) => always({ roomId: `«room:${n}»` }) },
  'POST /hearth/v1/replays': {
    keep: [],
    with: (n) =>
      merged(
        always({ webhookId: `«webhook:${n}»` }),
        fc.constantFrom({}, { kind: 'events', fromSequence: 1 }, { kind: 'missed', fromSequence: 1 }),
      ),
  },
  'POST /hearth/v1/replays/preview': {
    keep: ['kind', 'filter', 'since'],
    with: (n) => always({ webhookId: `«webhook:${n}»` }),
  },
  'POST /hearth/v1/faults': {
    keep: ['name', 'path', 'status', 'message', 'delayMs', 'probability', 'seed'],
    with: () => always({ status: 503 }),
  },
  'PUT /hearth/v1/faults/{id}': { keep: ['name', 'path', 'message', 'seed'], with: () => always({ status: 503 }) },
  'POST /hearth/v1/faults/presets': { keep: ['preset', 'path', 'seed'], with: () => always({}) },
};

/** Queries in which one parameter needs, or rules out, another: which to keep, and which to add. */
export const queries: Readonly<
  Record<string, { keep: readonly string[]; with: (n: number) => fc.Arbitrary<Record<string, string>> }>
> = {
  'GET /v1/people': {
    keep: ['max', 'excludeStatus', 'callingData'],
    with: () => fc.constantFrom({ email: people.bob.email }, { displayName: 'B' }, { id: '«person:0»,«person:1»' }, {}),
  },
  'GET /v1/rooms': {
    keep: ['max', 'type', 'sortBy'],
    with: (n) => fc.constantFrom({}, { teamId: `«team:${n}»` }, { orgPublicSpaces: 'true' }),
  },
  'GET /v1/memberships': {
    keep: ['max'],
    with: (n) =>
      fc.constantFrom({}, { roomId: `«room:${n}»` }, { roomId: `«room:${n}»`, personEmail: people.bob.email }),
  },
  'GET /v1/messages': {
    keep: ['max', 'before'],
    with: (n) =>
      fc.constantFrom(
        { roomId: `«room:${n}»` },
        { roomId: field('message', 'roomId', n), parentId: `«message:${n}»` },
        { roomId: field('message', 'roomId', n), beforeMessage: `«message:${n}»` },
      ),
  },
  'GET /v1/messages/direct': {
    keep: [],
    with: () => fc.constantFrom({ personEmail: people.bob.email }, { personId: personId('bob') }),
  },
  'GET /v1/licenses': { keep: [], with: () => fc.constant({}) },
  'GET /hearth/v1/explain': {
    keep: [],
    with: (n) => fc.constantFrom({ webhookId: `«webhook:${n}»`, messageId: `«message:${n}»` }),
  },
  'GET /hearth/v1/deliveries': {
    keep: ['max', 'state'],
    with: (n) => fc.constantFrom({}, { webhookId: `«webhook:${n}»` }),
  },
  'GET /hearth/v1/stream': { keep: ['deliveries', 'resource', 'event'], with: () => fc.constant({}) },
  'GET /hearth/v1/events': { keep: ['max', 'deliveries', 'since'], with: () => fc.constant({ wait: '0' }) },
};
