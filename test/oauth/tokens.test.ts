import { describe, expect, test } from 'vitest';
import type { AccessToken, Integration, Webhook } from '../../src/contract/index.ts';
import { raw } from '../support/raw.ts';
import { startServer, tokenOf, type TestServer } from '../support/server.ts';
import { allow, ask, CALLBACK, CHALLENGE, register, tokensFor, VERIFIER, type Registered } from './support.ts';

const DAY_MS = 86_400_000;

async function codeFor(server: TestServer, integration: Integration, changes: Record<string, string> = {}) {
  return (await allow(server, integration, changes)).searchParams.get('code') ?? '';
}

const byCode = (code: string, changes: object = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: CALLBACK,
  ...changes,
});

describe('a code', () => {
  test('is exchanged for tokens as Webex words them', async () => {
    const server = await startServer();
    const integration = await register(server);
    const { status, headers, body } = await ask<AccessToken>(
      server,
      '/v1/access_token',
      byCode(await codeFor(server, integration)),
      integration,
    );
    expect({ status, cache: headers.get('cache-control') }).toEqual({ status: 200, cache: 'no-cache, no-store' });
    expect(body).toEqual({
      access_token: expect.stringMatching(/^[^_]+_[A-Z]{4}_[0-9a-f-]{36}$/),
      expires_in: 1_209_599,
      refresh_token: expect.stringMatching(/^[\w-]{43}$/),
      refresh_token_expires_in: 7_775_999,
      token_type: 'Bearer',
      scope: 'spark:rooms_read spark:messages_write',
    });
    const bob = server.withToken(body.access_token);
    expect(await bob.get('/v1/rooms')).toMatchObject({ status: 200 });
    expect(await bob.get('/v1/people/me')).toMatchObject({ status: 403 });
    server.clock.leap(14 * DAY_MS);
    expect(await bob.get('/v1/rooms')).toMatchObject({ status: 401 });
  });

  test('may come in a form or in JSON, with the secret in it', async () => {
    const server = await startServer();
    const { clientId: client_id, clientSecret: client_secret, ...integration } = await register(server);
    const whole = async () => ({
      ...byCode(await codeFor(server, { ...integration, clientId: client_id })),
      client_id,
      client_secret,
    });
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const path = '/v1/access_token';
    const inForm = new URLSearchParams(await whole()).toString();
    expect(await raw(server.url, { method: 'POST', path, headers: form, body: inForm })).toMatchObject({ status: 200 });
    const json = { 'content-type': 'application/json;charset=utf-8' };
    const inJson = JSON.stringify(await whole());
    expect(await raw(server.url, { method: 'POST', path, headers: json, body: inJson })).toMatchObject({ status: 200 });
  });

  test('that comes again ends everything that came of it', async () => {
    const server = await startServer();
    const integration = await register(server);
    const code = await codeFor(server, integration);
    const first = await ask<AccessToken>(server, '/v1/access_token', byCode(code), integration);
    const { refresh_token = '' } = first.body;
    const again = await ask(server, '/v1/access_token', byCode(code), integration);
    expect(again).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    server.clock.advance(1_000);
    expect(await server.withToken(first.body.access_token).get('/v1/rooms')).toMatchObject({ status: 401 });
    const refresh = { grant_type: 'refresh_token', refresh_token };
    expect(await ask(server, '/v1/access_token', refresh, integration)).toMatchObject({ status: 400 });
    expect(await ask(server, '/v1/access_token', byCode(code), integration)).toMatchObject({ status: 400 });
  });

  test('lasts ten minutes', async () => {
    const server = await startServer();
    const integration = await register(server);
    const code = await codeFor(server, integration);
    server.clock.advance(600_000);
    expect(await ask(server, '/v1/access_token', byCode(code), integration)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
  });

  test('is good for the client, the redirect_uri and the verifier that it was asked for with', async () => {
    const server = await startServer();
    const integration = await register(server);
    const other = await register(server, {}, 'bob');
    const pkce = { code_challenge: CHALLENGE, code_challenge_method: 'S256' };
    const code = await codeFor(server, integration, pkce);
    const plain = await codeFor(server, integration);
    const wrong: [object, Registered][] = [
      [byCode(code, { code_verifier: VERIFIER }), other],
      [byCode(code, { code_verifier: VERIFIER, redirect_uri: `${CALLBACK}/` }), integration],
      [byCode(code, { code_verifier: `${VERIFIER}x` }), integration],
      [byCode(code, { code_verifier: CHALLENGE }), integration],
      [byCode(code), integration],
      [byCode(plain, { code_verifier: VERIFIER }), integration],
      [byCode('unknown'), integration],
    ];
    for (const [fields, client] of wrong) {
      const refused = await ask(server, '/v1/access_token', fields as Record<string, string>, client);
      expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    const right = byCode(code, { code_verifier: VERIFIER });
    expect(await ask(server, '/v1/access_token', right, integration)).toMatchObject({ status: 200 });
  });
});

test.each([
  [{}, 'invalid_request'],
  [{ grant_type: 'password', username: 'a', password: 'b' }, 'unsupported_grant_type'],
  [{ grant_type: 'authorization_code' }, 'invalid_request'],
  [{ grant_type: 'refresh_token' }, 'invalid_request'],
  [{ grant_type: 'refresh_token', refresh_token: 'unknown' }, 'invalid_grant'],
  [{ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'another' }, 'invalid_request'],
])('%j is refused as %s, in both shapes', async (fields, error) => {
  const server = await startServer();
  const integration = await register(server);
  const { status, headers, body } = await ask(
    server,
    '/v1/access_token',
    fields as Record<string, string>,
    integration,
  );
  expect(status).toBe(400);
  expect(body).toEqual({
    message: expect.any(String),
    errors: [{ description: body['message'] }],
    trackingId: headers.get('trackingid'),
    error,
    error_description: body['message'],
  });
});

test.each(['', 'nobody'])('the secret %j is none', async (clientSecret) => {
  const server = await startServer();
  const { clientId } = await register(server);
  const client = { clientId, clientSecret };
  const refused = await ask(server, '/v1/access_token', byCode('x'), client);
  expect(refused).toMatchObject({ status: 400, body: { error: 'invalid_client' } });
});

describe('a refresh token', () => {
  const refreshed = (server: TestServer, integration: Registered, refresh_token: string, changes = {}) =>
    ask<AccessToken>(
      server,
      '/v1/access_token',
      { grant_type: 'refresh_token', refresh_token, ...changes },
      integration,
    );

  test('gives another access token each time, and 90 days anew', async () => {
    const server = await startServer();
    const integration = await register(server);
    const first = await tokensFor(server, integration);
    server.clock.leap(80 * DAY_MS);
    const second = (await refreshed(server, integration, first.refresh_token)).body;
    expect(second).toMatchObject({ expires_in: 1_209_599, refresh_token_expires_in: 7_775_999, scope: first.scope });
    expect(second.access_token).not.toBe(first.access_token);
    expect(await server.withToken(second.access_token).get('/v1/rooms')).toMatchObject({ status: 200 });
    server.clock.leap(80 * DAY_MS);
    expect(await refreshed(server, integration, second.refresh_token ?? '')).toMatchObject({ status: 200 });
    server.clock.leap(90 * DAY_MS);
    expect(await refreshed(server, integration, first.refresh_token)).toMatchObject({ status: 400 });
  });

  test('is good for its client alone, and gives no more than was allowed', async () => {
    const server = await startServer();
    const integration = await register(server);
    const { refresh_token } = await tokensFor(server, integration);
    const other = await register(server, {}, 'bob');
    expect(await refreshed(server, other, refresh_token)).toMatchObject({ body: { error: 'invalid_grant' } });
    const wider = { scope: 'spark:all' };
    expect(await refreshed(server, integration, refresh_token, wider)).toMatchObject({
      body: { error: 'invalid_scope' },
    });
    const narrower = { scope: 'spark:rooms_read' };
    expect(await refreshed(server, integration, refresh_token, narrower)).toMatchObject({
      status: 200,
      body: { scope: 'spark:rooms_read' },
    });
  });
});

test('deleting an integration ends its tokens; its webhooks live on, and show who registered them', async () => {
  const server = await startServer();
  const integration = await register(server);
  const { access_token } = await tokensFor(server, integration);
  const receiver = await server.receiver();
  const room = await server.room('Demo', 'alice', 'bob');
  const webhook = { name: 'w', targetUrl: receiver.url, resource: 'rooms', event: 'updated' };
  const { appId } = await server.withToken(access_token).ok<Webhook>('POST', '/v1/webhooks', webhook);
  expect(appId).toBe(integration.id);
  await server.as('alice').ok('DELETE', `/hearth/v1/integrations/${integration.id}`);
  server.clock.advance(1_000);
  expect(await server.withToken(access_token).get('/v1/rooms')).toMatchObject({ status: 401 });
  await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Changed' });
  expect((await receiver.next()).notice).toMatchObject({ appId: integration.id, resource: 'rooms' });
});

test('what was allowed can be looked at and taken back', async () => {
  const server = await startServer();
  const integration = await register(server);
  const { access_token } = await tokensFor(server, integration);
  const bob = server.as('bob');
  const { items } = await bob.ok<{ items: { id: string }[] }>('GET', '/hearth/v1/authorizations');
  expect(items).toEqual([
    {
      id: expect.any(String),
      integration: { id: integration.id, name: 'Build Bot', ownerEmail: 'alice@acme.example' },
      scopes: ['spark:rooms_read', 'spark:messages_write'],
      created: '2016-07-19T12:00:00.000Z',
      expires: '2016-10-17T12:00:00.000Z',
    },
  ]);
  const path = `/hearth/v1/authorizations/${items[0]?.id}`;
  expect(await server.as('alice').delete(path)).toMatchObject({ status: 404 });
  await bob.ok('DELETE', path);
  server.clock.advance(1_000);
  expect(await server.withToken(access_token).get('/v1/rooms')).toMatchObject({ status: 401 });
});

describe('tokens of one’s own', () => {
  interface Made {
    id: string;
    token: string;
    expires?: string;
  }

  test('can do less, and are listed without their text, and end', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    const body = { name: 'CI', scopes: ['spark:rooms_read'], expiresIn: 3_600 };
    const { token, ...shown } = await bob.ok<Made>('POST', '/hearth/v1/tokens', body);
    expect(shown).toMatchObject({ name: 'CI', scopes: ['spark:rooms_read'], expires: '2016-07-19T13:00:00.000Z' });
    const narrow = server.withToken(token);
    expect(await narrow.get('/v1/rooms')).toMatchObject({ status: 200 });
    expect(await narrow.get('/v1/people/me')).toMatchObject({ status: 403 });
    const { items } = await bob.ok<{ items: Made[] }>('GET', '/hearth/v1/tokens');
    expect(items).toContainEqual(shown);
    expect(await server.as('alice').delete(`/hearth/v1/tokens/${shown.id}`)).toMatchObject({ status: 404 });
    await bob.ok('DELETE', `/hearth/v1/tokens/${shown.id}`);
    server.clock.advance(1_000);
    expect(await narrow.get('/v1/rooms')).toMatchObject({ status: 401 });
  });

  test('make none that can do more, or lasts longer', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    const body = { scopes: ['spark:rooms_read'], expiresIn: 3_600 };
    const { token } = await bob.ok<Made>('POST', '/hearth/v1/tokens', body);
    const narrow = server.withToken(token);
    for (const wider of [{ scopes: ['spark:messages_read'] }, { scopes: ['spark:all'] }, { expiresIn: 3_601 }]) {
      expect(await narrow.post('/hearth/v1/tokens', wider)).toMatchObject({ status: 400 });
    }
    const same = await narrow.ok<Made>('POST', '/hearth/v1/tokens', {});
    expect(same).toMatchObject({ scopes: ['spark:rooms_read'], expires: '2016-07-19T13:00:00.000Z' });
    const { items } = await bob.ok<{ items: (Made & { scopes: string[] })[] }>('GET', '/hearth/v1/tokens');
    const whole = items.find(({ scopes }) => scopes.includes('spark:all'));
    expect(await narrow.delete(`/hearth/v1/tokens/${whole?.id}`)).toMatchObject({ status: 400 });
    expect(await bob.post('/hearth/v1/tokens', { scopes: ['spark:nothing'] })).toMatchObject({ status: 400 });
  });

  test('cannot be made, and nothing registered, through an integration', async () => {
    const server = await startServer();
    const integration = await register(server, { scopes: ['spark:all'] });
    const { access_token } = await tokensFor(server, integration, { scope: 'spark:all' });
    const through = server.withToken(access_token);
    const bodies = {
      tokens: {},
      integrations: { name: 'x', redirectUris: [CALLBACK], scopes: ['spark:all'] },
      'guest-issuers': { name: 'x' },
    };
    for (const [path, body] of Object.entries(bodies)) {
      expect(await through.get(`/hearth/v1/${path}`)).toMatchObject({ status: 403 });
      expect(await through.post(`/hearth/v1/${path}`, body)).toMatchObject({ status: 403 });
    }
    expect(await through.get('/hearth/v1/authorizations')).toMatchObject({ status: 403 });
  });
});

