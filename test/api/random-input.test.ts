import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AttachmentAction,
  type Delivery,
  ErrorBody,
  type IncomingWebhook,
  type Membership,
  type Message,
  type Replay,
  type Room,
  type RoomTab,
  type Team,
  type Webhook,
} from '../../src/contract/index.ts';
import { send as sendForm, text } from '../files/support.ts';
import { attachmentsOf } from '../support/cards.ts';
import { register } from '../oauth/support.ts';
import { walk } from '../support/pages.ts';
import { raw, type RawRequest } from '../support/raw.ts';
import { people, personId, personUuid, startServer, type TestServer } from '../support/server.ts';

/** Whatever is sent, the server answers for it: never with a 5xx, and what it took in can be read again. */

const runs = { numRuns: 300, seed: 20160719 };

interface Operation {
  method: string;
  path: string;
  query: string[];
  fields: string[];
}

/** What the server says that it takes. */
async function operations(server: TestServer): Promise<Operation[]> {
  interface Described {
    parameters?: { in: string; name: string }[];
    requestBody?: { content: { 'application/json': { schema: { properties: object } } } };
  }
  const { paths } = await server
    .as('alice')
    .ok<{ paths: Record<string, Record<string, Described>> }>('GET', '/openapi.json');
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
      fields: Object.keys(requestBody?.content['application/json'].schema.properties ?? {}),
    })),
  );
}

interface Scene {
  /** A body that would pass, for each write. */
  valid: Record<string, object>;
  /** An id that is there, for each path that takes one. */
  ids: Record<string, string>;
  /** Texts that get past the first checks: ids, words of the API, what breaks careless programs. */
  texts: string[];
}

