import { beforeEach, describe, expect, test } from 'vitest';
import { createToken } from '../../src/people/index.ts';
import { personKey } from '../support/log.ts';
import { raw } from '../support/raw.ts';
import { startServer, type TestServer } from '../support/server.ts';

/** AUTH-3: what each route asks of a token, and that it asks for nothing else. */

const forbidden =
  'The server understood the request, but refused to fulfill it because the access token is missing required scopes or the user is missing required roles or licenses.';
const personalOnly = 'This takes a token that was given to you directly, not one of an integration.';

/** The UUID of nothing. */
const UNKNOWN = '01a20fde-5ac4-7344-87b0-0eedd2652d31';

/** A body that gets as far as the scope where the route looks at it late. */
const bodies: Readonly<Record<string, object>> = {
  'POST /v1/people': { emails: ['new@acme.example'], displayName: 'New' },
  'PUT /v1/people/{id}': { displayName: 'New' },
  'POST /hearth/v1/incoming-webhooks': { name: 'x', roomId: UNKNOWN },
  'PUT /hearth/v1/incoming-webhooks/{id}': { name: 'x' },
  'POST /v1/webhooks': { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'updated' },
  'POST /hearth/v1/integrations': { name: 'x', redirectUris: ['https://app.example/'], scopes: ['spark:all'] },
  'POST /hearth/v1/guest-issuers': { name: 'x' },
  'POST /hearth/v1/webhooks': { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'updated' },
  'POST /hearth/v1/webhooks/preview': { resource: 'rooms', event: 'updated' },
};
const queries: Readonly<Record<string, string>> = {
  'GET /v1/people': '?email=bob@acme.example',
  'GET /hearth/v1/stream': '?resource=rooms&event=all',
  'GET /hearth/v1/events': '?resource=rooms&event=all&wait=0',
};

/** Where the rule is in the code and not in the description: the least that opens it. */
const byRule: Readonly<Record<string, string | string[]>> = {
  'GET /v1/people': 'spark:people_read',
  'GET /v1/people/me': 'spark:people_read',
  'GET /v1/people/{id}': 'spark:people_read',
  'POST /v1/people': 'spark-admin:people_write',
  'PUT /v1/people/{id}': 'spark-admin:people_write',
  'DELETE /v1/people/{id}': 'spark-admin:people_write',
  'GET /v1/organizations': 'spark-admin:people_read',
  'GET /v1/organizations/{id}': 'spark-admin:people_read',
  'GET /v1/licenses': 'spark-admin:people_read',
  'GET /v1/licenses/{id}': 'spark-admin:people_read',
  'GET /v1/roles': 'spark-admin:people_read',
  'GET /v1/roles/{id}': 'spark-admin:people_read',
  'GET /v1/events': 'spark-compliance:events_read',
  'GET /v1/events/{id}': 'spark-compliance:events_read',
  'POST /v1/webhooks': 'spark:rooms_read',
  'POST /hearth/v1/webhooks': 'spark:rooms_read',
  'POST /hearth/v1/webhooks/preview': 'spark:rooms_read',
  'GET /hearth/v1/stream': 'spark:rooms_read',
  'GET /hearth/v1/events': 'spark:rooms_read',
  'POST /hearth/v1/incoming-webhooks': ['spark:messages_write', 'spark:memberships_write'],
  'DELETE /hearth/v1/incoming-webhooks/{id}': ['spark:messages_write', 'spark:memberships_write'],
  'GET /hearth/v1/integrations': 'spark:all',
  'POST /hearth/v1/integrations': 'spark:all',
  'GET /hearth/v1/integrations/{id}': 'spark:all',
  'PUT /hearth/v1/integrations/{id}': 'spark:all',
  'DELETE /hearth/v1/integrations/{id}': 'spark:all',
  'POST /hearth/v1/integrations/{id}/secret': 'spark:all',
  'GET /hearth/v1/guest-issuers': 'spark:all',
  'POST /hearth/v1/guest-issuers': 'spark:all',
  'GET /hearth/v1/guest-issuers/{id}': 'spark:all',
  'DELETE /hearth/v1/guest-issuers/{id}': 'spark:all',
  'GET /hearth/v1/authorizations': 'spark:all',
  'DELETE /hearth/v1/authorizations/{id}': 'spark:all',
};

/** Any token of the owner's own. */
const anyToken = new Set([
  'GET /v1/webhooks',
  'GET /v1/webhooks/{id}',
  'PUT /v1/webhooks/{id}',
  'DELETE /v1/webhooks/{id}',
  'GET /hearth/v1/tokens',
  'POST /hearth/v1/tokens',
  'DELETE /hearth/v1/tokens/{id}',
]);

/** What shows what became of webhooks: any token of the owner's own; an integration has to be able to read everything. */
const behindWebhooks = /^(?:GET|POST|PUT) \/hearth\/v1\/(?:webhooks|deliveries|replays|explain)/;
const reads = ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'];

interface Described {
  security?: Record<string, string[]>[];
}

let server: TestServer;
let routes: { route: string; method: string; path: string; open: boolean; scopes: string[] }[];
beforeEach(async () => {
  server = await startServer();
  const answer = await raw(server.url, { path: '/openapi.json' });
  const { paths } = JSON.parse(answer.body) as { paths: Record<string, Record<string, Described>> };
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, { security }]) => {
      const method = name.toUpperCase();
      const route = `${method} ${path}`;
      const described = security?.flatMap(({ token = [] }) => token) ?? [];
      const ruled = byRule[route];
      return {
        route,
        method,
        path,
        open: security?.length === 0,
        scopes: ruled === undefined ? described : [ruled].flat(),
      };
    }),
  );
});

