import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  AccessToken,
  AuthorizationList,
  AttachmentAction,
  ComplianceEvent,
  ComplianceEventList,
  Delivery,
  DeliveryList,
  DeviceAuthorization,
  EnabledWebhook,
  ErrorBody,
  EventsPage,
  Explanation,
  Fault,
  FaultList,
  FaultPresetList,
  GuestIssuer,
  GuestIssuerList,
  GuestIssuerWithSecret,
  GuestToken,
  IncomingWebhook,
  IncomingWebhookList,
  InspectedDelivery,
  InspectedWebhook,
  InspectedWebhookList,
  Integration,
  IntegrationList,
  IntegrationWithSecret,
  License,
  LicenseList,
  Membership,
  MembershipList,
  Message,
  MessageList,
  NewPersonalToken,
  Notice,
  Organization,
  OrganizationList,
  Person,
  PersonalTokenList,
  PersonList,
  PersonOrReference,
  Preview,
  Replay,
  ReplayList,
  ReplayPreview,
  RoleEntry,
  RoleList,
  Room,
  RoomList,
  RoomMeetingInfo,
  RoomTab,
  RoomTabList,
  StreamDelivery,
  StreamEvent,
  RotatedSecret,
  Team,
  TeamList,
  TeamMembership,
  TeamMembershipList,
  UserInfo,
  Webhook,
  WebhookList,
} from '../../src/contract/index.ts';
import { register, tokensFor } from '../oauth/support.ts';
import { download, send, text } from '../files/support.ts';
import { StreamClient } from '../stream/support.ts';
import { attachmentsOf } from '../support/cards.ts';
import { raw } from '../support/raw.ts';
import { type Name, people, personId, startServer } from '../support/server.ts';

/** The description that the server gives of itself, and whether its answers keep to it. */

const Health = z.object({ status: z.string(), checks: z.record(z.string(), z.string()) });

