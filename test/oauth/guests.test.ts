import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import type { GuestIssuer, GuestToken, Membership, Message, Person, Room, Team } from '../../src/contract/index.ts';
import { raw } from '../support/raw.ts';
import { people, personId, startServer, type Client, type Name, type TestServer } from '../support/server.ts';

type Issuer = GuestIssuer & { secret: string };

function issuerOf(server: TestServer, name = 'Shop', owner: Name = 'alice'): Promise<Issuer> {
  return server.as(owner).ok<Issuer>('POST', '/hearth/v1/guest-issuers', { name });
}

interface Claims {
  sub?: string;
  name?: string;
  iss?: string;
  exp?: number;
}

function jwt(server: TestServer, { id, secret }: Issuer, claims: Claims = {}): Promise<string> {
  const exp = server.clock.now() / 1_000 + 3_600;
  return new SignJWT({ sub: 'guest-1', name: 'Gina Guest', iss: id, exp, ...claims })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(Buffer.from(secret, 'base64'));
}

function login(server: TestServer, authorization: string | undefined) {
  return raw(server.url, { method: 'POST', path: '/v1/jwt/login', headers: { authorization } });
}

async function guest(server: TestServer, issuer: Issuer, claims: Claims = {}): Promise<Client> {
  const { status, body } = await login(server, await jwt(server, issuer, claims));
  expect({ status, body }).toMatchObject({ status: 200 });
  return server.withToken((JSON.parse(body) as GuestToken).token);
}

test('a guest is somebody for six hours, and the same one the next time', async () => {
  const server = await startServer();
  const issuer = await issuerOf(server);
  const first = await login(server, await jwt(server, issuer));
  const { token, expiresIn } = JSON.parse(first.body) as GuestToken;
  expect({ token, expiresIn }).toEqual({
    token: expect.stringMatching(/^[^_]+_[A-Z]{4}_[0-9a-f-]{36}$/),
    expiresIn: 21_599,
  });
  const me = await server.withToken(token).ok<Person>('GET', '/v1/people/me');
  expect(me).toMatchObject({ type: 'appuser', displayName: 'Gina Guest', orgId: issuer.id });
  const again = await guest(server, issuer, { name: 'Gina' });
  expect(await again.ok<Person>('GET', '/v1/people/me')).toMatchObject({ id: me.id, displayName: 'Gina' });
  const other = await guest(server, await issuerOf(server, 'Other'));
  expect((await other.ok<Person>('GET', '/v1/people/me')).id).not.toBe(me.id);
  server.clock.leap(6 * 3_600_000);
  expect(await server.withToken(token).get('/v1/people/me')).toMatchObject({ status: 401 });
});

test('a guest talks to people, and not to guests', async () => {
  const server = await startServer();
  const issuer = await issuerOf(server);
  const [gina, gus] = [await guest(server, issuer), await guest(server, issuer, { sub: 'guest-2', name: 'Gus' })];
  const { id: gusId } = await gus.ok<Person>('GET', '/v1/people/me');
  const sent = await gina.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hello' });
  expect(sent).toMatchObject({ text: 'hello', roomType: 'direct' });
  const toGuest = await gina.post('/v1/messages', { toPersonId: gusId, text: 'psst' });
  expect(toGuest).toMatchObject({ status: 403, body: { message: 'Guests cannot talk to guests.' } });
  const room = await gina.ok<Room>('POST', '/v1/rooms', { title: 'Help' });
  expect(await gina.post('/v1/memberships', { roomId: room.id, personId: gusId })).toMatchObject({ status: 403 });
  await gina.ok<Membership>('POST', '/v1/memberships', { roomId: room.id, personId: personId('alice') });
});

test('a guest brings no guest into a team either', async () => {
  const server = await startServer();
  const issuer = await issuerOf(server);
  const [gina, gus] = [await guest(server, issuer), await guest(server, issuer, { sub: 'guest-2', name: 'Gus' })];
  const { id: gusId } = await gus.ok<Person>('GET', '/v1/people/me');
  const team = await gina.ok<Team>('POST', '/v1/teams', { name: 'Guests' });
  const added = await gina.post('/v1/team/memberships', { teamId: team.id, personId: gusId });
  expect(added).toMatchObject({ status: 403, body: { message: 'Guests cannot talk to guests.' } });
  expect(await gus.ok('GET', '/v1/teams')).toEqual({ items: [] });
  await gina.ok('POST', '/v1/team/memberships', { teamId: team.id, personId: personId('bob') });
});

