import { describe, expect, test } from 'vitest';
import type { ComplianceEvent, Membership, Message, Room, Team } from '../../src/contract/index.ts';
import { isoTime } from '../../src/core/clock.ts';
import { publicId } from '../../src/core/ids.ts';
import { MOST_LOOKED_AT } from '../../src/events/service.ts';
import { createToken, findPersonByEmail } from '../../src/people/index.ts';
import { download, send, text } from '../files/support.ts';
import { logged } from '../support/log.ts';
import { nextOf, walk } from '../support/pages.ts';
import {
  people,
  personId,
  personUuid,
  startServer,
  type Client,
  type Name,
  type TestServer,
} from '../support/server.ts';
import { generalRoomId, teamOf, teamRoom } from '../support/teams.ts';

interface List<T> {
  items: T[];
}

const works = ['rooms', 'memberships', 'messages'].flatMap((resource) => [`${resource}_read`, `${resource}_write`]);
const compliance = ['events_read', ...works].map((work) => `spark-compliance:${work}`);
const roomNotFound = { status: 404, body: { message: 'Could not find a room with provided ID.' } };

/** A client of that person with these scopes; Carol is the compliance officer. */
async function officer(server: TestServer, scopes = compliance, name: Name = 'carol'): Promise<Client> {
  const token = await server.app.db.write(async (tx) => {
    const person = await findPersonByEmail(tx, people[name].email);
    return createToken(tx, { personId: person?.id ?? 0, now: server.clock.now(), scopes });
  });
  return server.withToken(token);
}

const membershipOf = (room: { id: string }, name: Name) =>
  publicId('MEMBERSHIP', `${personUuid(name)}:${Buffer.from(room.id, 'base64url').toString().split('/').at(-1)}`);