test('an integration does not sign in for somebody', async () => {
  const server = await startServer();
  const integration = await register(server, { scopes: ['spark:all'] });
  const { access_token } = await tokensFor(server, integration, { scope: 'spark:all' });
  const { Browser, linkOf } = await import('./support.ts');
  const browser = new Browser(server);
  const { form } = await browser.open(linkOf(integration, { scope: 'spark:all' }));
  expect(await browser.submit(form, { decision: 'allow', token: access_token })).toMatchObject({ status: 400 });
});

test('secrets of other webhooks are not shown to an integration', async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  const { id } = await server.webhook('bob', receiver, { secret: 'a secret of bob' });
  const { access_token } = await tokensFor(server, await register(server));
  const own = { name: 'w', targetUrl: receiver.url, resource: 'rooms', event: 'updated', secret: 'of the integration' };
  const through = server.withToken(access_token);
  await through.ok('POST', '/v1/webhooks', own);
  const { items } = await through.ok<{ items: Webhook[] }>('GET', '/v1/webhooks');
  expect(items.map(({ secret }) => secret)).toEqual(['of the integration', undefined]);
  expect(await server.as('bob').ok<Webhook>('GET', `/v1/webhooks/${id}`)).toMatchObject({ secret: 'a secret of bob' });
});

