import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AuthorizeParameters, Consent } from '../../src/contract/index.ts';
import { ConsentService } from '../../src/oauth/consent/service.ts';
import { SignIn } from '../../src/oauth/consent/sign-in.ts';
import { personKey } from '../support/log.ts';
import { testOptions } from '../support/people-and-options.ts';
import { personId, personUuid, startServer, tokenOf } from '../support/server.ts';
import { allow, Browser, CALLBACK, CHALLENGE, linkOf, register } from './support.ts';

describe('the page', () => {
  test('says who asks for what, and lets nothing run or frame it', async () => {
    const server = await startServer();
    const integration = await register(server, { name: '<b>Bot</b>', description: 'Posts & reads' });
    const { status, headers, text } = await new Browser(server).open(
      linkOf(integration, { scope: 'spark:rooms_read' }),
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('&#60;b&#62;Bot&#60;/b&#62; wants to act for you');
    expect(text).toContain('Posts &#38; reads');
    expect(text).toContain('see which rooms you are in');
    expect(text).not.toContain('post and delete messages');
    expect(text).toContain('alice@acme.example');
    expect(text).toContain('type="password"');
    const sheet = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? '';
    expect(sheet).toContain('prefers-color-scheme');
    expect(headers.get('content-security-policy')).toContain(
      `style-src 'sha256-${createHash('sha256').update(sheet).digest('base64')}'`,
    );
    expect(text).not.toMatch(/<script|\son\w+=|style="|https?:\/\/(?!app\.example)/);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self' https:\/\/app\.example; frame-ancestors 'none'; base-uri 'none'$/,
    );
    expect(headers.get('set-cookie')).toMatch(/^hearth_form=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('lets anybody be picked on a development server', async () => {
    const server = await startServer((options) => ({ ...options, oauth: { ...options.oauth, signIn: 'anybody' } }));
    const integration = await register(server);
    const browser = new Browser(server);
    const { text, form } = await browser.open(linkOf(integration));
    expect(text).toContain('bob@acme.example');
    expect(text).not.toContain('robot@webex.bot');
    const person = personUuid('bob');
    expect(text).toContain(`value="${person}"`);
    const allowed = await browser.submit(form, { decision: 'allow', person });
    expect(allowed.headers.get('location')).toMatch(/^https:\/\/app\.example\/callback\?code=/);
    await server.as('alice').ok('DELETE', `/v1/people/${personId('dave')}`);
    const out = { displayName: 'Carol Clark', loginEnabled: false };
    await server.as('alice').ok('PUT', `/v1/people/${personId('carol')}`, out);
    const { text: later } = await browser.open(linkOf(integration));
    expect(later).toContain('Bob Brown');
    for (const gone of ['Dave Dunn', 'Carol Clark']) expect(later).not.toContain(gone);
    for (const nobody of ['', 'x', ...(['robot', 'dave', 'carol'] as const).map(personUuid)]) {
      const { status } = await browser.submit(form, { decision: 'allow', person: nobody });
      expect(status).toBe(400);
    }
  });

  test.each(['integration', 'person'])('leads nowhere when the %s is gone by the time of the answer', async (gone) => {
    const server = await startServer();
    const { id, clientId } = await register(server);
    const parts = { ...server.app, ...testOptions(server.folder).oauth, forget() {} };
    const consent = new ConsentService(parts, new SignIn(parts));
    const query = Object.fromEntries(new URLSearchParams(linkOf({ clientId }).split('?')[1]));
    const asked = await consent.read(AuthorizeParameters.parse(query));
    const answer = Consent.parse({ decision: 'allow', token: tokenOf('bob') });
    const signIn = { whoIs: async () => ({ personId: await personKey(server, 'bob'), scopes: new Set(asked.scopes) }) };
    const late = new ConsentService(parts, Object.assign(new SignIn(parts), signIn));
    await consent.decide(asked, answer);
    const path = gone === 'person' ? `/v1/people/${personId('bob')}` : `/hearth/v1/integrations/${id}`;
    await server.as('alice').ok('DELETE', path);
    await expect(late.decide(asked, answer)).rejects.toMatchObject({
      code: gone === 'person' ? 'unauthorized' : 'clientIdUnknown',
    });
    const { query: select } = server.app.db.reader;
    expect(await select.selectFrom('authorizationCodes').select('id').execute()).toEqual([]);
  });

  test('is asked for again when the token shows nobody who may allow it', async () => {
    const server = await startServer();
    const integration = await register(server);
    const browser = new Browser(server);
    const { form } = await browser.open(linkOf(integration));
    for (const token of ['', 'nobody', tokenOf('robot')]) {
      const { status, text } = await browser.submit(form, { decision: 'allow', token });
      expect({ status, text }).toEqual({ status: 400, text: expect.stringContaining('This shows nobody') });
      expect(text).not.toContain('token-of-');
    }
  });

  test('gives away no more than the token that signs in has', async () => {
    const server = await startServer();
    const integration = await register(server);
    const narrow = async (...scopes: string[]) =>
      (await server.as('bob').ok<{ token: string }>('POST', '/hearth/v1/tokens', { scopes })).token;
    const browser = new Browser(server);
    const { form } = await browser.open(linkOf(integration));
    const refused = await browser.submit(form, { decision: 'allow', token: await narrow('spark:people_read') });
    expect(refused.text).toContain('Nothing of this is yours to allow');
    const some = await browser.submit(form, { decision: 'allow', token: await narrow('spark:rooms_read') });
    expect(some.status).toBe(303);
    const codes = await server.app.db.reader.query.selectFrom('authorizationCodes').select('scopes').execute();
    expect(codes).toEqual([{ scopes: 'spark:rooms_read' }]);
  });
});

describe('forms of others', () => {
  test.each([
    ['without the cookie', (browser: Browser) => browser.forgetCookies(), {}],
    ['that the browser says come from elsewhere', () => {}, { 'sec-fetch-site': 'cross-site' }],
  ])('are refused: %s', async (_, prepare, headers) => {
    const server = await startServer();
    const browser = new Browser(server);
    const { form } = await browser.open(linkOf(await register(server)));
    prepare(browser);
    const { status, text } = await browser.submit(form, { decision: 'allow', token: tokenOf('bob') }, headers);
    expect(status).toBe(400);
    expect(text).toContain('This form is out of date');
    expect(await server.app.db.reader.query.selectFrom('authorizationCodes').selectAll().execute()).toEqual([]);
  });

  test('are refused with a key of another browser', async () => {
    const server = await startServer();
    const integration = await register(server);
    const { form } = await new Browser(server).open(linkOf(integration));
    const browser = new Browser(server);
    await browser.open(linkOf(integration));
    expect((await browser.submit(form, { decision: 'allow', token: tokenOf('bob') })).status).toBe(400);
  });
});

describe('a link', () => {
  test.each([
    ['of no integration', { client_id: `C${'0'.repeat(64)}` }],
    ['back to somewhere else', { redirect_uri: 'https://evil.example/callback' }],
    ['back below what is registered', { redirect_uri: `${CALLBACK}/x` }],
    ['back to nowhere', { redirect_uri: '' }],
  ])('%s leads to a page, whoever answers it', async (_, changes) => {
    const server = await startServer();
    const integration = await register(server);
    const browser = new Browser(server);
    const { status, headers, text } = await browser.open(linkOf(integration, changes));
    expect({ status, location: headers.get('location') }).toEqual({ status: 400, location: null });
    expect(text).toContain('This does not work');
    const { form } = await browser.open(linkOf(integration));
    const posted = await browser.submit(form, { ...changes, decision: 'allow', token: tokenOf('bob') });
    expect({ status: posted.status, location: posted.headers.get('location') }).toEqual({
      status: 400,
      location: null,
    });
  });

  test.each([
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ scope: 'spark:nothing' }, 'invalid_scope'],
    [{ scope: 'spark:all' }, 'invalid_scope'],
    [{ code_challenge: CHALLENGE }, 'invalid_request'],
    [{ code_challenge: CHALLENGE, code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: 'short', code_challenge_method: 'S256' }, 'invalid_request'],
    [{ code_challenge_method: 'S256' }, 'invalid_request'],
  ])('with %j sends the error back', async (changes, error) => {
    const server = await startServer();
    const { status, headers } = await new Browser(server).open(linkOf(await register(server), changes));
    expect(status).toBe(303);
    const { origin, pathname, searchParams } = new URL(headers.get('location') ?? '');
    expect(origin + pathname).toBe(CALLBACK);
    expect(Object.fromEntries(searchParams)).toEqual({
      error,
      error_description: expect.any(String),
      state: 'a state & more',
    });
  });

  test('that is refused by the person sends that back', async () => {
    const server = await startServer();
    const browser = new Browser(server);
    const { form } = await browser.open(linkOf(await register(server)));
    const { headers } = await browser.submit(form, { decision: 'deny' });
    const { searchParams } = new URL(headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({ error: 'access_denied', state: 'a state & more' });
  });

  test('back to this machine may name any port', async () => {
    const server = await startServer();
    const integration = await register(server, { redirectUris: ['http://127.0.0.1/cb', 'com.example.app:/cb'] });
    const url = await allow(server, integration, { redirect_uri: 'http://127.0.0.1:53124/cb' });
    expect(url.href).toMatch(/^http:\/\/127\.0\.0\.1:53124\/cb\?code=[\w-]{43}&state=a\+state\+%26\+more$/);
    expect((await allow(server, integration, { redirect_uri: 'com.example.app:/cb' })).protocol).toBe(
      'com.example.app:',
    );
  });
});
