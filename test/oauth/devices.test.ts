import { describe, expect, test } from 'vitest';
import type { AccessToken, DeviceAuthorization } from '../../src/contract/index.ts';
import { raw } from '../support/raw.ts';
import { startServer, tokenOf, type TestServer } from '../support/server.ts';
import { ask, Browser, register, type Registered } from './support.ts';

const GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

async function begin(server: TestServer, integration: Registered): Promise<DeviceAuthorization> {
  const { status, body } = await ask<DeviceAuthorization>(server, '/v1/device/authorize', {}, integration);
  expect(status).toBe(200);
  return body;
}

function poll(server: TestServer, integration: Registered, { device_code }: DeviceAuthorization) {
  return ask<AccessToken & { error?: string }>(
    server,
    '/v1/device/token',
    { grant_type: GRANT, device_code },
    integration,
  );
}

async function decide(server: TestServer, { verification_uri_complete: uri }: DeviceAuthorization, decision: string) {
  const browser = new Browser(server);
  const { status, form, text } = await browser.open(uri);
  expect(status, text).toBe(200);
  return browser.submit(form, { decision, token: tokenOf('bob') });
}

test('a device gets in when the person allows it', async () => {
  const server = await startServer();
  const integration = await register(server);
  const device = await begin(server, integration);
  expect(device).toEqual({
    device_code: expect.stringMatching(/^[\w-]{43}$/),
    user_code: expect.stringMatching(/^[A-Z]{4}-[A-Z]{4}$/),
    verification_uri: `${server.url}/v1/device/verify`,
    verification_uri_complete: `${server.url}/v1/device/verify?user_code=${device.user_code}`,
    expires_in: 299,
    interval: 5,
  });
  const { status, body } = await poll(server, integration, device);
  expect(status).toBe(428);
  expect(body).toMatchObject({
    message: 'The person has not decided yet: ask again later.',
    errors: [{ description: 'The person has not decided yet: ask again later.' }],
    trackingId: expect.any(String),
    error: 'authorization_pending',
  });
  const page = await new Browser(server).open(device.verification_uri_complete);
  expect(page.text).toContain(device.user_code);
  expect(page.text).toContain('Build Bot wants to act for you');
  expect((await decide(server, device, 'allow')).text).toContain('The device is connected');
  server.clock.advance(5_000);
  const answer = await poll(server, integration, device);
  expect(answer).toMatchObject({ status: 200, body: { expires_in: 1_209_599, token_type: 'Bearer' } });
  expect(await server.withToken(answer.body.access_token).get('/v1/rooms')).toMatchObject({ status: 200 });
  expect(await poll(server, integration, device)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a device is told when the person refuses, and when it was too late', async () => {
  const server = await startServer();
  const integration = await register(server);
  const [refused, late] = [await begin(server, integration), await begin(server, integration)];
  expect((await decide(server, refused, 'deny')).text).toContain('You have refused');
  expect(await poll(server, integration, refused)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
  server.clock.advance(300_000);
  expect(await poll(server, integration, late)).toMatchObject({ status: 400, body: { error: 'expired_token' } });
  expect(await new Browser(server).open(late.verification_uri_complete)).toMatchObject({ status: 400 });
});

test('a device that asks too often has to slow down', async () => {
  const server = await startServer();
  const integration = await register(server);
  const device = await begin(server, integration);
  const statusAfter = async (ms: number) => {
    server.clock.advance(ms);
    const { status, body } = await poll(server, integration, device);
    return `${status} ${body.error}`;
  };
  expect(await statusAfter(0)).toBe('428 authorization_pending');
  expect(await statusAfter(5_000)).toBe('428 authorization_pending');
  expect(await statusAfter(4_999)).toBe('400 slow_down');
  expect(await statusAfter(9_999)).toBe('400 slow_down');
  expect(await statusAfter(15_000)).toBe('428 authorization_pending');
});

test('a device code is good for its client and at its door', async () => {
  const server = await startServer();
  const [integration, other] = [await register(server), await register(server, {}, 'bob')];
  const device = await begin(server, integration);
  expect(await poll(server, other, device)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const wrongType = { grant_type: 'refresh_token', refresh_token: 'x' };
  expect(await ask(server, '/v1/device/token', wrongType, integration)).toMatchObject({
    body: { error: 'unsupported_grant_type' },
  });
  const wider = { scope: 'spark:all' };
  expect(await ask(server, '/v1/device/authorize', wider, integration)).toMatchObject({
    body: { error: 'invalid_scope' },
  });
  const nobody = { ...integration, clientSecret: 'wrong' };
  expect(await ask(server, '/v1/device/authorize', {}, nobody)).toMatchObject({ body: { error: 'invalid_client' } });
});

test('a client need not show its secret to begin', async () => {
  const server = await startServer();
  const { clientId } = await register(server);
  const headers = { authorization: undefined, 'content-type': 'application/x-www-form-urlencoded' };
  const body = `client_id=${clientId}&scope=spark:rooms_read`;
  expect(await raw(server.url, { method: 'POST', path: '/v1/device/authorize', headers, body })).toMatchObject({
    status: 200,
  });
});

describe('the page for codes', () => {
  test('takes a code however it is typed', async () => {
    const server = await startServer();
    const { user_code } = await begin(server, await register(server));
    const browser = new Browser(server);
    expect(await browser.open('/v1/device/verify')).toMatchObject({ status: 200 });
    for (const typed of [user_code.toLowerCase(), user_code.replace('-', ' '), ` ${user_code} `]) {
      const query = new URLSearchParams({ user_code: typed });
      expect(await browser.open(`/v1/device/verify?${query.toString()}`)).toMatchObject({ status: 200 });
    }
  });

  test('does not let anybody guess for long', async () => {
    const server = await startServer();
    const { user_code } = await begin(server, await register(server));
    const browser = new Browser(server);
    const guess = async (code: string) => (await browser.open(`/v1/device/verify?user_code=${code}`)).status;
    for (let times = 0; times < 10; times += 1) expect(await guess('BCDF-GHJK')).toBe(400);
    expect(await guess('BCDF-GHJK')).toBe(429);
    expect(await guess(user_code)).toBe(429);
    server.clock.advance(60_000);
    expect(await guess(user_code)).toBe(200);
  });

  test('refuses forms of others, and decides once', async () => {
    const server = await startServer();
    const integration = await register(server);
    const device = await begin(server, integration);
    const browser = new Browser(server);
    const { form } = await browser.open(device.verification_uri_complete);
    const answers = { decision: 'allow', token: tokenOf('bob') };
    expect(await browser.submit(form, answers, { 'sec-fetch-site': 'same-site' })).toMatchObject({ status: 400 });
    expect(await browser.submit(form, { ...answers, token: 'nobody' })).toMatchObject({ status: 400 });
    expect(await poll(server, integration, device)).toMatchObject({ status: 428 });
    expect(await browser.submit(form, answers)).toMatchObject({ status: 200 });
    expect(await browser.submit(form, { decision: 'deny' })).toMatchObject({ status: 400 });
    server.clock.advance(5_000);
    expect(await poll(server, integration, device)).toMatchObject({ status: 200 });
  });
});