test('an integration sends nothing elsewhere that it may not hear of', async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  const { id } = await server.webhook('bob', receiver, {});
  const rooms = await server.webhook('bob', receiver, { resource: 'rooms' });
  const through = server.withToken((await tokensFor(server, await register(server))).access_token);
  const elsewhere = { name: 'w', targetUrl: `${receiver.url}/elsewhere` };
  expect(await through.put(`/v1/webhooks/${id}`, elsewhere)).toMatchObject({ status: 403 });
  await through.ok('PUT', `/v1/webhooks/${rooms.id}`, elsewhere);
  await through.ok('PUT', `/v1/webhooks/${id}`, { name: 'renamed', targetUrl: receiver.url });
  expect(await server.as('bob').ok('GET', `/v1/webhooks/${id}`)).toMatchObject({ targetUrl: receiver.url });
});

test('an integration follows deliveries when it may read all that webhooks tell of', async () => {
  const server = await startServer();
  const { id } = await server.webhook('bob', await server.receiver(), {});
  const narrow = await register(server);
  const reads = ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'];
  const wide = await register(server, { scopes: reads });
  const [little, all] = [
    await tokensFor(server, narrow),
    await tokensFor(server, wide, { scope: reads.join(' ') }),
  ].map(({ access_token: token }) => server.withToken(token));
  for (const deliveries of ['true', id]) {
    const path = `/hearth/v1/events?resource=rooms&wait=0&deliveries=${deliveries}`;
    expect(await little?.get(path)).toMatchObject({ status: 403 });
    expect(await all?.get(path)).toMatchObject({ status: 200 });
  }
  expect(await little?.get('/hearth/v1/events?resource=rooms&wait=0')).toMatchObject({ status: 200 });
});

