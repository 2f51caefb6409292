import { describe, expect, test } from 'vitest';
import type {
  License,
  Membership,
  Message,
  Organization,
  Person,
  Replay,
  Room,
  Webhook,
} from '../../src/contract/index.ts';
import { publicId } from '../../src/core/ids.ts';
import { createToken, findPersonByEmail, SYSTEM_BOT_UUID, systemBot } from '../../src/people/index.ts';
import { recorded, until } from '../delivery/support.ts';
import { register, tokensFor } from '../oauth/support.ts';
import { logged, personKey } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import {
  people,
  personId,
  personUuid,
  startServer,
  type Client,
  type Name,
  type TestServer,
} from '../support/server.ts';

interface List<T> {
  items: T[];
}

const newcomer = { emails: ['New.Comer@acme.example'], displayName: 'New Comer' };
const at = (name: Name) => `/v1/people/${personId(name)}`;

async function tokenOf(server: TestServer, email: string, scopes?: string[]): Promise<Client> {
  const token = await server.app.db.write(async (tx) => {
    const person = await findPersonByEmail(tx, email);
    return createToken(tx, { personId: person?.id ?? 0, now: server.clock.now(), ...(scopes && { scopes }) });
  });
  return server.withToken(token);
}

async function roleIds(server: TestServer): Promise<Record<string, string>> {
  const { items } = await server.as('alice').ok<List<{ id: string; name: string }>>('GET', '/v1/roles');
  return Object.fromEntries(items.map(({ id, name }) => [name, id]));
}

describe('organizations, licences, roles', () => {
  test('an administrator sees their own organization and no other', async () => {
    const server = await startServer();
    const { items } = await server.as('alice').ok<List<Organization>>('GET', '/v1/organizations');
    const { orgId } = await server.as('alice').ok<Person>('GET', '/v1/people/me');
    expect(items).toEqual([{ id: orgId, displayName: 'acme', created: '2016-07-19T12:00:00.000Z' }]);
    expect(await server.as('alice').ok('GET', `/v1/organizations/${orgId}`)).toEqual(items[0]);
    expect(await server.as('eve').get(`/v1/organizations/${orgId}`)).toMatchObject({ status: 404 });
  });

  test('licences are counted by who holds them, and belong to one organization', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const { items } = await alice.ok<List<License>>('GET', '/v1/licenses');
    expect(items.map(({ name, totalUnits, consumedUnits }) => [name, totalUnits, consumedUnits])).toEqual([
      ['Messaging', -1, 4],
      ['Advanced Messaging', -1, 4],
    ]);
    const [messaging, advanced] = items.map(({ id }) => id) as [string, string];
    await alice.ok('PUT', at('bob'), { displayName: 'Bob', licenses: [messaging, 'unknown'] });
    expect(await alice.ok('GET', at('bob'))).toMatchObject({ licenses: [messaging] });
    expect(await alice.ok('GET', `/v1/licenses/${advanced}`)).toMatchObject({ consumedUnits: 3 });
    expect(await server.as('eve').get(`/v1/licenses/${advanced}`)).toMatchObject({ status: 404 });
    expect(
      await alice.ok('GET', `/v1/licenses?orgId=${(await server.as('eve').ok<Person>('GET', '/v1/people/me')).orgId}`),
    ).toEqual({ items: [] });
  });

  test('roles have the same ids everywhere', async () => {
    const server = await startServer();
    const roles = await roleIds(server);
    expect(Object.keys(roles)).toEqual(['Full Administrator', 'Compliance Officer']);
    expect(await server.as('eve').ok('GET', `/v1/roles/${roles['Compliance Officer']}`)).toEqual({
      id: roles['Compliance Officer'],
      name: 'Compliance Officer',
    });
    expect(await server.as('alice').get(`/v1/roles/${personId('bob')}`)).toMatchObject({ status: 404 });
  });

  test.each(['/v1/organizations', '/v1/licenses', '/v1/roles', '/v1/organizations/x', '/v1/licenses/x', '/v1/roles/x'])(
    '%s is for administrators with the scope for it',
    async (path) => {
      const server = await startServer();
      for (const name of ['bob', 'carol', 'robot'] as const)
        expect(await server.as(name).get(path)).toMatchObject({ status: 403 });
      const narrow = await tokenOf(server, people.alice.email, ['spark:all']);
      expect(await narrow.get(path)).toMatchObject({ status: 403 });
    },
  );
});

