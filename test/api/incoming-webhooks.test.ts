import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import type { IncomingWebhook, Membership, Message, Person, Room } from '../../src/contract/index.ts';
import { attachmentsOf } from '../support/cards.ts';
import { logged } from '../support/log.ts';
import { walk } from '../support/pages.ts';
import { raw, type RawAnswer } from '../support/raw.ts';
import { people, personId, startServer, type Name, type TestServer } from '../support/server.ts';

const ours = '/hearth/v1/incoming-webhooks';

function make(server: TestServer, room: Room, name: Name = 'alice', title = 'Alerts'): Promise<IncomingWebhook> {
  return server.as(name).ok<IncomingWebhook>('POST', ours, { name: title, roomId: room.id });
}

/** As a monitoring program does it: no token but the one in the URL. */
function send(
  server: TestServer,
  { token }: { token: string },
  body: object | string,
  more: { type?: string; path?: string; authorization?: string } = {},
): Promise<RawAnswer> {
  const { type = 'application/json', path = '/v1/webhooks/incoming/', authorization } = more;
  return raw(server.url, {
    method: 'POST',
    path: path + token,
    headers: { authorization, 'content-type': type },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function messagesIn(server: TestServer, room: Room, name: Name = 'alice'): Promise<Message[]> {
  return (await server.as(name).ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${room.id}`)).items;
}

describe('posting', () => {
  test('a message comes from an app user of the name, which is a member; webhooks hear of it', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await make(server, room);
    const receiver = await server.receiver();
    await server.webhook('bob', receiver, {});

    expect(await send(server, webhook, { markdown: '**down** since noon' })).toMatchObject({ status: 204, body: '' });
    const [message] = await messagesIn(server, room, 'bob');
    expect(message).toMatchObject({
      personId: webhook.personId,
      text: 'down since noon',
      markdown: '**down** since noon',
      html: '<p><strong>down</strong> since noon</p>',
    });
    const { notice } = await receiver.next();
    expect(notice).toMatchObject({ actorId: webhook.personId, data: { id: message?.id, personId: webhook.personId } });

    const sender = await server.as('bob').ok<Person>('GET', `/v1/people/${webhook.personId}`);
    expect(sender).toMatchObject({ displayName: 'Alerts', type: 'appuser', emails: [message?.personEmail] });
    const { items } = await server.as('bob').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
    expect(items.map(({ personDisplayName }) => personDisplayName)).toEqual(['Alice Adams', 'Bob Brown', 'Alerts']);
  });

  test('as JSON or as a form, under any spelling of the path, whatever else is shown', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const webhook = await make(server, room);
    const form = { type: 'application/x-www-form-urlencoded' };
    expect((await send(server, webhook, 'text=one+%26+all', form)).status).toBe(204);
    expect((await send(server, webhook, { text: 'two' }, { type: 'application/json; charset=utf-8' })).status).toBe(
      204,
    );
    expect((await send(server, webhook, { text: 'three' }, { path: '/v1/webhooks/incoming//' })).status).toBe(204);
    expect((await send(server, webhook, { text: 'four' }, { path: '//v1//webhooks/incoming/' })).status).toBe(204);
    expect((await send(server, { token: `${webhook.token}/` }, { text: 'five' })).status).toBe(204);
    expect((await send(server, webhook, { text: 'six' }, { authorization: 'Bearer nonsense' })).status).toBe(204);
    expect((await messagesIn(server, room)).map(({ text }) => text).toReversed()).toEqual([
      'one & all',
      'two',
      'three',
      'four',
      'five',
      'six',
    ]);
  });

  test('a card, and no more than a card may be', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const webhook = await make(server, room);
    const attachments = attachmentsOf();
    expect((await send(server, webhook, { attachments })).status).toBe(204);
    expect(await messagesIn(server, room)).toMatchObject([{ personId: webhook.personId, attachments }]);
    expect((await send(server, webhook, { attachments: [...attachments, ...attachments] })).status).toBe(400);
  });

  test('a mention reaches a bot; what names a destination of its own does not go there', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot');
    const elsewhere = await server.room('Elsewhere', 'alice');
    const webhook = await make(server, room);
    const receiver = await server.receiver();
    await server.webhook('robot', receiver, {});
    const markdown = `<@personEmail:${people.robot.email}> look`;
    const body = { markdown, roomId: elsewhere.id, toPersonEmail: people.bob.email, parentId: 'x', html: '<p>no</p>' };
    expect((await send(server, webhook, body)).status).toBe(204);
    expect((await receiver.next()).notice.data).toMatchObject({
      roomId: room.id,
      mentionedPeople: [personId('robot')],
    });
    expect(await messagesIn(server, elsewhere)).toEqual([]);
  });

  test.each<
    [string, number, string | RegExp, (webhook: IncomingWebhook) => Parameters<typeof send>[1], object | string]
  >([
    ['an unknown token', 404, 'Could not find a webhook with provided ID.', ({ id }) => ({ token: id }), { text: 'x' }],
    ['no token at all', 404, 'Could not find a webhook with provided ID.', () => ({ token: 'x' }), { text: 'x' }],
    ['nothing', 400, 'Both text and file cannot be empty.', (webhook) => webhook, {}],
    ['blanks', 400, 'Both text and file cannot be empty.', (webhook) => webhook, { text: ' ' }],
    ['too much', 400, /7440 bytes long/, (webhook) => webhook, { text: 'x'.repeat(7_440) }],
    ['another kind of text', 400, 'text must be of type string.', (webhook) => webhook, { text: 5 }],
    ['no JSON', 400, /not valid JSON/, (webhook) => webhook, '{'],
  ])('%s is refused with %i', async (_, status, message, whose, body) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const answer = await send(server, whose(await make(server, room)), body);
    expect(answer.status).toBe(status);
    const matcher: unknown = typeof message === 'string' ? message : expect.stringMatching(message);
    expect(JSON.parse(answer.body)).toMatchObject({ message: matcher, trackingId: answer.headers['trackingid'] });
    expect(await messagesIn(server, room)).toEqual([]);
  });

  test('a form of parts is refused with 415, another method with 405', async () => {
    const server = await startServer();
    const webhook = await make(server, await server.room('Demo', 'alice'));
    expect((await send(server, webhook, 'x', { type: 'text/plain' })).status).toBe(415);
    const { status, headers } = await raw(server.url, { path: `/v1/webhooks/incoming/${webhook.token}` });
    expect([status, headers.allow]).toEqual([405, 'POST']);
  });

  test('in an announcement room its app user has to be a moderator', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await make(server, room);
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { isLocked: true, isAnnouncementOnly: true });
    const refused = await send(server, webhook, { text: 'x' });
    expect([refused.status, JSON.parse(refused.body).message]).toEqual([
      403,
      'Only moderators may post in an announcement room.',
    ]);
    const { items } = await server
      .as('alice')
      .ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}&personId=${webhook.personId}`);
    await server.as('alice').ok('PUT', `/v1/memberships/${items[0]?.id}`, { isModerator: true });
    expect((await send(server, webhook, { text: 'x' })).status).toBe(204);
  });

  test('each is limited by itself', async () => {
    const rateLimits = { perPerson: undefined, perIncomingWebhook: { perSecond: 0.5, burst: 2 } };
    const server = await startServer((options) => ({ ...options, rateLimits }));
    const room = await server.room('Demo', 'alice');
    const [one, other] = [await make(server, room), await make(server, room)];
    const statuses = async (webhook: IncomingWebhook) => {
      const answers = [];
      for (let count = 0; count < 3; count += 1) answers.push(await send(server, webhook, { text: 'x' }));
      return answers.map(({ status, headers }) => [status, headers['retry-after']]);
    };
    const limited = [
      [204, undefined],
      [204, undefined],
      [429, '2'],
    ];
    expect(await statuses(one)).toEqual(limited);
    expect(await statuses(other)).toEqual(limited);
    server.clock.advance(2_000);
    expect((await send(server, one, { text: 'x' })).status).toBe(204);
  });
});