test('what was taken back makes no token any more, be it ever so fresh in memory', async () => {
  const server = await startServer();
  const bob = server.as('bob');
  const lost = await bob.ok<{ id: string; token: string }>('POST', '/hearth/v1/tokens', {});
  const through = server.withToken(lost.token);
  await through.ok('GET', '/v1/rooms');
  await bob.ok('DELETE', `/hearth/v1/tokens/${lost.id}`);
  expect(await through.post('/hearth/v1/tokens', {})).toMatchObject({ status: 401 });
  const integration = await register(server);
  for (const end of ['revocation', 'authorization'] as const) {
    const { access_token: token } = await tokensFor(server, integration);
    await server.withToken(token).ok('GET', '/v1/rooms');
    if (end === 'revocation') await ask(server, '/idb/oauth2/v1/revoke', { token }, integration);
    else {
      const { items } = await bob.ok<{ items: { id: string }[] }>('GET', '/hearth/v1/authorizations');
      for (const { id } of items) await bob.ok('DELETE', `/hearth/v1/authorizations/${id}`);
    }
    expect(await server.withToken(token).get('/v1/rooms')).toMatchObject({ status: 401 });
  }
});

test('what has ended is swept', async () => {
  const server = await startServer();
  const integration = await register(server);
  await tokensFor(server, integration);
  await ask(server, '/v1/device/authorize', {}, integration);
  const count = async () => {
    const { query } = server.app.db.reader;
    const [tokens, grants, codes, devices] = await Promise.all([
      query.selectFrom('tokens').select('id').where('grantId', 'is not', null).execute(),
      query.selectFrom('grants').select('id').execute(),
      query.selectFrom('authorizationCodes').select('id').execute(),
      query.selectFrom('deviceCodes').select('id').execute(),
    ]);
    return [tokens.length, grants.length, codes.length, devices.length];
  };
  expect(await count()).toEqual([1, 1, 1, 1]);
  const until = async (expected: number[]) => {
    for (;;) {
      server.clock.leap(60_000);
      await new Promise(setImmediate);
      if (String(await count()) === String(expected)) return;
    }
  };
  server.clock.leap(2 * 3_600_000);
  await until([1, 1, 0, 0]);
  server.clock.leap(14 * DAY_MS);
  await until([0, 1, 0, 0]);
  server.clock.leap(90 * DAY_MS);
  await until([0, 0, 0, 0]);
});