describe('creating people', () => {
  test('with all that there is to say of them', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const said = {
      displayName: 'New Comer',
      firstName: 'New',
      lastName: 'Comer',
      avatar: 'https://acme.example/new.png',
      phoneNumbers: [{ type: 'work', value: '+1 408 526 7209', primary: true }],
      extension: '133',
      locationId: 'L1',
      department: 'Sales',
      manager: 'Bob Brown',
      title: 'GM',
      addresses: [{ type: 'work', country: 'US', locality: 'Milpitas', region: 'California', postalCode: '99212' }],
      siteUrls: ['mysite.example#attendee'],
      timezone: 'America/Denver',
    };
    const person = await alice.ok<Person>('POST', '/v1/people', {
      ...said,
      emails: newcomer.emails,
      managerId: personUuid('bob').toUpperCase(),
    });
    expect(person).toMatchObject({ ...said, emails: ['new.comer@acme.example'], managerId: personId('bob') });
    expect(person).toMatchObject({ type: 'person', status: 'pending', roles: [], loginEnabled: true });
    expect(person.licenses).toHaveLength(2);
    expect(await alice.ok('GET', `/v1/people/${person.id}`)).toEqual(person);
    expect(await server.as('bob').ok('GET', `/v1/people/${person.id}`)).toMatchObject(said);
  });

  test('a name is made of its parts; only the id is answered when that is asked for; bots are known by their address', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const { id, ...rest } = await alice.ok<Person>('POST', '/v1/people?minResponse=True', {
      emails: ['a@acme.example'],
      firstName: 'Ann',
      lastName: 'Ames',
    });
    expect(rest).toEqual({});
    expect(await alice.ok('GET', `/v1/people/${id}`)).toMatchObject({ displayName: 'Ann Ames' });
    const bot = await alice.ok<Person>('POST', '/v1/people', { emails: ['b@webex.bot'], displayName: 'B' });
    expect(bot).toMatchObject({ type: 'bot', licenses: [], status: 'unknown' });
  });

  test.each<[string, number, object, string | RegExp]>([
    ['an address that is known, in any case', 409, { emails: ['BOB@acme.example'] }, /^Somebody with the address BOB/],
    ['the address of another organization', 409, { emails: [people.eve.email] }, /^Somebody with the address/],
    ['no address', 400, { emails: [] }, 'emails must be a list with one address.'],
    ['two addresses', 400, { emails: ['a@x.example', 'b@x.example'] }, 'emails must be a list with one address.'],
    ['what is no address', 400, { emails: ['nobody'] }, 'emails has something in it that is no e-mail address.'],
    ['no name', 400, { displayName: ' ' }, 'Give at least one of displayName, firstName, lastName.'],
    ['another organization', 403, { orgId: publicId('ORGANIZATION', personUuid('eve')) }, /./],
    ['what is no role', 400, { roles: ['admin'] }, 'roles has something in it that is no role: admin.'],
    ['a manager who is no id', 400, { managerId: '!' }, 'Expect base64 ID or UUID.'],
    ['an avatar that is no URL', 400, { avatar: 'me.png' }, 'avatar must be an http or https URL.'],
    ['a kind of number that is unknown', 400, { phoneNumbers: [{ type: 'x', value: '1' }] }, /^phoneNumbers.0.type/],
  ])('%s is refused', async (_, status, change, message) => {
    const server = await startServer();
    const before = await server.app.db.reader.query.selectFrom('people').selectAll().execute();
    const answer = await server.as('alice').post('/v1/people', { ...newcomer, ...change });
    expect(answer).toMatchObject({
      status,
      body: { message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
    expect(await server.app.db.reader.query.selectFrom('people').selectAll().execute()).toEqual(before);
  });

  test('is for administrators with the scope for it', async () => {
    const server = await startServer();
    const reading = await tokenOf(server, people.alice.email, ['spark:all', 'spark-admin:people_read']);
    for (const client of [server.as('bob'), server.as('carol'), server.as('robot'), reading]) {
      expect(await client.post('/v1/people', newcomer)).toMatchObject({ status: 403 });
      expect(await client.put(at('dave'), { displayName: 'D' })).toMatchObject({ status: 403 });
      expect(await client.delete(at('dave'))).toMatchObject({ status: 403 });
    }
  });
});

describe('changing people', () => {
  test('is a full replacement; the address and what somebody may do stay when nothing is said of them', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const roles = await roleIds(server);
    const person = await alice.ok<Person>('POST', '/v1/people', {
      ...newcomer,
      firstName: 'New',
      title: 'GM',
      locationId: 'L1',
      avatar: 'https://acme.example/new.png',
      roles: [roles['Compliance Officer']],
    });
    server.clock.advance(1000);
    const path = `/v1/people/${person.id}`;
    expect(await alice.ok('PUT', path, person)).toEqual({ ...person, lastModified: '2016-07-19T12:00:01.000Z' });
    const { firstName, title, locationId, avatar, ...rest } = person;
    expect([firstName, title, locationId, avatar]).not.toContain(undefined);
    expect(await alice.ok('PUT', path, { displayName: 'Newer' })).toEqual({
      ...rest,
      displayName: 'Newer',
      lastModified: '2016-07-19T12:00:01.000Z',
    });
    expect(await alice.put(path, { title: 'GM' })).toMatchObject({ status: 400 });
    expect(await alice.put(path, { displayName: ' ' })).toMatchObject({ status: 400 });
  });

  test('a new address takes the place of the former one', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const room = await server.room('Demo', 'alice', 'bob');
    const taken = { displayName: 'Bob', emails: [people.dave.email] };
    expect(await alice.put(at('bob'), taken)).toMatchObject({ status: 409 });
    await server.as('bob').ok('GET', '/v1/people/me');
    await alice.ok('PUT', at('bob'), { displayName: 'Bob', emails: ['Robert@acme.example'] });
    const said = await server.as('bob').say(room, 'still me');
    expect(said.personEmail).toBe('robert@acme.example');
    expect(await alice.ok('GET', `/v1/people?email=${people.bob.email}`)).toEqual({ items: [] });
  });

  test('nobody else is changed: who is not there, of another organization, or the system bot', async () => {
    const server = await startServer();
    await systemBot(server.app.db, server.clock.now());
    const alice = server.as('alice');
    const nobody = publicId('PEOPLE', '0f1e2d3c-4b5a-4697-8877-665544332211');
    for (const [id, status] of [
      [nobody, 404],
      ['nonsense!', 404],
      [personId('eve'), 403],
      [publicId('PEOPLE', SYSTEM_BOT_UUID), 403],
    ] as const) {
      expect(await alice.put(`/v1/people/${id}`, { displayName: 'X' })).toMatchObject({ status });
      expect(await alice.delete(`/v1/people/${id}`)).toMatchObject({ status });
    }
  });

  test('a role is granted and revoked at once, to tokens that are there as well', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const roles = await roleIds(server);
    const bob = await tokenOf(server, people.bob.email);
    expect(await bob.get('/v1/people')).toMatchObject({ status: 400 });
    await alice.ok('PUT', at('bob'), { displayName: 'Bob', roles: [roles['Full Administrator']] });
    expect(await bob.ok('GET', '/v1/people/me')).toMatchObject({ roles: [roles['Full Administrator']] });
    await bob.ok('POST', '/v1/people', newcomer);
    const asked = `/v1/people?roles=${roles['Full Administrator']}`;
    expect((await alice.ok<List<Person>>('GET', asked)).items.map(({ id }) => id)).toEqual([
      personId('alice'),
      personId('bob'),
    ]);
    await alice.ok('PUT', at('bob'), { displayName: 'Bob', roles: [] });
    expect(await bob.get('/v1/people')).toMatchObject({ status: 400 });
    expect(await bob.get(asked)).toMatchObject({ status: 403 });
  });

  test('with the role go the webhooks of the organization that it takes', async () => {
    const server = await startServer();
    const roles = await roleIds(server);
    const receiver = await server.receiver();
    const both = { displayName: 'Carol', roles: Object.values(roles) };
    await server.as('alice').ok('PUT', at('carol'), both);
    const ofRooms = await server.webhook('carol', receiver, { resource: 'rooms', event: 'all', ownedBy: 'org' });
    const ofMessages = await server.webhook('carol', receiver, { ownedBy: 'org' });
    const own = await server.webhook('carol', receiver, { name: 'own' });
    await server.as('alice').ok('PUT', at('carol'), { displayName: 'Carol', roles: [roles['Full Administrator']] });
    const status = async (webhook: Webhook) =>
      (await server.as('carol').ok<Webhook>('GET', `/v1/webhooks/${webhook.id}`)).status;
    expect(await Promise.all([ofRooms, ofMessages, own].map(status))).toEqual(['active', 'inactive', 'active']);
    const room = await server.room('Demo', 'alice');
    await server.as('alice').say(room, 'not for Carol');
    await server.settled();
    expect(receiver.received.map(({ notice }) => notice.resource)).toEqual(['rooms']);
    const carol = server.as('carol');
    const on = { name: 'w', targetUrl: receiver.url, status: 'active' };
    expect(await carol.put(`/v1/webhooks/${ofMessages.id}`, on)).toMatchObject({ status: 403 });
    expect(await carol.post(`/hearth/v1/webhooks/${ofMessages.id}/enable`, {})).toMatchObject({ status: 403 });
    expect(await status(ofMessages)).toBe('inactive');
    await carol.ok('PUT', `/v1/webhooks/${ofMessages.id}`, { name: 'renamed', targetUrl: receiver.url });
    await carol.ok('DELETE', `/v1/webhooks/${ofMessages.id}`);
  });

  test('administrators do not take the administration from themselves', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    for (const change of [{ roles: [] }, { loginEnabled: false }]) {
      expect(await alice.put(at('alice'), { displayName: 'Alice', ...change })).toMatchObject({ status: 400 });
    }
    expect(await alice.delete(at('alice'))).toMatchObject({
      status: 400,
      body: { message: 'You cannot delete yourself: another administrator has to.' },
    });
    await alice.ok('PUT', at('alice'), { displayName: 'Alice' });
  });

  test('who is locked out gets 401 at once, and in again', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    await bob.ok('GET', '/v1/people/me');
    await server.as('alice').ok('PUT', at('bob'), { displayName: 'Bob', loginEnabled: false });
    expect(await bob.get('/v1/people/me')).toMatchObject({ status: 401 });
    await server.as('alice').ok('PUT', at('bob'), { displayName: 'Bob', loginEnabled: true });
    await bob.ok('GET', '/v1/people/me');
  });
});

