import { describe, expect, test } from 'vitest';
import type { Room } from '../../src/contract/index.ts';
import { logged, personKey } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import { createToken } from '../../src/people/index.ts';
import { type Name, personId, startServer, type TestServer } from '../support/server.ts';

/** Public rooms: spec 3.2, VIS-2. */

const list = '/v1/rooms?orgPublicSpaces=true';
const noRoom = { status: 404, body: { message: 'Could not find a room with provided ID.' } };

function publicRoom(server: TestServer, title: string, by: Name = 'alice', settings: object = {}): Promise<Room> {
  const body = { title, isPublic: true, description: `About ${title}`, ...settings };
  return server.as(by).ok<Room>('POST', '/v1/rooms', body);
}

async function titles(server: TestServer, who: Name, query = ''): Promise<string[]> {
  const { items } = await server.as(who).ok<{ items: Room[] }>('GET', list + query);
  return items.map(({ title }) => title);
}

/** A second apart. */
async function three(server: TestServer): Promise<void> {
  for (const title of ['one', 'two', 'three']) {
    await publicRoom(server, title);
    server.clock.advance(1_000);
  }
}

describe('the list of public rooms', () => {
  test('shows those of the own organization, joined or not, last made public first', async () => {
    const server = await startServer();
    await three(server);
    await server.room('private', 'alice', 'bob');
    await publicRoom(server, 'elsewhere', 'eve');
    expect(await titles(server, 'bob')).toEqual(['three', 'two', 'one']);
    expect(await titles(server, 'alice')).toEqual(['three', 'two', 'one']);
    expect(await titles(server, 'eve')).toEqual(['elsewhere']);
    const { items } = await server.as('bob').ok<{ items: Room[] }>('GET', list);
    expect(items[2]).toEqual(
      expect.objectContaining({ isPublic: true, madePublic: '2016-07-19T12:00:00.000Z', description: 'About one' }),
    );
    // It changes nobody's own list, and opens no room.
    expect(await server.as('bob').ok('GET', '/v1/rooms?orgPublicSpaces=false')).toMatchObject({ items: [{}] });
    expect(await server.as('bob').get(`/v1/rooms/${items[0]?.id}`)).toMatchObject(noRoom);
  });

  test('from and to look at when it was made public', async () => {
    const server = await startServer();
    await three(server);
    expect(await titles(server, 'bob', '&from=2016-07-19T12:00:00Z')).toEqual(['three', 'two']);
    expect(await titles(server, 'bob', '&to=2016-07-19T12:00:02.000Z')).toEqual(['two', 'one']);
    const between = '&from=2016-07-19T12:00:00Z&to=2016-07-19T14:00:02%2B02:00';
    expect(await titles(server, 'bob', between)).toEqual(['two']);
  });

  test('page by page: each once, while others are made public, several in a millisecond (PAGE-11)', async () => {
    const server = await startServer();
    for (const title of ['one', 'two', 'three']) await publicRoom(server, title);
    const pages = await walk<Room>(server.as('bob'), `${list}&max=1`, () => publicRoom(server, 'later'));
    expect(pages.map((page) => page.map(({ title }) => title))).toEqual([['three'], ['two'], ['one']]);
  });

  test.each([
    ['&teamId=x', 'orgPublicSpaces cannot be combined with teamId.'],
    ['&type=group', 'orgPublicSpaces cannot be combined with type.'],
    ['&sortBy=created', 'orgPublicSpaces cannot be combined with sortBy.'],
    ['&from=yesterday', 'from is not a valid datetime.'],
    ['&orgPublicSpaces=false', 'orgPublicSpaces must be true or false.'],
  ])('%s is refused', async (query, message) => {
    const server = await startServer();
    expect(await server.as('bob').get(list + query)).toMatchObject({ status: 400, body: { message } });
  });

  test.each(['from', 'to'])('%s needs it', async (field) => {
    const server = await startServer();
    expect(await server.as('bob').get(`/v1/rooms?${field}=2016-07-19T12:00:00Z`)).toMatchObject({
      status: 400,
      body: { message: `${field} can only be given with orgPublicSpaces=true.` },
    });
  });
});

describe('joining a public room', () => {
  test.each([
    ['an open one', {}],
    ['a locked one', { isLocked: true, isAnnouncementOnly: true }],
  ])('%s: whoever belongs to its organization joins by themselves', async (_, settings) => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands', 'alice', settings);
    const join = (who: Name, body: object = {}) =>
      server.as(who).post('/v1/memberships', { roomId: room.id, personId: personId(who), ...body });
    expect(await logged(server, async () => expect(await join('bob')).toMatchObject({ status: 200 }))).toEqual([
      'memberships/created bob',
    ]);
    expect(await server.as('bob').ok('GET', `/v1/rooms/${room.id}`)).toEqual(room);
    expect(await join('eve')).toMatchObject(noRoom);
    const invitation = { roomId: room.id, personId: personId('robot') };
    expect(await server.as('dave').post('/v1/memberships', invitation)).toMatchObject(noRoom);
    expect(await join('robot')).toMatchObject({ status: 200 });
  });

  test('does not make a moderator of a locked one', async () => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands', 'alice', { isLocked: true });
    const body = { roomId: room.id, personId: personId('bob'), isModerator: true };
    expect(await server.as('bob').post('/v1/memberships', body)).toMatchObject({ status: 403 });
    expect(await server.as('bob').get(`/v1/rooms/${room.id}`)).toMatchObject(noRoom);
  });

  test('is over when it is private again', async () => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isPublic: false });
    const body = { roomId: room.id, personId: personId('bob') };
    expect(await server.as('bob').post('/v1/memberships', body)).toMatchObject(noRoom);
    expect(await titles(server, 'bob')).toEqual([]);
  });

  test('is not needed to be heard by: whoever is not in it is told nothing', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    await server.webhook('bob', receiver, { resource: 'all', event: 'all' });
    const room = await publicRoom(server, 'All hands');
    await server.as('alice').say(room, 'hello');
    await server.settled();
    expect(receiver.received).toEqual([]);
  });
});