describe('reading', () => {
  test('rooms, members and messages of the organization, be the officer in them or not (VIS-5)', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'bob', 'robot');
    const said = await server.as('bob').say(room, 'not for the robot');
    for (const client of [server.as('carol'), await officer(server)]) {
      expect(await client.ok('GET', `/v1/rooms/${room.id}`)).toEqual(room);
      expect(await client.ok<List<Room>>('GET', '/v1/rooms')).toMatchObject({ items: [{ id: room.id }] });
      expect((await client.ok<List<Message>>('GET', `/v1/messages?roomId=${room.id}`)).items).toEqual([said]);
      expect(await client.ok('GET', `/v1/messages/${said.id}`)).toEqual(said);
      const members = await client.ok<List<Membership>>('GET', `/v1/memberships?roomId=${room.id}`);
      expect(members.items.map(({ personEmail }) => personEmail)).toEqual(
        (['alice', 'bob', 'robot'] as const).map((name) => people[name].email),
      );
      expect(await client.ok('GET', `/v1/memberships/${membershipOf(room, 'bob')}`)).toEqual(members.items[1]);
      const before = await client.ok<List<Message>>('GET', `/v1/messages?roomId=${room.id}&beforeMessage=${said.id}`);
      expect(before.items).toEqual([]);
    }
  });

  test('1:1 rooms too, which have no title for who is not in them', async () => {
    const server = await startServer();
    const said = await server
      .as('bob')
      .ok<Message>('POST', '/v1/messages', { toPersonId: personId('robot'), text: 'psst' });
    const client = await officer(server);
    expect(await client.ok('GET', `/v1/rooms/${said.roomId}`)).toMatchObject({ title: 'Empty Title', type: 'direct' });
    expect((await client.ok<List<Message>>('GET', `/v1/messages?roomId=${said.roomId}`)).items).toMatchObject([
      { id: said.id, text: 'psst' },
    ]);
  });

  test('memberships of anybody, in the rooms of the organization', async () => {
    const server = await startServer();
    const rooms = [await server.room('One', 'alice', 'bob'), await server.room('Two', 'bob', 'eve')];
    await server.room('Theirs', 'eve', 'bob', 'carol');
    const client = await officer(server);
    const roomsOf = async (query: string) =>
      (await walk<Membership>(client, `/v1/memberships?max=1${query}`)).flat().map(({ roomId }) => roomId);
    expect(await roomsOf(`&personId=${personId('bob')}`)).toEqual(rooms.map(({ id }) => id));
    expect(await roomsOf(`&personEmail=${people.eve.email}`)).toEqual([rooms[1]?.id]);
    // The scope of compliance alone does not show what one has elsewhere.
    expect(await roomsOf('')).toEqual([]);
    expect((await server.as('carol').ok<List<Membership>>('GET', '/v1/memberships')).items).toHaveLength(1);
    expect(await server.as('bob').get(`/v1/memberships?personId=${personId('alice')}`)).toMatchObject({ status: 400 });
  });

  test('nothing of other organizations, unless one is in the room', async () => {
    const server = await startServer();
    const theirs = await server.room('Theirs', 'eve', 'bob');
    const said = await server.as('bob').say(theirs, 'elsewhere');
    for (const client of [server.as('carol'), await officer(server)]) {
      for (const path of [
        `/v1/rooms/${theirs.id}`,
        `/v1/messages?roomId=${theirs.id}`,
        `/v1/memberships?roomId=${theirs.id}`,
      ])
        expect(await client.get(path)).toMatchObject(roomNotFound);
      expect(await client.get(`/v1/messages/${said.id}`)).toMatchObject({ status: 404 });
      expect(await client.get(`/v1/memberships/${membershipOf(theirs, 'bob')}`)).toMatchObject({ status: 404 });
      expect(await client.ok('GET', '/v1/rooms')).toEqual({ items: [] });
    }
    await server.as('eve').ok('POST', '/v1/memberships', { roomId: theirs.id, personId: personId('carol') });
    expect(await server.as('carol').ok('GET', `/v1/messages/${said.id}`)).toEqual(said);
    expect(await (await officer(server)).get(`/v1/messages/${said.id}`)).toMatchObject({ status: 404 });
  });

  test('all rooms of a team of the organization, and of another one only what one is in', async () => {
    const server = await startServer();
    const [ours, theirs] = [await teamOf(server, 'alice', 'bob'), await teamOf(server, 'eve', 'carol')];
    const locked = await teamRoom(server, ours, 'alice', { isLocked: true });
    const open = await teamRoom(server, theirs, 'eve');
    const rooms = async (client: Client, team: Team) =>
      (await client.ok<List<Room>>('GET', `/v1/rooms?teamId=${team.id}&sortBy=created`)).items.map(({ id }) => id);
    expect(await rooms(server.as('carol'), ours)).toEqual([locked.id, generalRoomId(ours)]);
    expect(await rooms(await officer(server), ours)).toEqual([locked.id, generalRoomId(ours)]);
    expect(await rooms(server.as('carol'), theirs)).toEqual([open.id, generalRoomId(theirs)]);
    expect(await rooms(await officer(server), theirs)).toEqual([]);
    // As a member of the team, and so not by the scope of compliance alone.
    const members = `/v1/memberships?roomId=${open.id}`;
    expect(await server.as('carol').get(members)).toMatchObject({ status: 200 });
    expect(await (await officer(server)).get(members)).toMatchObject(roomNotFound);
    await server.as('alice').ok('DELETE', `/v1/teams/${ours.id}`);
    expect(await rooms(server.as('carol'), ours)).toEqual([]);
  });

  test('files of any room of the organization, until its team is archived', async () => {
    const server = await startServer();
    const team = await teamOf(server, 'alice', 'bob');
    const room = await teamRoom(server, team, 'alice');
    const { body: said } = await send(server, 'alice', { roomId: room.id, files: text('for the record') });
    expect((await download(said, 'carol')).bytes.toString()).toBe('for the record');
    expect(await download(said, 'eve')).toMatchObject({ status: 404 });
    const path = new URL(said.files?.[0] ?? '').pathname;
    expect(await (await officer(server, ['spark-compliance:messages_read'])).call('HEAD', path)).toMatchObject({
      status: 200,
    });
    expect(await (await officer(server, ['spark-compliance:rooms_read'])).call('HEAD', path)).toMatchObject({
      status: 403,
    });
    await server.as('alice').ok('DELETE', `/v1/teams/${team.id}`);
    for (const name of ['alice', 'bob', 'carol'] as const) {
      expect(await download(said, name)).toMatchObject({ status: 404 });
      expect(await server.as(name).get(`/v1/messages/${said.id}`)).toMatchObject({ status: 404 });
    }
  });

  test('takes the role, and the scope for just that', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice');
    const said = await server.as('alice').say(room, 'x');
    const paths = {
      rooms: `/v1/rooms/${room.id}`,
      memberships: `/v1/memberships?roomId=${room.id}`,
      messages: `/v1/messages/${said.id}`,
    };
    for (const [resource, path] of Object.entries(paths)) {
      const own = await officer(server, [`spark-compliance:${resource}_read`]);
      const others = compliance.filter((scope) => scope !== `spark-compliance:${resource}_read`);
      expect(await own.get(path)).toMatchObject({ status: 200 });
      expect(await (await officer(server, others)).get(path)).toMatchObject({ status: 403 });
      expect(await (await officer(server, ['spark:all', ...others])).get(path)).toMatchObject({ status: 404 });
      expect(await (await officer(server, compliance, 'dave')).get(path)).toMatchObject({ status: 403 });
      expect(await server.as('dave').get(path)).toMatchObject({ status: 404 });
    }
    expect(await (await officer(server)).post('/v1/rooms', { title: 'x' })).toMatchObject({ status: 403 });
    expect(await (await officer(server)).post('/v1/messages', { roomId: room.id, text: 'x' })).toMatchObject({
      status: 403,
    });
  });

  test('page by page, newest first', async () => {
    const server = await startServer();
    const made: string[] = [];
    for (const title of ['a', 'b', 'c', 'd', 'e']) {
      made.unshift((await server.room(title, 'alice')).id);
      server.clock.advance(1000);
    }
    for (const query of ['sortBy=lastactivity', 'sortBy=created']) {
      const pages = await walk<Room>(await officer(server), `/v1/rooms?max=2&${query}`);
      expect(pages.flat().map(({ id }) => id)).toEqual(made);
    }
    const byId = (await walk<Room>(await officer(server), '/v1/rooms?max=2&sortBy=id')).flat().map(({ id }) => id);
    expect(byId.toSorted()).toEqual(made.toSorted());
  });
});