describe('deleting people', () => {
  test('ends their memberships, with an event for each; the last moderator leaves an open room', async () => {
    const server = await startServer();
    await server.room('Demo', 'alice', 'bob');
    await server.as('bob').ok('POST', '/v1/rooms', { title: 'Locked', isLocked: true });
    await server.as('bob').ok('POST', '/v1/messages', { toPersonId: personId('dave'), text: 'psst' });
    expect(await logged(server, () => server.as('alice').ok('DELETE', at('bob')))).toEqual([
      'memberships/deleted bob by alice',
      'memberships/deleted bob moderator by alice',
      'rooms/updated group',
      'memberships/deleted bob by alice',
    ]);
  });

  test('tells those who are left', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const room = await server.room('Demo', 'alice', 'bob');
    await server.webhook('alice', receiver, { resource: 'memberships', event: 'deleted' });
    await server.as('alice').ok('DELETE', at('bob'));
    const { notice } = await receiver.next();
    expect(notice).toMatchObject({
      actorId: personId('alice'),
      data: { roomId: room.id, personId: personId('bob'), personEmail: people.bob.email },
    });
  });

  test('keeps what they wrote, with their name on it; they themselves are not there any more', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const room = await server.room('Demo', 'bob', 'alice');
    const said = await server.as('bob').say(room, 'remember me');
    const direct = await server
      .as('bob')
      .ok<Message>('POST', '/v1/messages', { toPersonId: personId('dave'), text: 'psst' });
    await alice.ok('DELETE', at('bob'));

    expect(await alice.ok('GET', `/v1/messages/${said.id}`)).toEqual(said);
    expect((await alice.ok<List<Message>>('GET', `/v1/messages?roomId=${room.id}`)).items).toEqual([said]);
    expect(await alice.ok('GET', `/v1/rooms/${room.id}`)).toMatchObject({ creatorId: personId('bob') });
    expect(await server.as('dave').ok<Room>('GET', `/v1/rooms/${direct.roomId}`)).toMatchObject({ title: 'Bob Brown' });

    const gone = { status: 404, body: { message: 'Person not found' } };
    expect(await alice.get(at('bob'))).toMatchObject(gone);
    expect(await alice.put(at('bob'), { displayName: 'Bob' })).toMatchObject(gone);
    expect(await alice.delete(at('bob'))).toMatchObject(gone);
    expect(await alice.ok('GET', `/v1/people?id=${personId('bob')}`)).toEqual({
      items: [],
      notFoundIds: [personId('bob')],
    });
    for (const query of [`email=${people.bob.email}`, `email=${personUuid('bob')}`, 'displayName=Bob'])
      expect(await alice.ok('GET', `/v1/people?${query}`)).toEqual({ items: [] });
    for (const whom of [
      { toPersonId: personId('bob') },
      { toPersonEmail: people.bob.email },
      { toPersonEmail: personUuid('bob') },
    ])
      expect(await alice.post('/v1/messages', { ...whom, text: 'hello?' })).toMatchObject({ status: 404 });
    expect(await alice.post('/v1/memberships', { roomId: room.id, personId: personId('bob') })).toMatchObject(gone);
    const names = (await walk<Person>(alice, '/v1/people')).flat().map(({ displayName }) => displayName);
    expect(names).not.toContain('Bob Brown');
  });

  test('ends their tokens at once, also those that were just used', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    await bob.ok('GET', '/v1/people/me');
    await server.as('alice').ok('DELETE', at('bob'));
    expect(await bob.get('/v1/people/me')).toMatchObject({ status: 401 });
    expect(
      await server.app.db.reader.query
        .selectFrom('tokens')
        .selectAll()
        .where('personId', '=', await personKey(server, 'bob'))
        .execute(),
    ).toEqual([]);
  });

  test('a request that was let in just before makes nothing new', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    const room = await server.room('Demo', 'bob');
    const own = await server.webhook('bob', await server.receiver(), {});
    await server.app.db.write(({ query }) => query.updateTable('webhooks').set({ status: 'inactive' }).execute());
    // Marked behind the back of what is trusted for a moment.
    await server.app.db.write(({ query }) =>
      query.updateTable('people').set({ deletedAt: 1 }).where('uuid', '=', personUuid('bob')).execute(),
    );
    const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'all' };
    expect(await bob.post('/v1/rooms', { title: 'Mine' })).toMatchObject({ status: 401 });
    expect(await bob.post('/v1/messages', { toPersonId: personId('dave'), text: 'x' })).toMatchObject({ status: 401 });
    expect(await bob.post('/v1/webhooks', webhook)).toMatchObject({ status: 401 });
    expect(await bob.put(`/v1/webhooks/${own.id}`, { ...own, status: 'active' })).toMatchObject({ status: 401 });
    expect(await bob.post(`/hearth/v1/webhooks/${own.id}/enable`, {})).toMatchObject({ status: 401 });
    for (const [path, body] of [
      ['/v1/teams', { name: 'Mine' }],
      ['/hearth/v1/tokens', {}],
      ['/hearth/v1/integrations', { name: 'i', redirectUris: ['https://app.example/'], scopes: ['spark:all'] }],
      ['/hearth/v1/guest-issuers', { name: 'g' }],
      ['/hearth/v1/incoming-webhooks', { name: 'i', roomId: room.id }],
      ['/wdm/api/v1/devices', {}],
    ] as const)
      expect({ path, ...(await bob.post(path, body)) }).toMatchObject({ status: 401 });
  });

  test('ends what they allowed integrations, and their own integrations', async () => {
    const server = await startServer();
    const [theirs, own] = [await register(server, {}, 'alice'), await register(server, {}, 'bob')];
    const allowed = await tokensFor(server, theirs, { scope: 'spark:rooms_read', as: 'bob' });
    const given = await tokensFor(server, own, { scope: 'spark:rooms_read', as: 'alice' });
    await server.as('alice').ok('DELETE', `/v1/people/${personId('bob')}`);
    for (const [{ clientId, clientSecret }, tokens] of [
      [theirs, allowed],
      [own, given],
    ] as const) {
      server.clock.advance(1_001);
      expect(await server.withToken(tokens.access_token).get('/v1/rooms')).toMatchObject({ status: 401 });
      const body = { grant_type: 'refresh_token', client_id: clientId, client_secret: clientSecret };
      const again = { ...body, refresh_token: tokens.refresh_token };
      expect(await server.as('alice').post('/v1/access_token', again)).toMatchObject({ status: 400 });
    }
  });

  test('switches off their webhooks, with the reason, and drops what waited for them (WH-14)', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    receiver.answer = 500;
    const room = await server.room('Demo', 'alice', 'carol');
    const webhook = await server.webhook('carol', receiver, { ownedBy: 'org' });
    await server.as('alice').say(room, 'fails');
    await recorded(server, { state: 'waiting', attempts: 1 });
    const replay = await server.as('carol').ok<Replay>('POST', '/hearth/v1/replays', { webhookId: webhook.id });
    // Had it found something to send, it would not be over already.
    await server.app.db.write(({ query }) => query.updateTable('replays').set({ state: 'paused' }).execute());
    await server.as('alice').ok('DELETE', at('carol'));
    expect(await server.as('alice').ok('GET', `/hearth/v1/replays/${replay.id}`)).toMatchObject({ state: 'cancelled' });
    await recorded(server, { state: 'dropped', reason: "The webhook's owner was deleted.", dueAt: null });
    expect(await server.as('alice').ok('GET', `/hearth/v1/webhooks/${webhook.id}`)).toMatchObject({
      status: 'inactive',
      health: { disabled: { reason: 'Its owner was deleted.' } },
    });
    await server.as('alice').say(room, 'nobody hears');
    await server.restart();
    server.clock.advance(86_400_000);
    await server.settled();
    expect(receiver.received).toHaveLength(1);
  });

  test('gives the place of their organization webhook free', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const roles = await roleIds(server);
    await server.webhook('carol', receiver, { ownedBy: 'org' });
    await server.as('alice').ok('PUT', at('bob'), { displayName: 'Bob', roles: [roles['Compliance Officer']] });
    await server.as('alice').ok('DELETE', at('carol'));
    await server.webhook('bob', receiver, { ownedBy: 'org' });
  });

  test('sets the address free: whoever gets it is somebody else', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const direct = await alice.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'old' });
    await alice.ok('DELETE', at('bob'));
    const next = await alice.ok<Person>('POST', '/v1/people', { emails: [people.bob.email], displayName: 'Bob II' });
    expect(next.id).not.toBe(personId('bob'));
    const other = await alice.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'new' });
    expect(other.roomId).not.toBe(direct.roomId);
    const { items } = await alice.ok<List<Membership>>('GET', `/v1/memberships?roomId=${direct.roomId}`);
    expect(items.map(({ personEmail }) => personEmail)).toEqual([people.alice.email]);
  });
});

