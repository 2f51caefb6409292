import { SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { Browser, register, type Registered } from '../oauth/support.ts';
import { people, startServer, tokenOf, type TestServer } from '../support/server.ts';
import { ClientProgram } from './client-program.ts';
import type { Done, Task } from './sdk-login.ts';

/** Seconds go by before the SDK is loaded. */
const patience = { timeout: 60_000 };

const scopes = ['spark:kms', 'spark:people_read', 'spark:rooms_read'];
const redirectUri = 'http://localhost:3000/callback';

test('signs a person in, refreshes by itself and down-scopes', patience, async () => {
  const server = await startServer();
  const integration = await register(server, { redirectUris: [redirectUri], scopes });
  const sdk = await Sdk.start(server, integration);

  const browser = new Browser(server);
  const login = new URL(await sdk.perform({ do: 'loginUrl' }));
  expect(login.origin + login.pathname).toBe(`${server.url}/idb/oauth2/v1/authorize`);
  const { status, form } = await browser.open(login.pathname + login.search);
  expect(status).toBe(200);
  const { headers } = await browser.submit(form, { decision: 'allow', token: tokenOf('bob') });
  const back = new URL(headers.get('location') ?? '');
  expect(back.origin + back.pathname).toBe(redirectUri);

  const first = await sdk.perform({ do: 'code', code: back.searchParams.get('code') ?? '' });
  expect(await sdk.perform({ do: 'me' })).toBe(people.bob.email);

  const narrow = await sdk.perform({ do: 'narrow', scope: 'spark:rooms_read' });
  expect(narrow).not.toBe(first);
  expect(await server.withToken(narrow).get('/v1/rooms')).toMatchObject({ status: 200 });
  expect(await server.withToken(narrow).get('/v1/people/me')).toMatchObject({ status: 403 });

  const second = await sdk.perform({ do: 'refresh' });
  expect(second).not.toBe(first);
  expect(await sdk.perform({ do: 'me' })).toBe(people.bob.email);

  // The next call meets a 401, and is made again with a new token.
  await server.app.db.write(async ({ query }) => query.deleteFrom('tokens').where('grantId', 'is not', null).execute());
  server.clock.advance(1_000);
  expect(await server.withToken(second).get('/v1/rooms')).toMatchObject({ status: 401 });
  expect(await sdk.perform({ do: 'me' })).toBe(people.bob.email);
});

test('is told why a code is not taken', patience, async () => {
  const server = await startServer();
  const integration = await register(server, { redirectUris: [redirectUri], scopes });
  const sdk = await Sdk.start(server, integration);
  await expect(sdk.perform({ do: 'code', code: 'unknown' })).rejects.toThrow('The code is unknown or has expired.');
  const stranger = await Sdk.start(server, { ...integration, clientSecret: 'wrong' });
  await expect(stranger.perform({ do: 'code', code: 'unknown' })).rejects.toThrow('its secret is wrong');
});

test('lets a guest in', patience, async () => {
  const server = await startServer();
  const integration = await register(server, { scopes });
  const issuer = await server
    .as('alice')
    .ok<{ id: string; secret: string }>('POST', '/hearth/v1/guest-issuers', { name: 'Shop' });
  const exp = server.clock.now() / 1_000 + 60;
  const jwt = await new SignJWT({ sub: 'g', name: 'Gina', iss: issuer.id, exp })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(issuer.secret, 'base64'));
  const sdk = await Sdk.start(server, integration);
  // It looks for its catalog of services afterwards, which is not there.
  await sdk.perform({ do: 'guest', jwt }).catch(() => {});
  expect(await sdk.perform({ do: 'me' })).toMatch(/@appid\.ciscospark\.com$/);
});

/** The program of sdk-login.ts. */
class Sdk extends ClientProgram<Done> {
  #performed = 0;

  static async start(server: TestServer, { clientId, clientSecret }: Registered): Promise<Sdk> {
    const sdk = new Sdk(new URL('sdk-login.ts', import.meta.url), {
      env: {
        HYDRA_SERVICE_URL: `${server.url}/v1`,
        IDBROKER_BASE_URL: server.url,
        U2C_SERVICE_URL: `${server.url}/u2c`,
        WEBEX_CLIENT_ID: clientId,
        WEBEX_CLIENT_SECRET: clientSecret,
        WEBEX_REDIRECT_URI: redirectUri,
        WEBEX_SCOPE: scopes.join(' '),
      },
      // It leaves it unhandled that there is no catalog of services.
      flags: ['--unhandled-rejections=none'],
    });
    await sdk.#done();
    return sdk;
  }

  async perform(task: Task): Promise<string> {
    this.send(task);
    const { answer, failed } = await this.#done();
    if (failed !== undefined) throw new Error(failed);
    return answer ?? '';
  }

  async #done(): Promise<Done> {
    const all = (): Done[] => this.reports.filter((report) => report.kind === 'done');
    await this.until(() => all().length > this.#performed);
    this.#performed += 1;
    return all().at(-1) ?? expect.unreachable();
  }
}
