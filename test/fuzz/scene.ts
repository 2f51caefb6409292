import { SignJWT } from 'jose';
import { createToken } from '../../src/people/index.ts';
import type { DeviceAuthorization, Message } from '../../src/contract/index.ts';
import { send as sendForm, text } from '../files/support.ts';
import { ask, Browser, register, tokensFor, type Registered } from '../oauth/support.ts';
import { attachmentsOf } from '../support/cards.ts';
import { personKey } from '../support/log.ts';
import { people, personId, personUuid, tokenOf, type Name, type TestServer } from '../support/server.ts';
import { Pools, type Thing } from './pools.ts';
import type { Callers } from './wire.ts';

export interface Scene {
  pools: Pools;
  callers: Callers;
}

/** What the requests are about: so many of everything, most of it Alice's. */
export async function setScene(server: TestServer, copies: number): Promise<Scene> {
  const pools = new Pools();
  const alice = server.as('alice');
  const make = async (kind: string, path: string, body: object) => {
    const thing = await alice.ok<Thing & { id: string }>('POST', path, body);
    pools.add(kind, thing);
    return thing;
  };
  const list = async (kind: string, path: string, name: Name = 'alice') => {
    for (const thing of (await server.as(name).ok<{ items: Thing[] }>('GET', path)).items) pools.add(kind, thing);
  };
  for (const name of ['alice', 'bob', 'carol', 'dave', 'robot'] as const) pools.add('person', { id: personId(name) });

  // Dave asks for nothing himself: what he has allowed, and registered, stays.
  const integration = await register(server, { scopes: wide }, 'dave');
  pools.add('client', { id: integration.id, clientId: integration.clientId, clientSecret: integration.clientSecret });

  for (let copy = 0; copy < copies; copy++) {
    const team = await make('team', '/v1/teams', { name: `Team ${copy}` });
    await make('teamMembership', '/v1/team/memberships', { teamId: team.id, personId: personId('bob') });
    const { id: roomId } = await make('room', '/v1/rooms', { title: `Room ${copy}` });
    await make('membership', '/v1/memberships', { roomId, personId: personId('bob') });
    const hook = {
      name: 'w',
      targetUrl: 'http://127.0.0.1:9/',
      resource: 'messages',
      event: 'all',
      filter: `roomId=${roomId}`,
    };
    const webhook = await make('webhook', '/v1/webhooks', hook);
    await make('message', '/v1/messages', { roomId, text: 'hello' });
    const card = await make('card', '/v1/messages', { roomId, attachments: attachmentsOf() });
    const submission = { type: 'submit', messageId: card.id, inputs: { name: 'x' } };
    await make('action', '/v1/attachment/actions', submission);
    await make('tab', '/v1/room/tabs', { roomId, contentUrl: 'https://wiki.example/', displayName: 'Wiki' });
    const { body: file } = await sendForm(server, 'alice', { roomId, text: 'x', files: text('content') });
    pools.add('content', { id: file.files?.[0]?.split('/').at(-1), roomId });
    const incoming = await make('incoming', '/hearth/v1/incoming-webhooks', { name: 'x', roomId });
    pools.add('incomingToken', { id: incoming['token'], of: incoming.id });
    const job = { webhookId: webhook.id, kind: 'events', fromSequence: 1 };
    const replay = await make('replay', '/hearth/v1/replays', job);
    if (copy % 2 === 0) await alice.call('POST', `/hearth/v1/replays/${replay.id}/pause`);
    await make('integration', '/hearth/v1/integrations', {
      name: 'x',
      redirectUris: ['https://app.example/'],
      scopes: ['spark:all'],
    });
    await make('issuer', '/hearth/v1/guest-issuers', { name: 'x' });
    await make('personalToken', '/hearth/v1/tokens', { name: 'x' });
    const newcomer = await make('newcomer', '/v1/people', { emails: [`n${copy}@acme.example`], displayName: 'New' });
    pools.add('person', newcomer);
    const device = await alice.ok<{ url: string }>('POST', '/wdm/api/v1/devices', { name: 'x' });
    pools.add('device', { id: device.url.split('/').at(-1) });
    await tokensFor(server, await register(server, {}, 'carol'), { as: 'alice' });
    pools.add('deviceCode', { id: copy, code: await approvedDevice(server, integration) });
    pools.add('foreign', { id: (await server.room('Bob alone', 'bob')).id });
    pools.add('foreign', await server.as('eve').ok<Thing>('POST', '/v1/webhooks', { ...hook, filter: '' }));
  }
  // Deliveries that have arrived can be sent anew.
  const heard = await server.webhook('alice', await server.receiver(), {});
  await alice.ok<Message>('POST', '/v1/messages', { toPersonId: personId('robot'), text: 'x' });
  await alice.ok<Message>('POST', '/v1/messages', { toPersonId: personId('bob'), text: 'x' });
  await server.settled();
  await list('delivery', `/hearth/v1/deliveries?webhookId=${heard.id}`);
  await list('authorization', '/hearth/v1/authorizations');
  await list('complianceEvent', '/v1/events', 'carol');
  for (const kind of ['organization', 'license', 'role']) await list(kind, `/v1/${kind}s`);
  return { pools, callers: await callersOf(server, integration, pools) };
}

const wide = ['openid', 'profile', 'email', 'spark:all'];

async function callersOf(server: TestServer, integration: Registered, pools: Pools): Promise<Callers> {
  const dave = server.as('dave');
  const narrow = await tokensFor(server, await register(server, { scopes: ['spark:rooms_read'] }, 'dave'), {
    scope: 'spark:rooms_read',
    as: 'dave',
  });
  const all = await tokensFor(server, integration, { scope: wide.join(' '), as: 'dave' });
  const refreshed = await tokensFor(server, integration, { scope: wide.join(' '), as: 'bob' });
  pools.add('refreshToken', { id: refreshed.refresh_token });

  const issuer = await dave.ok<{ id: string; secret: string }>('POST', '/hearth/v1/guest-issuers', { name: 'x' });
  const exp = server.clock.now() / 1_000 + 3_600;
  const jwt = await new SignJWT({ sub: 'guest', name: 'Gina Guest', iss: issuer.id, exp })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(Buffer.from(issuer.secret, 'base64'));
  pools.add('jwt', { id: jwt });
  const guest = await server.withToken(jwt).ok<{ token: string }>('POST', '/v1/jwt/login');
  const { id: guestId } = await server.withToken(guest.token).ok<{ id: string }>('GET', '/v1/people/me');

  const now = server.clock.now();
  const expired = { personId: await personKey(server, 'alice'), now, token: 'expired', expiresAt: now };
  await server.app.db.write((tx) => createToken(tx, expired));
  pools.add('expired', { id: expired.token });

  const names = Object.keys(people) as Name[];
  return {
    tokens: {
      ...Object.fromEntries(names.map((name) => [name, tokenOf(name)])),
      narrow: narrow.access_token,
      wide: all.access_token,
      guest: guest.token,
    },
    spared: new Set([...names.map(personUuid), Buffer.from(guestId, 'base64url').toString().split('/').at(-1) ?? '']),
  };
}

/** A code that a token can be had for, once. */
async function approvedDevice(server: TestServer, integration: Registered): Promise<string> {
  const { body } = await ask<DeviceAuthorization>(server, '/v1/device/authorize', {}, integration);
  const browser = new Browser(server);
  const { form } = await browser.open(body.verification_uri_complete);
  await browser.submit(form, { decision: 'allow', token: tokenOf('bob') });
  return body.device_code;
}