test('a guest finds nobody by name but those in the same room, and administers nothing', async () => {
  const server = await startServer();
  const issuer = await issuerOf(server);
  const gina = await guest(server, issuer);
  await guest(server, issuer, { sub: 'guest-2', name: 'Gus' });
  const found = async (name: string) =>
    (await gina.ok<{ items: Person[] }>('GET', `/v1/people?displayName=${name}`)).items.map(
      ({ displayName }) => displayName,
    );
  expect(await found('G')).toEqual([]);
  expect(await found('Bob')).toEqual([]);
  await gina.ok('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hello' });
  expect(await found('Bob')).toEqual(['Bob Brown']);
  expect(await gina.get('/hearth/v1/integrations')).toMatchObject({ status: 403 });
});

describe('who is not let in', () => {
  const now = Date.parse('2016-07-19T12:00:00.000Z') / 1_000;

  test.each<[string, number, (server: TestServer, issuer: Issuer) => Promise<string> | string | undefined]>([
    ['nothing at all', 401, () => undefined],
    ['an access token', 401, () => 'Bearer token-of-alice'],
    ['one that has expired', 401, (server, issuer) => jwt(server, issuer, { exp: now - 1 })],
    ['one of another issuer', 401, (server, issuer) => jwt(server, issuer, { iss: 'Y2lzY29' })],
    [
      'one of an organization that vouches for nobody',
      401,
      (server, issuer) => jwt(server, { ...issuer, id: personId('bob') }),
    ],
    ['one with another key', 401, (server, issuer) => jwt(server, { ...issuer, secret: 'QUFB' })],
    ['one that nobody has signed', 401, (_, { id }) => new UnsecuredJWT({ sub: 'x', iss: id, exp: now + 60 }).encode()],
    [
      'one without an end',
      400,
      (_, { id, secret }) =>
        new SignJWT({ sub: 'x', iss: id }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.from(secret, 'base64')),
    ],
    ['one that names nobody', 400, (server, issuer) => jwt(server, issuer, { sub: '' })],
    [
      'another algorithm',
      401,
      (_, { id, secret }) =>
        new SignJWT({ sub: 'x', iss: id, exp: now + 60 })
          .setProtectedHeader({ alg: 'HS512' })
          .sign(Buffer.from(secret.repeat(2), 'base64')),
    ],
  ])('%s: %i', async (_, status, header) => {
    const server = await startServer();
    const answer = await login(server, await header(server, await issuerOf(server)));
    expect(answer).toMatchObject({ status });
    expect(
      await server.app.db.reader.query.selectFrom('people').select('id').where('type', '=', 'appuser').execute(),
    ).toEqual([]);
  });
});

test('an issuer is its owner’s; with it the tokens of its guests end', async () => {
  const server = await startServer();
  const { secret, ...issuer } = await issuerOf(server);
  expect(Buffer.from(secret, 'base64')).toHaveLength(32);
  const gina = await guest(server, { ...issuer, secret });
  const { roomId } = await gina.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'hi' });
  const [alice, path] = [server.as('alice'), `/hearth/v1/guest-issuers/${issuer.id}`];
  expect(await alice.ok('GET', path)).toEqual(issuer);
  expect(await alice.ok('GET', '/hearth/v1/guest-issuers')).toEqual({ items: [issuer] });
  expect(await server.as('bob').get(path)).toMatchObject({ status: 404 });
  expect(await server.as('bob').delete(path)).toMatchObject({ status: 404 });
  await alice.ok('DELETE', path);
  server.clock.advance(1_000);
  expect(await gina.get('/v1/people/me')).toMatchObject({ status: 401 });
  expect(await login(server, await jwt(server, { ...issuer, secret }))).toMatchObject({ status: 401 });
  const { items } = await server.as('bob').ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${roomId}`);
  expect(items).toMatchObject([{ text: 'hi' }]);
});

test('a guest leaves nothing behind that goes on posting', async () => {
  const server = await startServer();
  const gina = await guest(server, await issuerOf(server));
  const room = await gina.ok<Room>('POST', '/v1/rooms', { title: 'Help' });
  const made = await gina.post('/hearth/v1/incoming-webhooks', { name: 'i', roomId: room.id });
  expect(made).toMatchObject({ status: 403 });
});

test('guests go with the person who vouched for them', async () => {
  const server = await startServer();
  const issuer = await issuerOf(server, 'Shop', 'bob');
  const gina = await guest(server, issuer);
  await server.as('alice').ok('DELETE', `/v1/people/${personId('bob')}`);
  server.clock.advance(1_001);
  expect(await gina.get('/v1/people/me')).toMatchObject({ status: 401 });
  expect(await login(server, await jwt(server, issuer))).toMatchObject({ status: 401 });
});