async function setScene(server: TestServer): Promise<Scene> {
  const alice = server.as('alice');
  const room = await server.room('Demo', 'alice', 'bob', 'robot');
  const message = await alice.say(room, 'hi');
  const { body: file } = await sendForm(server, 'alice', { roomId: room.id, text: 'x', files: text('content') });
  const { roomId: direct } = await alice.ok<Message>('POST', '/v1/messages', {
    toPersonEmail: people.bob.email,
    text: 'hi',
  });
  const card = await alice.ok<Message>('POST', '/v1/messages', { roomId: room.id, attachments: attachmentsOf() });
  const submission = { type: 'submit', messageId: card.id, inputs: { name: 'x' } };
  const action = await alice.ok<AttachmentAction>('POST', '/v1/attachment/actions', submission);
  const { items: memberships } = await alice.ok<{ items: Membership[] }>('GET', '/v1/memberships');
  const team = await alice.ok<Team>('POST', '/v1/teams', { name: 'Team' });
  const teamMembers = await alice.ok<{ items: Membership[] }>('GET', `/v1/team/memberships?teamId=${team.id}`);
  const tab = { roomId: room.id, contentUrl: 'https://wiki.example/', displayName: 'Wiki' };
  const { id: tabId } = await alice.ok<RoomTab>('POST', '/v1/room/tabs', tab);
  const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'all', event: 'all' };
  const { id } = await alice.ok<Webhook>('POST', '/v1/webhooks', webhook);
  const replay = await alice.ok<Replay>('POST', '/hearth/v1/replays', { webhookId: id });
  await alice.say(room, 'heard');
  await server.settled();
  const integration = await register(server);
  const issuer = await alice.ok<{ id: string }>('POST', '/hearth/v1/guest-issuers', { name: 'x' });
  const { items: deliveries } = await alice.ok<{ items: Delivery[] }>('GET', '/hearth/v1/deliveries');
  const incoming = await alice.ok<IncomingWebhook>('POST', '/hearth/v1/incoming-webhooks', {
    name: 'x',
    roomId: room.id,
  });
  const ids = {
    '/hearth/v1/incoming-webhooks/{id}': incoming.id,
    '/v1/webhooks/incoming/{token}': incoming.token,
    '/hearth/v1/webhooks/{id}': id,
    '/hearth/v1/webhooks/{id}/secret': id,
    '/hearth/v1/webhooks/{id}/enable': id,
    '/hearth/v1/deliveries/{id}': deliveries[0]?.id ?? '',
    '/hearth/v1/deliveries/{id}/resend': deliveries[0]?.id ?? '',
    '/hearth/v1/replays/{id}': replay.id,
    '/hearth/v1/integrations/{id}': integration.id,
    '/hearth/v1/guest-issuers/{id}': issuer.id,
    '/v1/rooms/{id}': room.id,
    '/v1/rooms/{id}/meetingInfo': room.id,
    '/v1/room/tabs/{id}': tabId,
    '/v1/teams/{id}': team.id,
    '/v1/team/memberships/{id}': teamMembers.items[0]?.id ?? '',
    '/v1/messages/{id}': message.id,
    '/v1/contents/{id}': file.files?.[0]?.split('/').at(-1) ?? '',
    '/v1/attachment/actions/{id}': action.id,
    '/v1/memberships/{id}': memberships[0]?.id ?? '',
    '/v1/webhooks/{id}': id,
    '/v1/people/{id}': personId('bob'),
  };
  return {
    ids,
    valid: {
      'POST /v1/rooms': { title: 'x' },
      'PUT /v1/rooms/{id}': { title: 'y' },
      'POST /v1/room/tabs': tab,
      'PUT /v1/room/tabs/{id}': tab,
      'POST /v1/teams': { name: 'x' },
      'PUT /v1/teams/{id}': { name: 'y' },
      'POST /v1/team/memberships': { teamId: team.id, personEmail: people.dave.email },
      'PUT /v1/team/memberships/{id}': { isModerator: true },
      'POST /v1/memberships': { roomId: room.id, personEmail: people.dave.email },
      'PUT /v1/memberships/{id}': { isModerator: true },
      'POST /v1/messages': { roomId: room.id, text: 'x', attachments: attachmentsOf() },
      'PUT /v1/messages/{id}': { roomId: room.id, text: 'y' },
      'POST /v1/attachment/actions': submission,
      'POST /v1/webhooks': webhook,
      'PUT /v1/webhooks/{id}': { name: 'x' },
      'POST /hearth/v1/webhooks': { ...webhook, ordering: 'room' },
      'POST /hearth/v1/webhooks/preview': { resource: 'all', event: 'all' },
      'PUT /hearth/v1/webhooks/{id}': { ordering: 'room' },
      'POST /hearth/v1/webhooks/{id}/secret': { secret: 's', overlapSeconds: 60 },
      'POST /hearth/v1/webhooks/{id}/enable': { replay: 'none' },
      'POST /v1/access_token': { grant_type: 'authorization_code', client_id: integration.clientId, code: 'x' },
      'POST /v1/device/authorize': { client_id: integration.clientId, scope: 'spark:rooms_read' },
      'POST /v1/device/token': { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' },
      'POST /hearth/v1/integrations': { name: 'x', redirectUris: ['https://app.example/'], scopes: ['spark:all'] },
      'PUT /hearth/v1/integrations/{id}': { name: 'x' },
      'POST /hearth/v1/guest-issuers': { name: 'x' },
      'POST /hearth/v1/tokens': { name: 'x', scopes: ['spark:rooms_read'], expiresIn: 60 },
      'POST /hearth/v1/replays': { webhookId: id },
      'POST /hearth/v1/incoming-webhooks': { name: 'x', roomId: room.id },
      'PUT /hearth/v1/incoming-webhooks/{id}': { name: 'y' },
      'POST /v1/webhooks/incoming/{token}': { text: 'x' },
      'POST /hearth/v1/replays/preview': { webhookId: id },
      'POST /v1/people': { emails: ['new@acme.example'], displayName: 'New' },
      'PUT /v1/people/{id}': { displayName: 'Bob Brown', timezone: 'Europe/Rome' },
    },
    texts: [
      ...Object.values(ids),
      ...memberships.map((membership) => membership.id),
      ...`me ${direct} ${personUuid('bob')} ${people.bob.email} ${people.robot.email} ${webhook.targetUrl}`.split(' '),
      ...`roomId=${room.id} mentionedPeople=me type=group messages memberships rooms all created updated`.split(' '),
      ...'active org direct group id true false 0 1 -1 1e999 NaN 2016-07-19T12:00:00Z'.split(' '),
      ...'9999-12-31T23:59:59.999999999Z WyJyb29tcyBieSBpZCIsIngiXQ W251bGxd % __proto__ constructor <@all> <@personId:'.split(
        ' ',
      ),
      '',
      ' ',
      '\u0000',
      'a\u0000b',
      '\ud800',
      "'; drop table rooms; --",
      '`'.repeat(3),
      '['.repeat(500),
    ],
  };
}

/** The path, more often than not with an id that is there. */
function pathOf(path: string, { ids, texts }: Scene): fc.Arbitrary<string> {
  const id = fc.oneof({ arbitrary: fc.constant(ids[path] ?? ''), weight: 3 }, { arbitrary: anyText(texts), weight: 1 });
  return id.map((text) => path.replace(/{\w+}/, () => inUrl(text)));
}