/** Of Alice, who is given every role, so that nothing but the token stands in the way. */
async function tokenWith(scopes: readonly string[], through = false): Promise<string> {
  const { db, clock } = server.app;
  const personId = await personKey(server, 'alice');
  return db.write(async (tx) => {
    await tx.query.updateTable('people').set({ roles: 'admin compliance' }).where('id', '=', personId).execute();
    const grantId = through ? await grantFor(tx, personId) : undefined;
    return createToken(tx, { personId, now: clock.now(), scopes, ...(grantId !== undefined && { grantId }) });
  });
}

let grants = 0;

async function grantFor(tx: Parameters<typeof createToken>[0], personId: number): Promise<number> {
  grants += 1;
  const now = server.clock.now();
  const clientId = `C${String(grants).padStart(64, '0')}`;
  const common = { name: 'x', redirectUris: '[]', scopes: '', secretHash: Buffer.from(clientId), modifiedAt: now };
  const { id: integrationId } = await tx.query
    .insertInto('integrations')
    .values({ ...common, clientId, ownerId: personId, createdAt: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  const grant = { uuid: clientId, refreshHash: Buffer.from(clientId), refreshExpiresAt: now + 1_000_000 };
  const { id } = await tx.query
    .insertInto('grants')
    .values({ ...grant, integrationId, personId, scopes: '', createdAt: now })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

async function call({ route, method, path }: (typeof routes)[number], token: string) {
  const place = path.replace('{id}', UNKNOWN) + (queries[route] ?? '');
  const body = JSON.stringify(bodies[route] ?? {});
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const gone = AbortSignal.timeout(10_000);
  const response = await fetch(new URL(place, server.url), {
    method,
    headers,
    signal: gone,
    ...(['POST', 'PUT'].includes(method) && { body }),
  });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    await response.body?.cancel();
    return { status: response.status, message: '' };
  }
  const text = await response.text();
  const { message = '' } = text === '' ? {} : (JSON.parse(text) as { message?: string });
  return { status: response.status, message };
}

test('each route says what it asks for, or stands in a table here', () => {
  const unknown = routes.filter(
    ({ route, open, scopes }) => !open && scopes.length === 0 && !anyToken.has(route) && !behindWebhooks.test(route),
  );
  expect(unknown.map(({ route }) => route)).toEqual([]);
});

describe('a token', () => {
  test('without the scope of a route is refused there, and with that scope alone it is not', async () => {
    const without = await tokenWith(['spark:kms']);
    const asking = routes.filter(({ scopes }) => scopes.length > 0);
    expect(asking.length).toBeGreaterThan(35);
    for (const route of asking) {
      expect({ route: route.route, ...(await call(route, without)) }).toEqual({
        route: route.route,
        status: 403,
        message: forbidden,
      });
      const { status, message } = await call(route, await tokenWith(route.scopes));
      expect([401, 403], `${route.route}: ${message}`).not.toContain(status);
      expect(status, route.route).toBeLessThan(500);
    }
  }, 60_000);

  test('with spark:all opens all of messaging', async () => {
    const token = await tokenWith(['spark:all']);
    for (const route of routes.filter(({ scopes }) => scopes.every((scope) => scope.startsWith('spark:')))) {
      expect({ route: route.route, ...(await call(route, token)) }).not.toMatchObject({ status: 403 });
    }
  }, 60_000);

  test('of one’s own, however narrow, opens what is one’s own', async () => {
    const token = await tokenWith(['spark:kms']);
    const own = routes.filter(
      ({ route, scopes }) => anyToken.has(route) || (behindWebhooks.test(route) && scopes.length === 0),
    );
    for (const route of own) {
      expect({ route: route.route, ...(await call(route, token)) }).not.toMatchObject({ status: 403 });
    }
  }, 60_000);

  test('of an integration looks behind webhooks when it may read all that they tell of', async () => {
    const [narrow, wide] = [await tokenWith(['spark:rooms_read'], true), await tokenWith(reads, true)];
    for (const route of routes.filter(({ route }) => behindWebhooks.test(route))) {
      expect({ route: route.route, ...(await call(route, narrow)) }).toMatchObject({ status: 403, message: forbidden });
      expect({ route: route.route, ...(await call(route, wide)) }).not.toMatchObject({ status: 403 });
    }
  }, 60_000);

  test('of an integration makes no credentials, whatever it may do', async () => {
    const token = await tokenWith(['spark:all'], true);
    const credentials = routes.filter(({ path }) =>
      /^\/hearth\/v1\/(?:tokens|integrations|guest-issuers|authorizations|incoming-webhooks)/.test(path),
    );
    expect(credentials.length).toBeGreaterThan(12);
    for (const route of credentials) {
      const { status, message } = await call(route, token);
      // An empty body is found wanting before anybody asks who sends it.
      if (status !== 400)
        expect({ route: route.route, status, message }).toMatchObject({ status: 403, message: personalOnly });
    }
  }, 60_000);

  test('of an administrator opens nobody else’s webhooks without the scope of administrators', async () => {
    const receiver = await server.receiver();
    const { id } = await server.webhook('bob', receiver, {});
    const path = `/hearth/v1/webhooks/${id}`;
    const narrow = server.withToken(await tokenWith(['spark:all']));
    expect(await narrow.get(path)).toMatchObject({ status: 404 });
    expect(await narrow.get('/hearth/v1/webhooks?of=organization')).toMatchObject({ status: 403 });
    const wide = server.withToken(await tokenWith(['spark:all', 'spark-admin:people_read']));
    expect(await wide.get(path)).toMatchObject({ status: 200 });
  });
});