describe('making and taking back', () => {
  test('a member makes one, reads it again, renames it and takes it back', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await make(server, room, 'bob');
    expect(webhook).toMatchObject({
      name: 'Alerts',
      roomId: room.id,
      token: expect.stringMatching(/^[A-Za-z0-9]{80}$/),
    });
    expect(webhook.url).toBe(`${server.url}/v1/webhooks/incoming/${webhook.token}`);
    const bob = server.as('bob');
    expect(await bob.ok('GET', `${ours}/${webhook.id}`)).toEqual(webhook);
    expect(await bob.ok('GET', ours)).toEqual({ items: [webhook] });

    await send(server, webhook, { text: 'before' });
    server.clock.advance(1_000);
    const renamed = await bob.ok('PUT', `${ours}/${webhook.id}`, { ...webhook, name: 'Sirens' });
    expect(renamed).toEqual({ ...webhook, name: 'Sirens' });
    expect(await bob.ok('GET', `/v1/people/${webhook.personId}`)).toMatchObject({
      displayName: 'Sirens',
      lastModified: '2016-07-19T12:00:01.000Z',
    });

    await bob.ok('DELETE', `${ours}/${webhook.id}`);
    expect((await send(server, webhook, { text: 'after' })).status).toBe(404);
    expect((await bob.get(`${ours}/${webhook.id}`)).status).toBe(404);
    expect((await messagesIn(server, room)).map(({ text }) => text)).toEqual(['before']);
    const { items } = await bob.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
    expect(items).toHaveLength(2);
  });

  test('its app user joins and leaves as anybody does', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    let made: IncomingWebhook | undefined;
    const lines = await logged(server, async () => {
      made = await make(server, room);
      await server.as('alice').ok('DELETE', `${ours}/${made.id}`);
    });
    const { personId: appUser } = made ?? expect.unreachable();
    expect(lines).toEqual([`memberships/created ${appUser} by alice`, `memberships/deleted ${appUser} by alice`]);
  });

  test('it ends with the account of whoever made it', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'bob', 'alice');
    const webhook = await make(server, room, 'bob');
    await server.as('alice').ok('DELETE', `/v1/people/${personId('bob')}`);
    expect(await send(server, webhook, { text: 'still here?' })).toMatchObject({ status: 404 });
    const { items } = await server.as('alice').ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}`);
    expect(items.map(({ personDisplayName }) => personDisplayName)).toEqual(['Alice Adams']);
  });

  test('the URL is the one that the client used', async () => {
    const server = await startServer();
    const { token, id } = await make(server, await server.room('Demo', 'alice'));
    const { body } = await raw(server.url, { path: `${ours}/${id}`, headers: { host: 'hearth.example:8080' } });
    expect(JSON.parse(body)).toMatchObject({ url: `http://hearth.example:8080/v1/webhooks/incoming/${token}` });
  });

  test('it works after a restart, and goes on when whoever made it has left the room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await make(server, room, 'bob');
    await server.restart();
    const bob = server.as('bob');
    const { items } = await bob.ok<{ items: Membership[] }>('GET', '/v1/memberships');
    await bob.ok('DELETE', `/v1/memberships/${items[0]?.id}`);
    expect((await send(server, webhook, { text: 'still here' })).status).toBe(204);
    expect(await messagesIn(server, room)).toHaveLength(1);
    await bob.ok('DELETE', `${ours}/${webhook.id}`);
    expect((await send(server, webhook, { text: 'gone' })).status).toBe(404);
  });

  test.each<[string, (server: TestServer, room: Room, webhook: IncomingWebhook) => Promise<unknown>]>([
    ['the room is deleted', (server, room) => server.as('alice').ok('DELETE', `/v1/rooms/${room.id}`)],
    [
      'somebody removes its app user from the room',
      async (server, room, webhook) => {
        const path = `/v1/memberships?roomId=${room.id}&personId=${webhook.personId}`;
        const { items } = await server.as('bob').ok<{ items: Membership[] }>('GET', path);
        await server.as('bob').ok('DELETE', `/v1/memberships/${items[0]?.id}`);
      },
    ],
  ])('it is gone when %s', async (_, end) => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await make(server, room);
    await end(server, room, webhook);
    expect(await server.as('alice').ok('GET', ours)).toEqual({ items: [] });
    expect((await send(server, webhook, { text: 'x' })).status).toBe(404);
  });

  test('nobody but its maker sees it, changes it, or takes it back', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const { id } = await make(server, room);
    const bob = server.as('bob');
    expect(await bob.ok('GET', ours)).toEqual({ items: [] });
    const answers = [
      await bob.get(`${ours}/${id}`),
      await bob.put(`${ours}/${id}`, { name: 'x' }),
      await bob.delete(`${ours}/${id}`),
    ];
    for (const { status, body } of answers)
      expect([status, body]).toEqual([404, expect.objectContaining({ message: expect.stringContaining('webhook') })]);
  });

  test('lists are paged, newest first, of one room or all', async () => {
    const server = await startServer();
    const [room, other] = [await server.room('One', 'alice'), await server.room('Two', 'alice')];
    for (const name of ['a', 'b', 'c']) await make(server, room, 'alice', name);
    await make(server, other, 'alice', 'd');
    const names = async (query: string) =>
      (await walk<IncomingWebhook>(server.as('alice'), `${ours}?${query}`)).map((page) => page.map(({ name }) => name));
    expect(await names('max=3')).toEqual([['d', 'c', 'b'], ['a']]);
    expect(await names(`max=2&roomId=${room.id}`)).toEqual([['c', 'b'], ['a']]);
  });

  test.each<[string, number, RegExp, Name, (rooms: Record<'open' | 'locked' | 'direct', string>) => object]>([
    ['a room that one is not in', 404, /find a room/, 'dave', ({ open }) => ({ name: 'x', roomId: open })],
    ['a locked room, by no moderator', 403, /only a moderator/, 'bob', ({ locked }) => ({ name: 'x', roomId: locked })],
    ['a 1:1 room', 400, /exactly two members/, 'alice', ({ direct }) => ({ name: 'x', roomId: direct })],
    ['no room', 400, /roomId is missing/, 'alice', () => ({ name: 'x' })],
    ['what is no id', 400, /base64 ID or UUID/, 'alice', () => ({ name: 'x', roomId: '?' })],
    ['no name', 400, /name cannot be empty/, 'alice', ({ open }) => ({ name: ' ', roomId: open })],
    ['too long a name', 400, /longer than 128/, 'alice', ({ open }) => ({ name: 'x'.repeat(129), roomId: open })],
  ])('one for %s is refused with %i, and nobody joins', async (_, status, message, name, body) => {
    const server = await startServer();
    const locked = await server.as('alice').ok<Room>('POST', '/v1/rooms', { title: 'Locked', isLocked: true });
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: locked.id, personId: personId('bob') });
    const sent = await server
      .as('alice')
      .ok<Message>('POST', '/v1/messages', { toPersonId: personId('bob'), text: 'x' });
    const open = await server.room('Open', 'alice', 'bob');
    let answer;
    const lines = await logged(server, async () => {
      answer = await server.as(name).post(ours, body({ open: open.id, locked: locked.id, direct: sent.roomId }));
    });
    expect(answer).toMatchObject({ status, body: { message: expect.stringMatching(message) } });
    expect(lines).toEqual([]);
    const { items } = await server.as('alice').ok<{ items: Person[] }>('GET', '/v1/people?displayName=x');
    expect(items).toEqual([]);
  });

  test('one person can make a thousand', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const webhook = await make(server, room);
    // What follows is about the count alone: 998 rows like the one that there is.
    await server.app.db.write(async ({ query }) => {
      const { id: _, ...row } = await query.selectFrom('incomingWebhooks').selectAll().executeTakeFirstOrThrow();
      for (let count = 0; count < 998; count += 1) {
        const member = await query.selectFrom('memberships').selectAll().executeTakeFirstOrThrow();
        const person = await query.selectFrom('people').selectAll().executeTakeFirstOrThrow();
        const { id: personKey } = await query
          .insertInto('people')
          .values({ ...person, id: undefined, uuid: `p${count}`, email: `p${count}` })
          .returning('id')
          .executeTakeFirstOrThrow();
        const { id: membershipId } = await query
          .insertInto('memberships')
          .values({ ...member, id: undefined, personId: personKey })
          .returning('id')
          .executeTakeFirstOrThrow();
        const tokenHash = Buffer.from(`${count}`);
        await query
          .insertInto('incomingWebhooks')
          .values({ ...row, uuid: `w${count}`, membershipId, tokenHash })
          .execute();
      }
    });
    await make(server, room);
    expect(await server.as('alice').post(ours, { name: 'x', roomId: room.id })).toMatchObject({
      status: 400,
      body: { message: 'You have 1000 incoming webhooks already, which is the limit.' },
    });
    await server.as('alice').ok('DELETE', `${ours}/${webhook.id}`);
    await make(server, room);
  });

  test('the token is in no line of the log, whatever becomes of the request', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) });
    const server = await startServer((options) => ({ ...options, logger }));
    const webhook = await make(server, await server.room('Demo', 'alice'));
    for (const body of [{ text: 'x' }, {}, '{']) await send(server, webhook, body);
    await send(server, webhook, 'x', { type: 'text/plain' });
    await raw(server.url, { path: `/v1/webhooks/incoming/${webhook.token}` });
    const logged = lines.join('');
    expect(logged).toContain('/v1/webhooks/incoming/…');
    expect(logged).not.toContain(webhook.token);
  });

  test('the token is nowhere in the store in clear', async () => {
    const server = await startServer();
    const { token } = await make(server, await server.room('Demo', 'alice'));
    const secret = Buffer.from(token, 'base64url').toString().slice(-36);
    const rows = await server.app.db.reader.query.selectFrom('incomingWebhooks').selectAll().execute();
    const events = await server.app.db.reader.query.selectFrom('events').selectAll().execute();
    const stored = [
      JSON.stringify(events),
      ...rows.map((row) => Buffer.from(row.token).toString('latin1') + JSON.stringify(row)),
    ].join('\n');
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(secret);
  });
});