describe('making a room public, or private', () => {
  test('public: compliance officers alone, with a description', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'carol');
    const path = `/v1/rooms/${room.id}`;
    const change = { isPublic: true, description: 'For all' };
    expect(await server.as('alice').put(path, change)).toMatchObject({
      status: 403,
      body: { message: 'Only a compliance officer may make a room public.' },
    });
    expect(await server.as('carol').put(path, { isPublic: true })).toMatchObject({
      status: 400,
      body: { message: 'A public room needs a description.' },
    });
    server.clock.advance(1_000);
    const madePublic = '2016-07-19T12:00:01.000Z';
    expect(await server.as('carol').ok('PUT', path, change)).toMatchObject({ ...change, madePublic });
    expect(await titles(server, 'bob')).toEqual(['Ours']);
    server.clock.advance(1_000);
    expect(await server.as('carol').ok('PUT', path, { title: 'Still' })).toMatchObject({ madePublic });
  });

  test('public: with a token that may change rooms for compliance', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'carol');
    const personId = await personKey(server, 'carol');
    const narrow = { personId, now: server.clock.now(), token: 'narrow', scopes: ['spark:all'] };
    await server.app.db.write(async (tx) => void (await createToken(tx, narrow)));
    const change = { isPublic: true, description: 'x' };
    expect(await server.withToken('narrow').put(`/v1/rooms/${room.id}`, change)).toMatchObject({ status: 403 });
  });

  test('private: any member, also one who may change nothing else of it', async () => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands', 'alice', { isLocked: true });
    await server.as('bob').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('bob') });
    const path = `/v1/rooms/${room.id}`;
    const change = { isPublic: false, description: 'Ours again' };
    expect(await server.as('bob').put(path, change)).toMatchObject({ status: 403 });
    expect(await server.as('bob').ok('PUT', path, { isPublic: false })).toMatchObject({ isPublic: false });
    expect(await server.as('bob').put(path, { isPublic: true })).toMatchObject({ status: 403 });
  });

  test('a description that a public room needs cannot be cleared', async () => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands');
    const clear = (more: object) => server.as('alice').put(`/v1/rooms/${room.id}`, { description: ' ', ...more });
    expect(await clear({})).toMatchObject({ status: 400, body: { message: 'A public room needs a description.' } });
    expect(await clear({ isPublic: false })).toMatchObject({ status: 200 });
  });
});

test('classifications are refused, as there are none', async () => {
  const server = await startServer();
  const room = await server.room('Ours', 'alice');
  const refusal = {
    status: 400,
    body: { message: 'classificationId does not name a classification: this server has none.' },
  };
  expect(await server.as('alice').post('/v1/rooms', { title: 'x', classificationId: 'x' })).toMatchObject(refusal);
  expect(await server.as('alice').put(`/v1/rooms/${room.id}`, { classificationId: 'x' })).toMatchObject(refusal);
  expect(await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { classificationId: null })).toEqual(room);
});

describe("a room's meeting", () => {
  test('has placeholders of the usual form, the same each time, others for another room', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'bob');
    const read = (who: Name, { id }: Room) => server.as(who).ok<object>('GET', `/v1/rooms/${id}/meetingInfo`);
    const info = await read('alice', room);
    expect(info).toEqual({
      roomId: room.id,
      meetingLink: expect.stringMatching(/^https:\/\/meet\.invalid\/m\/[0-9a-f-]{36}$/),
      sipAddress: expect.stringMatching(/^\d{9}@meet\.invalid$/),
      meetingNumber: expect.stringMatching(/^\d{9}$/),
      meetingId: expect.stringMatching(/^[0-9a-f]{32}$/),
      callInTollFreeNumber: '+1-800-555-0100',
      callInTollNumber: '+1-408-555-0100',
    });
    expect(await read('bob', room)).toEqual(info);
    expect(await read('alice', await server.room('Other', 'alice'))).not.toMatchObject({
      meetingNumber: (info as { meetingNumber: string }).meetingNumber,
    });
  });

  test('is for members (VIS-1)', async () => {
    const server = await startServer();
    const room = await publicRoom(server, 'All hands');
    expect(await server.as('bob').get(`/v1/rooms/${room.id}/meetingInfo`)).toMatchObject(noRoom);
    expect(await server.as('alice').get('/v1/rooms/nonsense/meetingInfo')).toMatchObject({ status: 404 });
  });
});