describe('who is there', () => {
  test('active for ten minutes after the last request, then inactive; kept over a restart', async () => {
    const server = await startServer();
    const bob = async () => server.as('alice').ok<Person>('GET', at('bob'));
    expect(await bob()).toMatchObject({ status: 'pending' });
    expect(await bob()).not.toHaveProperty('lastActivity');
    await server.as('bob').ok('GET', '/v1/rooms');
    server.clock.advance(599_999);
    expect(await bob()).toMatchObject({ status: 'active', lastActivity: '2016-07-19T12:00:00.000Z' });
    server.clock.advance(1);
    expect(await bob()).toMatchObject({ status: 'inactive', lastActivity: '2016-07-19T12:00:00.000Z' });
    await server.as('bob').ok('GET', '/v1/rooms');
    await server.restart();
    expect(await bob()).toMatchObject({ status: 'active', lastActivity: '2016-07-19T12:10:00.000Z' });
  });

  test('costs no write of a request: people are written down together, once a minute', async () => {
    const server = await startServer();
    const { stats } = server.app.db;
    const stored = () =>
      server.app.db.reader.query
        .selectFrom('people')
        .select('lastActivityAt')
        .where('uuid', '=', personUuid('bob'))
        .executeTakeFirst();
    const before = stats.operations;
    for (const name of ['bob', 'dave', 'bob', 'robot', 'bob'] as const) await server.as(name).ok('GET', '/v1/rooms');
    expect(stats.operations).toBe(before);
    expect(await stored()).toEqual({ lastActivityAt: null });
    server.clock.advance(60_000);
    await until(async () => (await stored())?.lastActivityAt === server.clock.now() - 60_000);
  });

  test('bots are unknown; other organizations are told nothing; lists by id and those without status neither', async () => {
    const server = await startServer();
    await server.as('robot').ok('GET', '/v1/rooms');
    expect(await server.as('alice').ok('GET', at('robot'))).toMatchObject({ status: 'unknown' });
    expect(await server.as('alice').ok('GET', at('robot'))).not.toHaveProperty('lastActivity');
    for (const query of [`id=${personId('bob')}`, `email=${people.bob.email}&excludeStatus=true`]) {
      const { items } = await server.as('alice').ok<List<Person>>('GET', `/v1/people?${query}`);
      expect(items).toHaveLength(1);
      expect(items[0]).not.toHaveProperty('status');
      expect(items[0]).not.toHaveProperty('lastActivity');
    }
    expect(await server.as('alice').get('/v1/people?excludeStatus=perhaps')).toMatchObject({
      status: 400,
      body: { message: 'excludeStatus must be true or false.' },
    });
  });

  test('at a location: fifty at most on a page', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    for (let at = 0; at < 51; at += 1)
      await alice.ok('POST', '/v1/people', { emails: [`p${at}@acme.example`], displayName: 'P', locationId: 'L1' });
    const pages = await walk<Person>(alice, '/v1/people?locationId=L1&callingData=true&max=1000');
    expect(pages.map((page) => page.length)).toEqual([50, 1]);
  });
});