test('an integration is its owner’s, within the limit, and its secret can be changed', async () => {
  const server = await startServer((options) => ({
    ...options,
    oauth: { ...options.oauth, integrationsPerPerson: 2 },
  }));
  const integration = await register(server, { description: 'x' });
  const { clientSecret, ...shown } = integration;
  const alice = server.as('alice');
  const path = `/hearth/v1/integrations/${integration.id}`;
  expect(await alice.ok('GET', path)).toEqual(shown);
  expect(await alice.ok('GET', `/hearth/v1/integrations/${integration.clientId}`)).toEqual(shown);
  for (const name of ['bob', 'eve'] as const) {
    expect(await server.as(name).get(path)).toMatchObject({ status: 404 });
    expect(await server.as(name).put(path, { name: 'x' })).toMatchObject({ status: 404 });
    expect(await server.as(name).delete(path)).toMatchObject({ status: 404 });
  }
  expect(await server.as('robot').get(path)).toMatchObject({ status: 403 });

  const { refresh_token } = await tokensFor(server, integration);
  const rotated = await alice.ok<Registered>('POST', `${path}/secret`);
  const refresh = { grant_type: 'refresh_token', refresh_token };
  expect(await ask(server, '/v1/access_token', refresh, { ...integration, clientSecret })).toMatchObject({
    body: { error: 'invalid_client' },
  });
  expect(await ask(server, '/v1/access_token', refresh, rotated)).toMatchObject({ status: 200 });

  const changed = { name: 'Other', description: '', redirectUris: ['https://other.example/'], scopes: ['spark:all'] };
  const { description: _, ...rest } = shown;
  expect(await alice.ok('PUT', path, changed)).toEqual({ ...rest, ...changed, description: undefined });
  await register(server);
  const third = { name: 'x', redirectUris: [CALLBACK], scopes: ['spark:all'] };
  expect(await alice.post('/hearth/v1/integrations', third)).toMatchObject({
    status: 400,
    body: { message: 'You have 2 integrations already, which is the limit.' },
  });
  for (const wrong of [{ redirectUris: ['javascript:alert(1)'] }, { scopes: ['spark:x'] }, { name: ' ' }]) {
    expect(await alice.put(path, wrong)).toMatchObject({ status: 400 });
  }
  const { items } = await alice.ok<{ items: Integration[] }>('GET', '/hearth/v1/integrations');
  expect(items.map(({ name }) => name)).toEqual(['Other', 'Build Bot']);
});

test('nothing of it lies in the store as it is', async () => {
  const server = await startServer();
  const integration = await register(server);
  const { access_token, refresh_token } = await tokensFor(server, integration);
  const issuer = await server.as('alice').ok<{ secret: string }>('POST', '/hearth/v1/guest-issuers', { name: 'Site' });
  const { query } = server.app.db.reader;
  const rows = await Promise.all([
    query.selectFrom('integrations').selectAll().execute(),
    query.selectFrom('grants').selectAll().execute(),
    query.selectFrom('tokens').selectAll().execute(),
    query.selectFrom('authorizationCodes').selectAll().execute(),
    query.selectFrom('guestIssuers').selectAll().execute(),
  ]);
  const text = JSON.stringify(rows, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  for (const secret of [integration.clientSecret, access_token, refresh_token, issuer.secret, tokenOf('bob')]) {
    expect(text).not.toContain(secret);
  }
});