/** Every route, and the shape of its answer; undefined: it has none. */
const routes: Readonly<Record<string, z.ZodType | undefined>> = {
  'GET /healthz': Health,
  'GET /readyz': Health,
  'GET /v1/people': PersonList,
  'GET /v1/people/me': Person,
  'POST /v1/people': PersonOrReference,
  'GET /v1/people/{id}': Person,
  'PUT /v1/people/{id}': PersonOrReference,
  'DELETE /v1/people/{id}': undefined,
  'GET /v1/organizations': OrganizationList,
  'GET /v1/organizations/{id}': Organization,
  'GET /v1/licenses': LicenseList,
  'GET /v1/licenses/{id}': License,
  'GET /v1/roles': RoleList,
  'GET /v1/roles/{id}': RoleEntry,
  'GET /v1/events': ComplianceEventList,
  'GET /v1/events/{id}': ComplianceEvent,
  'GET /v1/rooms': RoomList,
  'POST /v1/rooms': Room,
  'GET /v1/rooms/{id}': Room,
  'PUT /v1/rooms/{id}': Room,
  'DELETE /v1/rooms/{id}': undefined,
  'GET /v1/rooms/{id}/meetingInfo': RoomMeetingInfo,
  'GET /v1/room/tabs': RoomTabList,
  'POST /v1/room/tabs': RoomTab,
  'GET /v1/room/tabs/{id}': RoomTab,
  'PUT /v1/room/tabs/{id}': RoomTab,
  'DELETE /v1/room/tabs/{id}': undefined,
  'GET /v1/teams': TeamList,
  'POST /v1/teams': Team,
  'GET /v1/teams/{id}': Team,
  'PUT /v1/teams/{id}': Team,
  'DELETE /v1/teams/{id}': undefined,
  'GET /v1/team/memberships': TeamMembershipList,
  'POST /v1/team/memberships': TeamMembership,
  'GET /v1/team/memberships/{id}': TeamMembership,
  'PUT /v1/team/memberships/{id}': TeamMembership,
  'DELETE /v1/team/memberships/{id}': undefined,
  'GET /v1/memberships': MembershipList,
  'POST /v1/memberships': Membership,
  'GET /v1/memberships/{id}': Membership,
  'PUT /v1/memberships/{id}': Membership,
  'DELETE /v1/memberships/{id}': undefined,
  'GET /v1/messages': MessageList,
  'POST /v1/messages': Message,
  'GET /v1/messages/direct': MessageList,
  'GET /v1/messages/{id}': Message,
  'PUT /v1/messages/{id}': Message,
  'DELETE /v1/messages/{id}': undefined,
  'POST /v1/attachment/actions': AttachmentAction,
  'GET /v1/attachment/actions/{id}': AttachmentAction,
  'GET /v1/contents/{id}': z.string(),
  'GET /v1/webhooks': WebhookList,
  'POST /v1/webhooks': Webhook,
  'GET /v1/webhooks/{id}': Webhook,
  'PUT /v1/webhooks/{id}': Webhook,
  'DELETE /v1/webhooks/{id}': undefined,
  'GET /hearth/v1/webhooks': InspectedWebhookList,
  'POST /hearth/v1/webhooks': InspectedWebhook,
  'POST /hearth/v1/webhooks/preview': Preview,
  'GET /hearth/v1/webhooks/{id}': InspectedWebhook,
  'PUT /hearth/v1/webhooks/{id}': InspectedWebhook,
  'POST /hearth/v1/webhooks/{id}/secret': RotatedSecret,
  'POST /hearth/v1/webhooks/{id}/enable': EnabledWebhook,
  'GET /hearth/v1/deliveries': DeliveryList,
  'GET /hearth/v1/deliveries/{id}': InspectedDelivery,
  'POST /hearth/v1/deliveries/{id}/resend': Delivery,
  'GET /hearth/v1/explain': Explanation,
  'GET /hearth/v1/replays': ReplayList,
  'POST /hearth/v1/replays': Replay,
  'POST /hearth/v1/replays/preview': ReplayPreview,
  'GET /hearth/v1/replays/{id}': Replay,
  'POST /hearth/v1/replays/{id}/pause': Replay,
  'POST /hearth/v1/replays/{id}/resume': Replay,
  'POST /hearth/v1/replays/{id}/cancel': Replay,
  'POST /v1/webhooks/incoming/{token}': undefined,
  'GET /hearth/v1/incoming-webhooks': IncomingWebhookList,
  'POST /hearth/v1/incoming-webhooks': IncomingWebhook,
  'GET /hearth/v1/incoming-webhooks/{id}': IncomingWebhook,
  'PUT /hearth/v1/incoming-webhooks/{id}': IncomingWebhook,
  'DELETE /hearth/v1/incoming-webhooks/{id}': undefined,
  'GET /hearth/v1/faults': FaultList,
  'POST /hearth/v1/faults': Fault,
  'DELETE /hearth/v1/faults': undefined,
  'GET /hearth/v1/faults/presets': FaultPresetList,
  'POST /hearth/v1/faults/presets': FaultList,
  'GET /hearth/v1/faults/{id}': Fault,
  'PUT /hearth/v1/faults/{id}': Fault,
  'DELETE /hearth/v1/faults/{id}': undefined,
  'GET /hearth/v1/stream': z.string(),
  'GET /hearth/v1/events': EventsPage,
  'POST /v1/access_token': AccessToken,
  'POST /v1/device/authorize': DeviceAuthorization,
  'POST /v1/device/token': AccessToken,
  'POST /v1/jwt/login': GuestToken,
  'GET /v1/userinfo': UserInfo,
  'GET /hearth/v1/integrations': IntegrationList,
  'POST /hearth/v1/integrations': IntegrationWithSecret,
  'GET /hearth/v1/integrations/{id}': Integration,
  'PUT /hearth/v1/integrations/{id}': Integration,
  'DELETE /hearth/v1/integrations/{id}': undefined,
  'POST /hearth/v1/integrations/{id}/secret': IntegrationWithSecret,
  'GET /hearth/v1/guest-issuers': GuestIssuerList,
  'POST /hearth/v1/guest-issuers': GuestIssuerWithSecret,
  'GET /hearth/v1/guest-issuers/{id}': GuestIssuer,
  'DELETE /hearth/v1/guest-issuers/{id}': undefined,
  'GET /hearth/v1/tokens': PersonalTokenList,
  'POST /hearth/v1/tokens': NewPersonalToken,
  'DELETE /hearth/v1/tokens/{id}': undefined,
  'GET /hearth/v1/authorizations': AuthorizationList,
  'DELETE /hearth/v1/authorizations/{id}': undefined,
};

