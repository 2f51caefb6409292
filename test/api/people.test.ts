import { describe, expect, test } from 'vitest';
import type { Person } from '../../src/contract/index.ts';
import { publicId } from '../../src/core/ids.ts';
import { createToken, findPersonByEmail } from '../../src/people/index.ts';
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

interface List {
  items: Person[];
  notFoundIds?: string[];
}

const nobody = '0f1e2d3c-4b5a-4697-8877-665544332211';

async function find(client: Client, query: Record<string, string>): Promise<List> {
  return client.ok<List>('GET', `/v1/people?${new URLSearchParams(query).toString()}`);
}

async function names(client: Client, query: Record<string, string>): Promise<string[]> {
  return (await find(client, query)).items.map(({ displayName }) => displayName);
}

async function tokenWith(server: TestServer, name: Name, scopes: string[], expiresAt?: number): Promise<Client> {
  const token = await server.app.db.write(async (tx) => {
    const person = await findPersonByEmail(tx, people[name].email);
    return createToken(tx, {
      personId: person?.id ?? 0,
      scopes,
      now: server.clock.now(),
      ...(expiresAt !== undefined && { expiresAt }),
    });
  });
  return server.withToken(token);
}

describe('one person', () => {
  test('oneself: what every client asks first', async () => {
    const server = await startServer();
    const me = await server.as('bob').ok<Person>('GET', '/v1/people/me');
    expect(me).toEqual({
      id: personId('bob'),
      emails: ['bob@acme.example'],
      displayName: 'Bob Brown',
      orgId: expect.stringMatching(/^[\w-]+$/),
      roles: [],
      licenses: [expect.any(String), expect.any(String)],
      created: '2016-07-19T12:00:00.000Z',
      lastModified: '2016-07-19T12:00:00.000Z',
      status: 'active',
      lastActivity: '2016-07-19T12:00:00.000Z',
      type: 'person',
    });
  });

  test('a bot, with the user name that bots carry', async () => {
    const server = await startServer();
    expect(await server.as('robot').ok('GET', '/v1/people/me')).toMatchObject({
      id: personId('robot'),
      emails: ['robot@webex.bot'],
      userName: 'robot@webex.bot',
      type: 'bot',
    });
  });

  test.each([
    ['public id', () => personId('carol')],
    ['padded', () => `${personId('carol')}${'='.repeat((4 - (personId('carol').length % 4)) % 4)}`],
    ['UUID', () => personUuid('carol').toUpperCase()],
  ])('anybody whose id one knows, of any organization: %s', async (_, id) => {
    const server = await startServer();
    const carol = await server.as('eve').ok<Person>('GET', `/v1/people/${id()}`);
    expect(carol).toMatchObject({ id: personId('carol'), displayName: 'Carol Clark' });
    // ORG-2, and spec 3.6: what only the own organization, or an administrator of it, sees.
    for (const key of ['status', 'lastActivity', 'roles', 'licenses', 'invitePending', 'loginEnabled'])
      expect(carol).not.toHaveProperty(key);
  });

  test('as an administrator of their organization sees them', async () => {
    const server = await startServer();
    expect(await server.as('alice').ok('GET', `/v1/people/${personId('bob')}`)).toMatchObject({
      roles: [],
      licenses: [expect.any(String), expect.any(String)],
      status: 'pending',
      invitePending: false,
      loginEnabled: true,
    });
    expect(await server.as('dave').ok('GET', `/v1/people/${personId('bob')}`)).not.toHaveProperty('roles');
  });

  test.each([nobody, publicId('PEOPLE', nobody), publicId('ROOM', nobody), 'nonsense!'])(
    'who is not there: %s',
    async (id) => {
      const server = await startServer();
      expect(await server.as('bob').get(`/v1/people/${id}`)).toMatchObject({
        status: 404,
        body: { message: 'Person not found' },
      });
    },
  );
});

