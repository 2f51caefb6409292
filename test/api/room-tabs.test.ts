import { describe, expect, test } from 'vitest';
import type { Message, RoomTab } from '../../src/contract/index.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { logged } from '../support/log.ts';
import { type Name, personId, personUuid, startServer, type TestServer } from '../support/server.ts';
import { StreamClient } from '../stream/support.ts';

/** Tabs of rooms: spec 3.11. */

const noTab = { status: 404, body: { message: 'Could not find a room tab with provided ID.' } };
const noRoom = { status: 404, body: { message: 'Could not find a room with provided ID.' } };
const moderatorsOnly = { status: 403, body: { message: 'The room is locked: only a moderator may do this.' } };
const page = { contentUrl: 'https://wiki.example/plan?day=1#top', displayName: 'The plan' };

function tabIn(server: TestServer, room: { id: string }, by: Name = 'alice', settings: object = {}): Promise<RoomTab> {
  return server.as(by).ok<RoomTab>('POST', '/v1/room/tabs', { roomId: room.id, ...page, ...settings });
}

describe('a tab', () => {
  test('is made, read, changed and removed by the members of its room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const tab = await tabIn(server, room);
    expect(tab).toEqual({
      id: expect.stringMatching(/^[\w-]+$/),
      roomId: room.id,
      roomType: 'group',
      ...page,
      creatorId: personId('alice'),
      created: '2016-07-19T12:00:00.000Z',
    });
    expect(Buffer.from(tab.id, 'base64url').toString()).toMatch(/^ciscospark:\/\/us\/TABS\/[0-9a-f-]{36}$/);
    const path = `/v1/room/tabs/${tab.id}`;
    expect(await server.as('bob').ok('GET', path)).toEqual(tab);
    const second = await tabIn(server, room, 'bob', { displayName: 'Another' });
    const list = `/v1/room/tabs?roomId=${room.id}`;
    expect(await server.as('alice').ok('GET', list)).toEqual({ items: [tab, second] });

    const change = { roomId: room.id, contentUrl: 'https://wiki.example/new', displayName: 'New' };
    const changed = await server.as('bob').ok('PUT', path, change);
    expect(changed).toEqual({ ...tab, ...change });
    expect(await server.as('alice').ok('GET', path)).toEqual(changed);

    await server.as('bob').ok('DELETE', path);
    expect(await server.as('alice').get(path)).toMatchObject(noTab);
    expect(await server.as('alice').delete(path)).toMatchObject(noTab);
    expect(await server.as('alice').ok('GET', list)).toEqual({ items: [second] });
  });

  test('stands in 1:1 rooms too', async () => {
    const server = await startServer();
    const body = { toPersonId: personId('bob'), text: 'hi' };
    const { roomId } = await server.as('alice').ok<Message>('POST', '/v1/messages', body);
    const tab = await tabIn(server, { id: roomId });
    expect(tab.roomType).toBe('direct');
    await server.as('bob').ok('DELETE', `/v1/room/tabs/${tab.id}`);
  });

  test('is not there for others (VIS-1)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const tab = await tabIn(server, room);
    const bob = server.as('bob');
    for (const id of [tab.id, publicId('TABS', derivedUuid('no tab')), 'nonsense', room.id]) {
      const path = `/v1/room/tabs/${id}`;
      expect(await bob.get(path)).toMatchObject(noTab);
      expect(await bob.put(path, { roomId: room.id, ...page })).toMatchObject(noTab);
      expect(await bob.delete(path)).toMatchObject(noTab);
    }
    expect(await bob.get(`/v1/room/tabs?roomId=${room.id}`)).toMatchObject(noRoom);
    expect(await bob.post('/v1/room/tabs', { roomId: room.id, ...page })).toMatchObject(noRoom);
  });

  test('goes with its room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const tab = await tabIn(server, room);
    await server.as('alice').ok('DELETE', `/v1/rooms/${room.id}`);
    expect(await server.as('alice').get(`/v1/room/tabs/${tab.id}`)).toMatchObject(noTab);
  });

  test('of a locked room is for its moderators to change (MOD-2)', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const tab = await tabIn(server, room, 'bob');
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true });
    const bob = server.as('bob');
    const path = `/v1/room/tabs/${tab.id}`;
    expect(await bob.post('/v1/room/tabs', { roomId: room.id, ...page })).toMatchObject(moderatorsOnly);
    expect(await bob.put(path, { roomId: room.id, ...page, displayName: 'x' })).toMatchObject(moderatorsOnly);
    expect(await bob.delete(path)).toMatchObject(moderatorsOnly);
    expect(await bob.ok('GET', path)).toEqual(tab);
    expect(await bob.ok('PUT', path, tab)).toEqual(tab);
    await server.as('alice').ok('DELETE', path);
  });

  test.each([
    [{ contentUrl: 'http://wiki.example/' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: 'wiki.example' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: 'https:wiki.example' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: 'https://wiki.example/a b' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: 'https://' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: 'javascript:alert(1)//https://x' }, 'contentUrl must be an absolute https URL.'],
    [{ contentUrl: '' }, 'contentUrl cannot be empty'],
    [{ contentUrl: undefined }, 'contentUrl cannot be empty'],
    [{ contentUrl: `https://x.example/${'x'.repeat(2048)}` }, 'contentUrl is longer than 2048 characters.'],
    [{ displayName: ' ' }, 'displayName cannot be empty'],
    [{ displayName: undefined }, 'displayName cannot be empty'],
    [{ displayName: 'x'.repeat(1025) }, 'displayName is longer than 1024 characters.'],
    [{ roomId: undefined }, 'roomId cannot be null'],
    [{ roomId: 'nonsense' }, 'Expect base64 ID or UUID.'],
  ])('%j is refused, in a new one and in a change', async (wrong, message) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const tab = await tabIn(server, room);
    const body = { roomId: room.id, ...page, ...wrong };
    const events = await logged(server, async () => {
      const refusal = { status: 400, body: { message } };
      expect(await server.as('alice').post('/v1/room/tabs', body)).toMatchObject(refusal);
      expect(await server.as('alice').put(`/v1/room/tabs/${tab.id}`, body)).toMatchObject(refusal);
    });
    expect(events).toEqual([]);
    expect(await server.as('alice').ok('GET', `/v1/room/tabs?roomId=${room.id}`)).toEqual({ items: [tab] });
  });

  test('stays in its room', async () => {
    const server = await startServer();
    const tab = await tabIn(server, await server.room('Demo', 'alice'));
    const other = await server.room('Other', 'alice');
    expect(await server.as('alice').put(`/v1/room/tabs/${tab.id}`, { ...page, roomId: other.id })).toMatchObject({
      status: 400,
      body: { message: 'roomId must name the room that the tab is in: a tab cannot be moved.' },
    });
  });

  test('a hundred of them are the most that a room has', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    for (let number = 0; number < 100; number += 1) await tabIn(server, room);
    expect(await server.as('alice').post('/v1/room/tabs', { roomId: room.id, ...page })).toMatchObject({
      status: 400,
      body: { message: 'The room has 100 tabs already, which is the limit.' },
    });
    const { items } = await server.as('alice').ok<{ items: RoomTab[] }>('GET', `/v1/room/tabs?roomId=${room.id}`);
    expect(items).toHaveLength(100);
  }, 30_000);

  test('the list needs a room', async () => {
    const server = await startServer();
    expect(await server.as('alice').get('/v1/room/tabs')).toMatchObject({
      status: 400,
      body: { message: "Required String parameter 'roomId' is not present" },
    });
  });
});