/** With all that a server can have. */
const startWhole = () =>
  startServer((options) => ({ ...options, faults: { by: 'everybody', rules: [], presets: [] } }));

describe('/openapi.json', () => {
  type JsonSchema = Readonly<Record<string, unknown>>;
  const JsonSchema = z.record(z.string(), z.unknown());
  const MediaType = z.strictObject({ schema: JsonSchema });
  const Content = z.strictObject({ 'application/json': MediaType });
  const Stream = z.strictObject({ 'text/event-stream': MediaType });
  const File = z.strictObject({ 'application/octet-stream': MediaType });
  const Operation = z.strictObject({
    summary: z.string().min(1),
    tags: z.array(z.string().min(1)).min(1),
    security: z.array(z.record(z.string(), z.array(z.string()))).optional(),
    parameters: z
      .array(
        z.strictObject({
          name: z.string().min(1),
          in: z.enum(['path', 'query']),
          required: z.boolean(),
          description: z.string().optional(),
          schema: JsonSchema,
        }),
      )
      .optional(),
    requestBody: z.strictObject({ required: z.boolean().optional(), content: Content }).optional(),
    responses: z.record(
      z.string().regex(/^([1-5]\d\d|default)$/),
      z.strictObject({ description: z.string().min(1), content: z.union([Content, Stream, File]).optional() }),
    ),
  });
  const Description = z.strictObject({
    openapi: z.string().regex(/^3\.1\.\d+$/),
    info: z.strictObject({ title: z.string().min(1), version: z.string().min(1), description: z.string() }),
    paths: z.record(
      z.string().startsWith('/'),
      z.record(z.enum(['get', 'put', 'post', 'delete']), Operation.optional()),
    ),
    components: z.strictObject({
      schemas: z.record(z.string().regex(/^[\w.-]+$/), JsonSchema),
      securitySchemes: z.record(z.string(), z.strictObject({ type: z.literal('http'), scheme: z.literal('bearer') })),
    }),
    security: z.array(z.record(z.string(), z.array(z.string()))),
  });

  let description: z.output<typeof Description>;
  let operations: { route: string; path: string; operation: z.output<typeof Operation> }[];
  beforeAll(async () => {
    const server = await startWhole();
    const { status, headers, body } = await raw(server.url, {
      path: '/openapi.json',
      headers: { authorization: undefined },
    });
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 200,
      type: expect.stringMatching(/^application\/json/),
    });
    description = Description.parse(JSON.parse(body));
    operations = Object.entries(description.paths).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, operation]) =>
        operation ? [{ route: `${method.toUpperCase()} ${path}`, path, operation }] : [],
      ),
    );
  });

  test('names every route', () => {
    expect(operations.map(({ route }) => route).toSorted()).toEqual(Object.keys(routes).toSorted());
  });

  test('declares the parameters of each path, once each', () => {
    for (const { route, path, operation } of operations) {
      const inPath = operation.parameters?.filter((parameter) => parameter.in === 'path') ?? [];
      expect(
        inPath.map(({ name, required }) => ({ name, required })),
        route,
      ).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, required: true })));
      const names = operation.parameters?.map(({ name }) => name) ?? [];
      expect(new Set(names).size, route).toBe(names.length);
    }
  });

  test('gives each success its shape, and the refusals theirs', () => {
    for (const { route, operation } of operations) {
      const success = Object.entries(operation.responses).filter(([status]) => status.startsWith('2'));
      expect(
        success.map(([status, { content }]) => [status, content !== undefined]),
        route,
      ).toEqual([routes[route] ? ['200', true] : ['204', false]]);
      if (route.includes('/v1/')) {
        const refusal = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } };
        expect(operation.responses['default']?.content, route).toEqual(refusal);
      }
    }
  });

  test('gives a body to what takes one', () => {
    for (const { route, operation } of operations)
      expect(operation.requestBody !== undefined, route).toBe(
        /^(POST|PUT) (?!.*\/{id}\/(pause|resume|cancel|resend)$|.*\/(jwt\/login|integrations\/{id}\/secret)$)/.test(
          route,
        ),
      );
  });

  test('refers only to what is in it, and is JSON Schema of 2020-12 throughout', () => {
    const schemas: [string, JsonSchema][] = [
      ...Object.entries(description.components.schemas),
      ...operations.flatMap(({ route, operation }): [string, JsonSchema][] => [
        ...(operation.parameters ?? []).map(({ schema }): [string, JsonSchema] => [route, schema]),
        ...[operation.requestBody, ...Object.values(operation.responses)].flatMap((part): [string, JsonSchema][] =>
          Object.values(part?.content ?? {}).map(({ schema }): [string, JsonSchema] => [route, schema]),
        ),
      ]),
    ];
    expect(schemas.length).toBeGreaterThan(50);
    for (const [where, schema] of schemas) check(where, schema);

    function check(where: string, schema: JsonSchema): void {
      const { $ref, type, properties = {}, required = [], items, anyOf = [], nullable } = Schema.parse(schema);
      if ($ref !== undefined)
        expect(description.components.schemas, where).toHaveProperty([$ref.replace('#/components/schemas/', '')]);
      expect(nullable, `${where}: a word of 3.0`).toBeUndefined();
      expect(Object.keys(properties), where).toEqual(expect.arrayContaining(required));
      if (type === 'array') expect(items, where).toBeDefined();
      for (const inner of [...Object.values(properties), ...(items ? [items] : []), ...anyOf]) check(where, inner);
    }
  });
  const Schema = z.looseObject({
    $ref: z.string().startsWith('#/components/schemas/').optional(),
    type: z.enum(['object', 'array', 'string', 'number', 'integer', 'boolean', 'null']).optional(),
    properties: z.record(z.string(), JsonSchema).optional(),
    required: z.array(z.string()).optional(),
    items: JsonSchema.optional(),
    anyOf: z.array(JsonSchema).optional(),
    nullable: z.unknown().optional(),
  });

  test('asks for a token where one is needed', async () => {
    const server = await startWhole();
    for (const { route, operation } of operations) {
      const [method = '', path = ''] = route.replace(/{\w+}/, 'x').split(' ');
      const { status } = await raw(server.url, { method, path, headers: { authorization: undefined } });
      const { security = description.security } = operation;
      // Where tokens are handed out, something else has to be shown.
      const wrong = route.endsWith('{token}') ? 404 : 400;
      const without = method === 'GET' ? 200 : wrong;
      expect(status, route).toBe(security.length > 0 || route === 'POST /v1/jwt/login' ? 401 : without);
    }
  });
});