describe('acting', () => {
  test('deletes messages, in locked rooms and 1:1 rooms as well', async () => {
    const server = await startServer();
    const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'Locked', isLocked: true });
    const said = [
      await server.as('alice').say(room, 'one'),
      await server.as('bob').ok<Message>('POST', '/v1/messages', { toPersonId: personId('dave'), text: 'two' }),
    ];
    const client = await officer(server);
    for (const { id } of said) {
      expect(
        await (await officer(server, ['spark-compliance:messages_read'])).delete(`/v1/messages/${id}`),
      ).toMatchObject({ status: 403 });
      expect(await server.as('carol').delete(`/v1/messages/${id}`)).toMatchObject({ status: 404 });
      await client.ok('DELETE', `/v1/messages/${id}`);
      expect(await client.get(`/v1/messages/${id}`)).toMatchObject({ status: 404 });
    }
  });

  test('adds and removes members of a locked room, and of none that is empty', async () => {
    const server = await startServer();
    const client = await officer(server);
    const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'Locked', isLocked: true });
    const invitation = { roomId: room.id, personId: personId('bob') };
    expect(
      await logged(server, async () => {
        await client.ok('POST', '/v1/memberships', invitation);
        await client.ok('DELETE', `/v1/memberships/${membershipOf(room, 'bob')}`);
        await client.ok('DELETE', `/v1/memberships/${membershipOf(room, 'alice')}`);
      }),
    ).toEqual([
      'memberships/created bob by carol',
      'memberships/deleted bob by carol',
      'memberships/deleted alice moderator by carol',
      'rooms/updated group',
    ]);
    expect(await client.post('/v1/memberships', invitation)).toMatchObject({
      status: 400,
      body: { message: 'Nobody is in the room: a compliance officer cannot add anybody to it.' },
    });
    expect(
      await client.post('/v1/memberships', { ...invitation, roomId: (await server.room('T', 'eve')).id }),
    ).toMatchObject(roomNotFound);
  });

  test('makes a moderator of a room they are not in, and does not become one', async () => {
    const server = await startServer();
    const client = await officer(server);
    const room = await server.room('Open', 'alice', 'bob');
    const path = `/v1/memberships/${membershipOf(room, 'bob')}`;
    expect(await logged(server, () => client.ok('PUT', path, { isModerator: true }))).toEqual([
      'memberships/updated bob moderator by carol',
      'rooms/updated group locked',
    ]);
    expect(await client.put(path, { isRoomHidden: true })).toMatchObject({ status: 400 });
    expect(await server.as('carol').put(path, { isModerator: false })).toMatchObject({ status: 404 });
  });

  test('sets what an officer may of a room they are not in (spec 3.2)', async () => {
    const server = await startServer();
    const client = await officer(server);
    const room = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'Locked', isLocked: true });
    const path = `/v1/rooms/${room.id}`;
    const set = { isAnnouncementOnly: true, isPublic: true, description: 'Said by Carol' };
    expect(await logged(server, () => client.ok('PUT', path, { ...room, ...set }))).toEqual([
      'rooms/updated group locked announcement public',
    ]);
    expect(await server.as('alice').ok('GET', path)).toMatchObject({ ...set, title: 'Locked' });
    for (const change of [{ title: 'Hers' }, { isLocked: false }]) {
      expect(await client.put(path, change)).toMatchObject({
        status: 403,
        body: { message: expect.stringMatching(/^A compliance officer who is not in the room may change only/) },
      });
    }
    expect(await client.put(path, { isReadOnly: true })).toMatchObject({
      status: 400,
      body: { message: 'isReadOnly can only be set on a 1:1 room.' },
    });
    expect(await client.delete(path)).toMatchObject({ status: 403 });
    expect(await server.as('carol').delete(path)).toMatchObject(roomNotFound);
  });

  test('closes a 1:1 room for writing, and opens it again (MOD-6)', async () => {
    const server = await startServer();
    const client = await officer(server);
    const say = () => server.as('bob').post('/v1/messages', { toPersonId: personId('dave'), text: 'psst' });
    const { roomId } = (await say()).body as Message;
    const path = `/v1/rooms/${roomId}`;
    expect(await client.ok('PUT', path, { isReadOnly: true })).toMatchObject({ isReadOnly: true });
    expect(await say()).toMatchObject({ status: 403, body: { message: 'The room is read-only.' } });
    expect(await server.as('bob').put(path, { isReadOnly: false })).toMatchObject({ body: { isReadOnly: true } });
    expect(await client.put(path, { isReadOnly: false, title: 'Hers' })).toMatchObject({ status: 400 });
    await client.ok('PUT', path, { isReadOnly: false });
    expect(await say()).toMatchObject({ status: 200 });
  });

  test('a webhook of the organization is told of just what its officer can read', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    await server.webhook('carol', receiver, { ownedBy: 'org' });
    const [ours, theirs] = [await server.room('Ours', 'alice', 'eve'), await server.room('Theirs', 'eve', 'alice')];
    const said = [await server.as('eve').say(ours, 'here'), await server.as('alice').say(theirs, 'there')];
    await server.settled();
    const told = receiver.received.map(({ notice }) => (notice.data as Message).id);
    const read = await Promise.all(said.map(({ id }) => server.as('carol').get(`/v1/messages/${id}`)));
    expect(said.filter(({ id }) => told.includes(id))).toEqual(said.filter((_, at) => read[at]?.status === 200));
    expect(told).toEqual([said[0]?.id]);
  });
});