function anyText(texts: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(fc.constantFrom(...texts), fc.string({ unit: 'binary' }));
}

async function expectAnswer(server: TestServer, request: RawRequest): Promise<number> {
  const { status, headers, body } = await raw(server.url, request);
  expect(status, body).toBeLessThan(500);
  if (status >= 400) {
    const { trackingId } = ErrorBody.strict().parse(JSON.parse(body));
    expect(headers['trackingid']).toBe(trackingId);
  }
  return status;
}

/** Sends as many as `runs` says; the statuses that came back. */
async function send(server: TestServer, requests: fc.Arbitrary<RawRequest>): Promise<Set<number>> {
  const statuses = new Set<number>();
  const answered = fc.asyncProperty(
    requests,
    async (request) => void statuses.add(await expectAnswer(server, request)),
  );
  await fc.assert(answered, runs);
  return statuses;
}

/** They answer when they have something to tell; test/stream sends them any input. */
const lasting = new Set(['/hearth/v1/stream', '/hearth/v1/events']);

const inUrl = (text: string) => encodeURIComponent(text.toWellFormed());

describe('any input', () => {
  test('as the body of a write', async () => {
    const server = await startServer();
    const writes = (await operations(server)).filter(({ fields }) => fields.length > 0);
    const scene = await setScene(server);
    expect(writes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      Object.keys(scene.valid).toSorted(),
    );
    const value = fc.oneof(
      { arbitrary: anyText(scene.texts), weight: 4 },
      { arbitrary: fc.boolean(), weight: 1 },
      { arbitrary: fc.jsonValue(), weight: 2 },
    );
    const request = fc.constantFrom(...writes).chain(({ method, path, fields }) => {
      const change = fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 3 });
      return fc.record({
        method: fc.constant(method),
        path: pathOf(path, scene),
        body: fc.oneof(
          {
            arbitrary: change.map((body) => JSON.stringify({ ...scene.valid[`${method} ${path}`], ...body })),
            weight: 6,
          },
          { arbitrary: change.map((body) => JSON.stringify(body)), weight: 2 },
          { arbitrary: fc.jsonValue().map((body) => JSON.stringify(body)), weight: 1 },
          { arbitrary: fc.string({ unit: 'binary' }), weight: 1 },
        ),
      });
    });
    const headers = { 'content-type': 'application/json' };
    const statuses = await send(
      server,
      request.map((sent) => ({ ...sent, headers })),
    );
    expect([...statuses]).toEqual(expect.arrayContaining([200, 204, 400, 404]));

    // What was taken in is still there to be read.
    const alice = server.as('alice');
    for (const list of ['/v1/rooms', '/v1/memberships', '/v1/webhooks', '/v1/teams', '/hearth/v1/incoming-webhooks']) {
      const items = (await walk<Room>(alice, `${list}?max=10`)).flat();
      for (const item of items) expect(await alice.ok('GET', `${list}/${item.id}`)).toEqual(item);
    }
    for (const { id } of (await walk<Room>(alice, '/v1/rooms')).flat()) {
      const messages = (await walk<Message>(alice, `/v1/messages?roomId=${id}&max=10`)).flat();
      for (const message of messages) expect(await alice.ok('GET', `/v1/messages/${message.id}`)).toEqual(message);
    }
  }, 60_000);

  test('as the address of a read', async () => {
    const server = await startServer();
    const reads = (await operations(server)).filter(({ method, path }) => method === 'GET' && !lasting.has(path));
    const scene = await setScene(server);
    const text = anyText(scene.texts);
    const request = fc.constantFrom(...reads).chain(({ path, query }) => {
      const name = fc.oneof(
        { arbitrary: fc.constantFrom(...query, 'unknown'), weight: 4 },
        { arbitrary: text.map(inUrl), weight: 1 },
      );
      const pair = fc.oneof(
        { arbitrary: fc.tuple(name, text).map(([key, value]) => `${key}=${inUrl(value)}`), weight: 6 },
        { arbitrary: fc.constantFrom('', '%', '%zz', '=', ';', 'max', 'a[b]=c'), weight: 1 },
      );
      return fc.record({
        path: fc
          .tuple(pathOf(path, scene), fc.array(pair, { maxLength: 5 }))
          .map(([place, pairs]) => `${place}?${pairs.join('&')}`),
      });
    });
    expect([...(await send(server, request))]).toEqual(expect.arrayContaining([200, 400, 404]));
  }, 60_000);
});