describe('a tour of every route', () => {
  /** The same shape with no room for keys that it does not name. */
  function strict(schema: z.core.$ZodType): z.ZodType {
    if (schema instanceof z.ZodObject) {
      return z.strictObject(
        Object.fromEntries(
          Object.entries(schema.shape as Record<string, z.core.$ZodType>).map(([key, value]) => [key, strict(value)]),
        ),
      );
    }
    if (schema instanceof z.ZodArray) return z.array(strict(schema.element));
    if (schema instanceof z.ZodOptional) return strict(schema.unwrap()).optional();
    if (schema instanceof z.ZodUnion) return z.union(schema.options.map(strict));
    if (schema instanceof z.ZodType) return schema;
    throw new Error('The contract uses a kind of schema that this test does not know.');
  }

  function routeOf(method: string, path: string): string {
    const called = `${method} ${path.split('?')[0]}`;
    if (Object.hasOwn(routes, called)) return called;
    return called.replace(/\/[\w=-]{36,}(?=\/|$)/, called.includes('/incoming/') ? '/{token}' : '/{id}');
  }

  test('every answer has exactly the shape of the contract, and so has every notice', async () => {
    const server = await startWhole();
    const receiver = await server.receiver();
    const visited = new Set<string>();
    async function call<T>(name: Name, method: string, path: string, body?: unknown): Promise<T> {
      const answer = await server.as(name).call(method, path, body);
      const route = routeOf(method, path);
      visited.add(route);
      const shape = answer.status < 400 ? routes[route] : ErrorBody;
      if (shape) {
        strict(shape).parse(answer.body);
        if (shape !== ErrorBody) expect(answer.status, `${method} ${path}`).toBe(200);
      } else {
        expect(answer, `${method} ${path}`).toMatchObject({ status: 204, body: undefined });
      }
      return answer.body as T;
    }
    const get = <T>(path: string, name: Name = 'alice') => call<T>(name, 'GET', path);
    const post = <T>(path: string, body: object, name: Name = 'alice') => call<T>(name, 'POST', path, body);
    const put = <T>(path: string, body: object) => call<T>('alice', 'PUT', path, body);
    const first = async (path: string, name: Name = 'alice') =>
      (await get<{ items: { id: string }[] }>(path, name)).items[0]?.id ?? '';
    const remove = (path: string) => call('alice', 'DELETE', path);

    const query = 'deliveries=true';
    const stream = await StreamClient.open(server.url, 'alice', { query });
    const plain = { name: 'Tour', targetUrl: receiver.url, resource: 'all', event: 'all' };
    const webhook = await post<Webhook>('/v1/webhooks', plain);
    const full = await post<Webhook>('/v1/webhooks', {
      ...plain,
      resource: 'rooms',
      filter: 'type=group',
      secret: 's',
    });
    const everything = { isLocked: true, isAnnouncementOnly: true, isPublic: true, description: 'All of it' };
    const team = await post<Team>('/v1/teams', { name: 'Tour', description: 'All of it' });
    const teammate = await post<TeamMembership>('/v1/team/memberships', { teamId: team.id, personId: personId('bob') });
    const room = await post<Room>('/v1/rooms', { title: 'Tour', teamId: team.id, ...everything });
    const tab = { roomId: room.id, contentUrl: 'https://wiki.example/', displayName: 'Wiki' };
    const { id: tabId } = await post<RoomTab>('/v1/room/tabs', tab);
    const membership = await post<Membership>('/v1/memberships', {
      roomId: room.id,
      personId: personId('bob'),
      isModerator: true,
    });
    const markdown = `<@personEmail:${people.bob.email}> <@all> **look**`;
    const message = await post<Message>('/v1/messages', { roomId: room.id, markdown });
    const reply = await post<Message>('/v1/messages', { parentId: message.id, html: '<p>yes</p>' }, 'bob');
    const direct = await post<Message>('/v1/messages', { toPersonEmail: people.bob.email, text: 'psst' });
    await post('/v1/messages', { toPersonId: personId('robot'), text: 'psst' });
    await post<Webhook>('/v1/webhooks', { ...plain, resource: 'attachmentActions' });
    const card = await post<Message>('/v1/messages', { roomId: room.id, attachments: attachmentsOf() });
    const submission = { type: 'submit', messageId: card.id, inputs: { name: 'Bob', more: [1, { x: null }] } };
    const action = await post<AttachmentAction>('/v1/attachment/actions', submission, 'bob');
    await get(`/v1/attachment/actions/${action.id}`);
    await call('alice', 'PUT', `/v1/messages/${direct.id}`, { roomId: direct.roomId, text: 'psst!' });
    const file = (await send(server, 'alice', { roomId: room.id, text: 'file', files: text('content') })).body;
    strict(Message).parse(file);
    expect((await download(file, 'alice')).bytes.toString()).toBe('content');
    visited.add('GET /v1/contents/{id}');

    for (const name of ['alice', 'bob'] as const) {
      for (const path of ['/v1/people/me', `/v1/people/${personId('robot')}`, `/v1/people/${personId('eve')}`])
        await get(path, name);
    }
    for (const query of [
      '',
      `?email=${people.bob.email}`,
      '?displayName=R',
      `?id=${personId('bob')},${personId('eve')},nobody`,
    ]) {
      await get(`/v1/people${query}`);
    }
    for (const query of ['', '?type=direct', '?type=group&max=1', '?orgPublicSpaces=true', `?teamId=${team.id}`])
      await get(`/v1/rooms${query}`);
    for (const path of [`rooms/${room.id}/meetingInfo`, `room/tabs?roomId=${room.id}`, `room/tabs/${tabId}`])
      await get(`/v1/${path}`);
    for (const path of ['teams', `teams/${team.id}`, `team/memberships?teamId=${team.id}`]) await get(`/v1/${path}`);
    await get(`/v1/team/memberships/${teammate.id}`, 'bob');
    await put(`/v1/room/tabs/${tabId}`, { ...tab, displayName: 'The wiki' });
    await put(`/v1/teams/${team.id}`, { name: 'Tour, too' });
    await put(`/v1/team/memberships/${teammate.id}`, { isModerator: true });
    await remove(`/v1/room/tabs/${tabId}`);
    for (const id of [room.id, direct.roomId]) {
      await get(`/v1/rooms/${id}`);
      await get(`/v1/memberships?roomId=${id}`);
      await get(`/v1/messages?roomId=${id}`);
    }
    await get('/v1/memberships');
    await get(`/v1/memberships/${membership.id}`);
    await get(`/v1/messages/direct?personEmail=${people.bob.email}`);
    for (const { id } of [message, reply, direct, card, file]) await get(`/v1/messages/${id}`);
    await get('/v1/webhooks');
    await get(`/v1/webhooks/${full.id}`);
    for (const path of ['/healthz', '/readyz']) await get(path);
    await post('/hearth/v1/replays/preview', { webhookId: webhook.id });
    const replay = await post<Replay>('/hearth/v1/replays', { webhookId: webhook.id, filter: 'roomType=direct' });
    for (const action of ['pause', 'resume', 'cancel']) await post(`/hearth/v1/replays/${replay.id}/${action}`, {});
    await get(`/hearth/v1/replays?webhookId=${webhook.id}`);
    await get(`/hearth/v1/replays/${replay.id}`);
    await get(`/hearth/v1/events?since=2016-01-01T00:00:00Z&${query}`);

    await server.settled();
    const ours = '/hearth/v1/webhooks';
    const inspected = await post<InspectedWebhook>(ours, { ...plain, resource: 'webhooks', ordering: 'room' });
    for (const path of ['', `/${webhook.id}`]) await get(ours + path);
    await put(`${ours}/${inspected.id}`, { ordering: 'none' });
    for (const path of ['secret', 'enable']) await post(`${ours}/${full.id}/${path}`, {});
    await post(`${ours}/preview`, { resource: 'all', event: 'all' });
    const deliveries = await get<{ items: Delivery[] }>(`/hearth/v1/deliveries?messageId=${message.id}`);
    await get(`/hearth/v1/deliveries/${deliveries.items[0]?.id}`);
    await post(`/hearth/v1/deliveries/${deliveries.items[0]?.id}/resend`, {});
    await get(`/hearth/v1/explain?webhookId=${full.id}&messageId=${message.id}`);
    await remove(`/v1/webhooks/${inspected.id}`);

    const limits = { per: 'person', from: 1, to: 2, every: 1, probability: 1, times: 1 };
    const fault = await post<Fault>('/hearth/v1/faults', {
      path: '/v1/people/me',
      status: 500,
      message: 'x',
      ...limits,
    });
    await get('/v1/people/me');
    await post('/hearth/v1/faults/presets', { preset: 'brown-out', path: '/v1/nowhere' });
    for (const path of ['', '/presets', `/${fault.id}`]) await get(`/hearth/v1/faults${path}`);
    const dripping = { path: '/v1/nowhere', name: 'x', drip: { bytes: 1, everyMs: 1 }, headers: { a: 'b' } };
    await put(`/hearth/v1/faults/${fault.id}`, dripping);
    for (const path of [`/${fault.id}`, '']) await remove(`/hearth/v1/faults${path}`);

    const incoming = '/hearth/v1/incoming-webhooks';
    const open = await post<Room>('/v1/rooms', { title: 'Alerts' });
    const { id, token } = await post<IncomingWebhook>(incoming, { name: 'Alerts', roomId: open.id });
    await post(`/v1/webhooks/incoming/${token}`, { text: 'x' });
    for (const path of ['', `/${id}`]) await get(incoming + path);
    await put(`${incoming}/${id}`, { name: 'Sirens' });
    await remove(`${incoming}/${id}`);
    const scopes = ['openid', 'profile', 'email', 'spark:all'];
    const integration = await register(server, { scopes, description: 'Of the tour' });
    strict(IntegrationWithSecret).parse(integration);
    const tokens = await tokensFor(server, integration, { scope: scopes.join(' '), as: 'alice' });
    strict(AccessToken).parse(tokens);
    strict(UserInfo).parse(await server.withToken(tokens.access_token).ok('GET', '/v1/userinfo'));
    await post('/v1/device/authorize', { client_id: integration.clientId });
    for (const path of ['/v1/access_token', '/v1/device/token', '/v1/jwt/login']) await post(path, {});
    await get('/v1/userinfo');
    await post('/hearth/v1/integrations', { name: 'Tour', redirectUris: ['https://tour.example/'], scopes });
    await get('/hearth/v1/integrations');
    await get(`/hearth/v1/integrations/${integration.id}`);
    await put(`/hearth/v1/integrations/${integration.id}`, { name: 'Changed' });
    await post(`/hearth/v1/integrations/${integration.id}/secret`, {});
    const authorizations = await get<{ items: { id: string }[] }>('/hearth/v1/authorizations');
    await remove(`/hearth/v1/authorizations/${authorizations.items[0]?.id}`);
    await remove(`/hearth/v1/integrations/${integration.id}`);
    const issuer = await post<GuestIssuer>('/hearth/v1/guest-issuers', { name: 'Tour' });
    await get('/hearth/v1/guest-issuers');
    await get(`/hearth/v1/guest-issuers/${issuer.id}`);
    await remove(`/hearth/v1/guest-issuers/${issuer.id}`);
    const minted = await post<NewPersonalToken>('/hearth/v1/tokens', { name: 'Tour', expiresIn: 60 });
    await get('/hearth/v1/tokens');
    await remove(`/hearth/v1/tokens/${minted.id}`);

    await put(`/v1/rooms/${room.id}`, { title: 'Tour, changed', isPublic: false });
    await put(`/v1/memberships/${membership.id}`, { isModerator: false });
    await put(`/v1/webhooks/${full.id}`, { name: 'Changed', secret: '' });
    await server.settled();
    await remove(`/v1/messages/${message.id}`);
    await remove(`/v1/memberships/${membership.id}`);
    await server.settled();
    await remove(`/v1/rooms/${room.id}`);
    await remove(`/v1/team/memberships/${teammate.id}`);
    await remove(`/v1/teams/${team.id}`);
    for (const { id } of [webhook, full]) await remove(`/v1/webhooks/${id}`);
    for (const path of [`/v1/rooms/${room.id}`, '/v1/messages', `/v1/webhooks/${full.id}`]) await get(path);

    for (const list of ['organizations', 'licenses', 'roles']) {
      await get(`/v1/${list}/${await first(`/v1/${list}`)}`);
      await get(`/v1/${list}`, 'bob');
    }
    await get(`/v1/events/${await first('/v1/events', 'carol')}`, 'carol');
    const newcomer = await post<Person>('/v1/people', {
      emails: ['new@acme.example'],
      displayName: 'New',
      phoneNumbers: [{ type: 'work', value: '+1 408 526 7209', primary: true }],
      addresses: [{ type: 'work', country: 'US', locality: 'Milpitas' }],
      siteUrls: ['acme.example#attendee'],
      managerId: personId('bob'),
      roles: [await first('/v1/roles')],
      licenses: [await first('/v1/licenses')],
      locationId: 'L1',
    });
    await put(`/v1/people/${newcomer.id}`, { ...newcomer, title: 'GM', timezone: 'America/Denver' });
    await put(`/v1/people/${newcomer.id}?minResponse=true`, { displayName: 'Newer' });
    await remove(`/v1/people/${newcomer.id}`);

    await stream.until(() => stream.told.some(({ data }) => data.event === 'deleted'));
    for (const { kind, data } of stream.told) strict(kind === 'event' ? StreamEvent : StreamDelivery).parse(data);
    visited.add('GET /hearth/v1/stream');

    expect([...visited].toSorted()).toEqual(Object.keys(routes).toSorted());
    const notices = receiver.received.map(({ notice }) => notice);
    for (const notice of notices) strict(Notice).parse(notice);
    expect(new Set(notices.map(({ resource, event }) => `${resource}/${event}`))).toEqual(
      new Set([
        'rooms/created',
        'rooms/updated',
        'memberships/created',
        'memberships/updated',
        'memberships/deleted',
        'messages/created',
        'messages/deleted',
        'attachmentActions/created',
      ]),
    );
  });
});