describe('events', () => {
  async function events(client: Client, query = ''): Promise<ComplianceEvent[]> {
    return (await client.ok<List<ComplianceEvent>>('GET', `/v1/events?${query}`)).items;
  }
  const words = (found: readonly ComplianceEvent[]) => found.map(({ resource, type }) => `${resource} ${type}`);

  test('newest first, with the content that is still there (EVT-3)', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const room = await alice.ok<Room>('POST', '/v1/rooms', {
      title: 'Secret',
      isPublic: true,
      description: 'About it',
    });
    server.clock.advance(1000);
    const kept = await alice.say(room, '**kept**');
    const deleted = await alice.say(room, 'deleted');
    await alice.ok('DELETE', `/v1/messages/${deleted.id}`);

    const found = await events(server.as('carol'));
    expect(words(found)).toEqual([
      'messages deleted',
      'messages created',
      'messages created',
      'memberships created',
      'rooms created',
    ]);
    const { orgId } = await alice.ok<{ orgId: string }>('GET', '/v1/people/me');
    expect(found[2]).toEqual({
      id: expect.any(String),
      resource: 'messages',
      type: 'created',
      actorId: personId('alice'),
      orgId,
      created: '2016-07-19T12:00:01.000Z',
      data: kept,
    });
    expect(found[1]?.data).toMatchObject({ id: deleted.id, personEmail: people.alice.email });
    expect(found[1]?.data).not.toHaveProperty('text');
    expect(found[3]?.data).toMatchObject({ personId: personId('alice'), roomId: room.id });
    expect(found[4]?.data).toMatchObject({ id: room.id, title: 'Secret', description: 'About it' });
    for (const event of found) expect(await server.as('carol').ok('GET', `/v1/events/${event.id}`)).toEqual(event);
  });

  test('a submission with its inputs, until the card is deleted', async () => {
    const server = await startServer();
    const room = await server.room('Secret', 'alice', 'bob');
    const card = await server.as('alice').ok<Message>('POST', '/v1/messages', {
      roomId: room.id,
      attachments: [
        { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard', version: '1.3' } },
      ],
    });
    const submission = { type: 'submit', messageId: card.id, inputs: { name: 'x' } };
    const submitted = await server.as('bob').ok('POST', '/v1/attachment/actions', submission);
    const told = async () => (await events(server.as('carol'), 'resource=attachmentActions')).map(({ data }) => data);
    expect(await told()).toEqual([submitted]);
    await server.as('alice').ok('DELETE', `/v1/messages/${card.id}`);
    const [afterwards] = await told();
    expect(afterwards).not.toHaveProperty('inputs');
  });

  test('of the rooms that the organization owns, and what its people do elsewhere (EVT-4)', async () => {
    const server = await startServer();
    const [ours, theirs] = [await server.room('Ours', 'alice', 'eve'), await server.room('Theirs', 'eve', 'bob')];
    await server.as('eve').say(ours, 'eve here');
    await server.as('eve').say(theirs, 'eve there');
    await server.as('bob').say(theirs, 'bob there');
    await server.as('bob').ok('POST', '/v1/messages', { toPersonId: personId('dave'), text: 'in private' });
    const said = async (client: Client) => (await events(client, 'resource=messages')).map(({ data }) => data['text']);
    expect(await said(server.as('carol'))).toEqual(['in private', 'bob there', 'eve here']);
    await server.app.db.write(({ query }) =>
      query.updateTable('people').set({ roles: 'compliance' }).where('uuid', '=', personUuid('eve')).execute(),
    );
    server.clock.advance(1000);
    expect(await said(server.as('eve'))).toEqual(['bob there', 'eve there', 'eve here']);
    const elsewhere = (await events(server.as('eve'), 'resource=messages&max=1'))[0];
    expect(elsewhere?.data['text']).toBe('bob there');
    const [own] = await events(server.as('carol'), 'resource=messages&max=1');
    expect(await server.as('eve').get(`/v1/events/${own?.id}`)).toMatchObject({ status: 404 });
  });

  test('narrowed by resource, type, actor and time', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'bob');
    const before = isoTime(server.clock.now() + 500);
    server.clock.advance(1000);
    const said = await server.as('bob').say(room, 'one');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'New' });
    await server.as('alice').ok('DELETE', `/v1/memberships/${membershipOf(room, 'bob')}`);
    server.clock.advance(1000);
    const carol = server.as('carol');
    expect(words(await events(carol, 'type=updated'))).toEqual(['rooms updated']);
    expect(words(await events(carol, 'resource=memberships&type=deleted'))).toEqual(['memberships deleted']);
    expect(words(await events(carol, `actorId=${personUuid('bob')}`))).toEqual(['messages created']);
    expect(words(await events(carol, `to=${before}`))).toEqual([
      'memberships created',
      'memberships created',
      'rooms created',
    ]);
    expect(words(await events(carol, `from=${said.created}`))).toEqual([
      'memberships deleted',
      'rooms updated',
      'messages created',
    ]);
    expect(words(await events(carol, `from=${said.created}&to=${said.created}`))).toEqual([]);
    for (const query of ['resource=meetings', 'type=ended', 'resource=convergedRecordings&serviceType=calling'])
      expect(await events(carol, query)).toEqual([]);
  });

  test('page by page, while more happens', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice');
    for (let at = 0; at < 7; at += 1) await server.as('alice').say(room, `${at}`);
    const pages = await walk<ComplianceEvent>(server.as('carol'), '/v1/events?resource=messages&max=3', () =>
      server.as('alice').say(room, 'later'),
    );
    expect(pages.map((page) => page.map(({ data }) => data['text']))).toEqual([
      ['6', '5', '4'],
      ['3', '2', '1'],
      ['0'],
    ]);
  });

  test('a page looks at so many events and no more, and its link goes on (PAGE-2)', async () => {
    const server = await startServer();
    const room = await server.room('Ours', 'alice', 'bob');
    const said = await server.as('bob').say(room, 'long ago');
    const { reader } = server.app.db;
    const last = await reader.query.selectFrom('events').selectAll().orderBy('id', 'desc').executeTakeFirstOrThrow();
    // As if very much had happened since.
    await server.app.db.write(({ query }) =>
      query
        .insertInto('events')
        .values({
          ...last,
          id: last.id + 2 * MOST_LOOKED_AT,
          uuid: 'later',
          actorUuid: personUuid('alice'),
          data: '{}',
        })
        .execute(),
    );
    await server.restart();
    const path = `/v1/events?actorId=${personId('bob')}`;
    const { headers, body } = await server.as('carol').get<List<ComplianceEvent>>(path);
    expect(body.items).toEqual([]);
    expect(nextOf(headers)).toBeDefined();
    expect((await walk<ComplianceEvent>(server.as('carol'), path)).flat()).toMatchObject([{ data: said }]);
  });

  test("what is Hearth's own is not shown", async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    await server.webhook('bob', receiver, { name: 'off' });
    await server.as('alice').ok('DELETE', `/v1/people/${personId('bob')}`);
    const own = await server.app.db.reader.query
      .selectFrom('events')
      .selectAll()
      .where('resource', '=', 'webhooks')
      .executeTakeFirstOrThrow();
    expect(await events(server.as('carol'))).toEqual([]);
    expect(await server.as('carol').get(`/v1/events/${publicId('EVENT', own.uuid)}`)).toMatchObject({ status: 404 });
  });

  test.each([
    ['to in the future', 'to=2036-01-01T00:00:00Z', 'to cannot be in the future.'],
    ['a resource that there is not', 'resource=people', /^resource must be one of attachmentActions/],
    ['a type that there is not', 'type=all', 'type must be one of created, updated, deleted, ended.'],
    ['an actor who is no id', 'actorId=bob', 'Expect base64 ID or UUID.'],
    ['recordings without their service', 'resource=convergedRecordings', /^serviceType goes with resource/],
    ['a service without recordings', 'serviceType=calling', /^serviceType goes with resource/],
    ['a time that is none', 'from=yesterday', /./],
    ['max below one', 'max=0', 'max must be a whole number of at least 1.'],
    ['the cursor of another list', `cursor=${Buffer.from('["rooms by id","x"]').toString('base64url')}`, /^The cursor/],
  ])('%s is refused', async (_, query, message) => {
    const server = await startServer();
    expect(await server.as('carol').get(`/v1/events?${query}`)).toMatchObject({
      status: 400,
      body: { message: typeof message === 'string' ? message : expect.stringMatching(message) },
    });
  });

  test('are for compliance officers with the scope for it (EVT-1)', async () => {
    const server = await startServer();
    const without = await officer(server, ['spark:all', 'spark-compliance:messages_read']);
    for (const client of [server.as('alice'), server.as('bob'), server.as('robot'), without]) {
      expect(await client.get('/v1/events')).toMatchObject({ status: 403 });
      expect(await client.get('/v1/events/x')).toMatchObject({ status: 403 });
    }
    expect(await server.as('carol').get('/v1/events/x')).toMatchObject({ status: 404 });
  });
});