describe('finding people', () => {
  test('by e-mail address: exactly, in any case, in any organization', async () => {
    const server = await startServer();
    expect(await names(server.as('eve'), { email: 'BOB@acme.example' })).toEqual(['Bob Brown']);
    expect(await names(server.as('eve'), { email: people.carol.email })).toEqual(['Carol Clark']);
    expect(await names(server.as('eve'), { email: 'bob@acme' })).toEqual([]);
  });

  test('by the beginning of the name: in the own organization', async () => {
    const server = await startServer();
    expect(await names(server.as('bob'), { displayName: 'al' })).toEqual(['Alice Adams']);
    expect(await names(server.as('bob'), { displayName: 'Adams' })).toEqual([]);
    expect(await names(server.as('bob'), { displayName: 'Eve' })).toEqual([]);
  });

  test('by the beginning of the name: among those with whom one shares a room', async () => {
    const server = await startServer();
    await server.room('Between organizations', 'bob', 'eve');
    expect(await names(server.as('eve'), { displayName: 'B' })).toEqual(['Bob Brown']);
    expect(await names(server.as('bob'), { displayName: 'eve e' })).toEqual(['Eve Ellis']);
    expect(await names(server.as('alice'), { displayName: 'eve e' })).toEqual([]);
  });

  test.each(['%', '_lice', String.raw`\%`])('a name is text, not a pattern: %s', async (displayName) => {
    const server = await startServer();
    expect(await names(server.as('bob'), { displayName })).toEqual([]);
  });

  test('of one organization', async () => {
    const server = await startServer();
    const { orgId } = await server.as('eve').ok<Person>('GET', '/v1/people/me');
    expect(await names(server.as('bob'), { email: 'eve@elsewhere.example', orgId })).toEqual(['Eve Ellis']);
    expect(await names(server.as('bob'), { email: 'bob@acme.example', orgId })).toEqual([]);
    expect(await names(server.as('alice'), { orgId })).toEqual([]);
  });

  test('without saying whom is for administrators, and of their own organization', async () => {
    const server = await startServer();
    expect(await server.as('bob').get('/v1/people')).toMatchObject({
      status: 400,
      body: { message: 'Email, displayName, or id list should be specified.' },
    });
    expect(await server.as('bob').get('/v1/people?email=')).toMatchObject({ status: 400 });
    expect(await names(server.as('eve'), {})).toEqual(['Eve Ellis']);
    const everybody = ['Alice Adams', 'Bob Brown', 'Carol Clark', 'Dave Dunn', 'Helper', 'Robot'];
    expect(await names(server.as('alice'), {})).toEqual(everybody);
  });

  test('page by page, in the order of names, though somebody with a middling name joins meanwhile', async () => {
    const server = await startServer();
    const join = (displayName: string) =>
      server.app.db.write(async ({ query }) => {
        const { orgId } = await query
          .selectFrom('people')
          .select('orgId')
          .where('email', '=', people.alice.email)
          .executeTakeFirstOrThrow();
        const row = {
          uuid: nobody,
          email: 'new@acme.example',
          type: 'person',
          orgId,
          roles: '',
          createdAt: 1,
          modifiedAt: 1,
        } as const;
        await query
          .insertInto('people')
          .values({ ...row, displayName })
          .onConflict((conflict) => conflict.doNothing())
          .execute();
      });
    const pages = await walk<Person>(server.as('alice'), '/v1/people?max=2', () => join('Aaron Early'));
    expect(pages.map((page) => page.map(({ displayName }) => displayName))).toEqual([
      ['Alice Adams', 'Bob Brown'],
      ['Carol Clark', 'Dave Dunn'],
      ['Helper', 'Robot'],
    ]);
  });

  test('page by page, when names are the same', async () => {
    const server = await startServer();
    await server.app.db.write(({ query }) => query.updateTable('people').set({ displayName: 'Sam' }).execute());
    const pages = await walk<Person>(server.as('alice'), '/v1/people?displayName=sam&max=1');
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(6);
    expect(pages).toHaveLength(6);
  });
});

describe('people by id', () => {
  test('in one request: public ids, padded ids and UUIDs; those who are not there are named as they were asked for', async () => {
    const server = await startServer();
    const ids = [
      personId('eve'),
      `${personId('bob')}==`,
      personUuid('alice').toUpperCase(),
      nobody,
      'nonsense!',
      publicId('ROOM', nobody),
    ];
    const { items, notFoundIds } = await find(server.as('bob'), { id: ids.join(','), showAllTypes: 'false' });
    expect(items.map(({ id }) => id)).toEqual([personId('alice'), personId('bob'), personId('eve')]);
    expect(notFoundIds).toEqual([nobody, 'nonsense!', publicId('ROOM', nobody)]);
    // Spec 3.6: never in lists by id.
    for (const person of items) expect(person).not.toHaveProperty('status');
  });

  test('has no list of the missing when nobody is', async () => {
    const server = await startServer();
    expect(await find(server.as('bob'), { id: personId('eve') })).not.toHaveProperty('notFoundIds');
  });

  test('none of whom is there', async () => {
    const server = await startServer();
    expect(await find(server.as('bob'), { id: 'nonsense!' })).toEqual({ items: [], notFoundIds: ['nonsense!'] });
  });

  test('at most 85', async () => {
    const server = await startServer();
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => `${nobody.slice(0, -3)}${100 + at}`).join(',');
    expect((await find(server.as('bob'), { id: many(85) })).notFoundIds).toHaveLength(85);
    expect(await server.as('bob').get(`/v1/people?id=${many(86)}`)).toMatchObject({
      status: 400,
      body: { message: 'id lists at most 85 ids.' },
    });
  });
});

describe('tokens', () => {
  test('need a scope that opens the directory', async () => {
    const server = await startServer();
    expect(await (await tokenWith(server, 'alice', ['spark:rooms_read'])).get('/v1/people/me')).toMatchObject({
      status: 403,
    });
    expect(await (await tokenWith(server, 'alice', ['spark:people_read'])).get('/v1/people/me')).toMatchObject({
      status: 200,
    });
    expect(await (await tokenWith(server, 'alice', ['spark-admin:people_read'])).get('/v1/people')).toMatchObject({
      status: 200,
    });
  });

  test('of an administrator act as such only with the scope for it', async () => {
    const server = await startServer();
    const plain = await tokenWith(server, 'alice', ['spark:people_read']);
    expect(await plain.get('/v1/people')).toMatchObject({ status: 400 });
    expect(await plain.ok('GET', `/v1/people/${personId('bob')}`)).not.toHaveProperty('invitePending');
  });

  test('end when their time is over', async () => {
    const server = await startServer();
    const client = await tokenWith(server, 'bob', ['spark:all'], server.clock.now() + 60_000);
    server.clock.advance(59_999);
    expect(await client.get('/v1/people/me')).toMatchObject({ status: 200 });
    server.clock.advance(1);
    expect(await client.get('/v1/people/me')).toMatchObject({ status: 401 });
  });
});