describe('the log', () => {
  async function changes(server: TestServer, room: { id: string }): Promise<RoomTab> {
    const tab = await tabIn(server, room);
    const path = `/v1/room/tabs/${tab.id}`;
    await server.as('bob').ok('PUT', path, { ...tab, displayName: 'Renamed' });
    await server.as('bob').ok('PUT', path, { ...tab, displayName: 'Renamed' });
    await server.as('alice').ok('DELETE', path);
    return tab;
  }

  function tabEvents(server: TestServer) {
    return server.app.db.reader.query.selectFrom('events').selectAll().where('resource', '=', 'tabs').execute();
  }

  test('tells of each change, without what the tab is called and where it leads', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const { id, roomId, roomType, creatorId, created } = await changes(server, room);
    const events = await tabEvents(server);
    expect(events.map(({ event, actorUuid }) => [event, actorUuid])).toEqual([
      ['created', personUuid('alice')],
      ['updated', personUuid('bob')],
      ['deleted', personUuid('alice')],
    ]);
    for (const { data } of events) {
      expect(JSON.parse(data)).toEqual({ id, roomId, roomType, creatorId, created });
    }
  });

  test('no webhook hears of it, and none can ask for it', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const room = await server.room('Demo', 'alice', 'bob');
    const everything = { resource: 'all', event: 'all' };
    await server.webhook('alice', receiver, everything);
    await server.webhook('bob', receiver, { ...everything, filter: `roomId=${room.id}` });
    await server.webhook('carol', receiver, { ...everything, ownedBy: 'org' });
    await changes(server, room);
    await server.as('alice').say(room, 'the end');
    await server.settled();
    expect(receiver.received.map(({ notice }) => notice.resource)).toEqual(['messages', 'messages', 'messages']);

    const asked = { name: 'x', targetUrl: receiver.url, resource: 'tabs', event: 'created' };
    for (const path of ['/v1/webhooks', '/hearth/v1/webhooks']) {
      expect(await server.as('alice').post(path, asked)).toMatchObject({
        status: 400,
        body: { message: expect.stringMatching(/^resource 'tabs' is not available on this server: use one of /) },
      });
    }
  });

  test('the stream passes over it, and a preview and an explanation say so', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await server.webhook('alice', receiver, { resource: 'all', event: 'all' });
    const stream = await StreamClient.open(server.url, 'alice', {});
    await changes(server, room);
    await server.as('alice').say(room, 'the end');
    await server.settled();
    await stream.until(() => stream.told.some(({ data }) => data.resource === 'messages'));
    expect(stream.told.map(({ data }) => data.resource)).toEqual(['messages']);
    expect(await server.as('alice').get('/hearth/v1/events?resource=tabs')).toMatchObject({ status: 400 });

    const [created] = await tabEvents(server);
    const explanation = await server
      .as('alice')
      .ok<{ events: { because: string; answer: string }[] }>(
        'GET',
        `/hearth/v1/explain?webhookId=${webhook.id}&eventId=${created?.uuid}`,
      );
    expect(explanation.events).toMatchObject([
      { because: 'resource', answer: expect.stringContaining('no webhook is told of tabs'), outcome: 'none' },
    ]);
    const preview = { resource: 'all', event: 'all' };
    const { body } = await server.as('alice').post('/hearth/v1/webhooks/preview', preview);
    expect(JSON.stringify(body)).not.toContain('"tabs"');
  });
});
