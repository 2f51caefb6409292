import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Webhook } from '../../src/contract/index.ts';
import { derivedUuid, newUuid, publicId } from '../../src/core/ids.ts';
import { hashToken } from '../../src/http/index.ts';
import {
  people,
  personId,
  personUuid,
  startServer,
  type Answer,
  type Client,
  type Name,
  type TestServer,
} from '../support/server.ts';

interface Refusal {
  message: string;
  errors: { description: string }[];
}
interface List {
  items: Webhook[];
}

const minimal = {
  name: 'My Webhook',
  targetUrl: 'https://bot.example.com/hook',
  resource: 'messages',
  event: 'created',
};

function create(client: Client, settings: object = {}): Promise<Webhook> {
  return client.ok<Webhook>('POST', '/v1/webhooks', { ...minimal, ...settings });
}

async function names(client: Client, query = ''): Promise<string[]> {
  const { items } = await client.ok<List>('GET', `/v1/webhooks${query}`);
  return items.map(({ name }) => name);
}

/** A client with a token of these scopes only. */
async function narrow(server: TestServer, name: Name, scopes: string): Promise<Client> {
  const token = `${name} ${scopes}`.replaceAll(' ', '.');
  await server.app.db.write(async ({ query }) => {
    const owner = query.selectFrom('people').select('id').where('uuid', '=', personUuid(name));
    const { id } = await owner.executeTakeFirstOrThrow();
    const row = { hash: hashToken(token), personId: id, appKey: 'C1', scopes, createdAt: 0 };
    await query.insertInto('tokens').values(row).execute();
  });
  return server.withToken(token);
}

describe('the object', () => {
  test('has every field in order, and is the same wherever it is read', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const room = await server.room('Demo', 'alice');
    const filter = `roomId=${room.id}&personEmail=Carol+Test@Acme.example`;
    const webhook = await create(alice, { filter, secret: 'sécret' });
    expect(JSON.stringify(webhook)).toBe(
      JSON.stringify({
        id: webhook.id,
        name: 'My Webhook',
        targetUrl: 'https://bot.example.com/hook',
        resource: 'messages',
        event: 'created',
        filter,
        secret: 'sécret',
        orgId: publicId('ORGANIZATION', derivedUuid('test organization', 'acme')),
        createdBy: personId('alice'),
        appId: publicId('APPLICATION', `C${'0'.repeat(64)}`),
        ownedBy: 'creator',
        status: 'active',
        created: '2016-07-19T12:00:00.000Z',
      }),
    );
    expect(await alice.ok('GET', `/v1/webhooks/${webhook.id}`)).toEqual(webhook);
    expect(await alice.ok('GET', '/v1/webhooks')).toEqual({ items: [webhook] });
    await server.restart();
    expect(await alice.ok('GET', `/v1/webhooks/${webhook.id}`)).toEqual(webhook);
  });

  test.each([
    ['absent', {}],
    ['null', { filter: null, secret: null, ownedBy: null }],
    ['empty', { filter: '', secret: '' }],
  ])('has no filter and no secret when they were %s', async (_, settings) => {
    const server = await startServer();
    const webhook = await create(server.as('alice'), settings);
    expect(Object.keys(webhook)).toEqual(
      'id name targetUrl resource event orgId createdBy appId ownedBy status created'.split(' '),
    );
  });

  test('keeps any text as it was given (FLT-9)', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    // Text that is no valid Unicode cannot travel as UTF-8.
    const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((text) => text.trim() !== '');
    await fc.assert(
      fc.asyncProperty(name, fc.string({ maxLength: 50 }), async (text, secret) => {
        const { id } = await create(alice, { name: text, secret });
        const webhook = await alice.ok<Webhook>('GET', `/v1/webhooks/${id}`);
        expect(webhook).toMatchObject({ name: text, ...(secret !== '' && { secret }) });
      }),
      { numRuns: 30 },
    );
  });

  test('is made from a form as well', async () => {
    const server = await startServer();
    const form = new URLSearchParams({ ...minimal, filter: 'hasFiles=true&personEmail=a+b@example.com' });
    const answer = await server.as('alice').call<Webhook>('POST', '/v1/webhooks', form.toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(answer).toMatchObject({ status: 200, body: { filter: 'hasFiles=true&personEmail=a+b@example.com' } });
  });

  test('WH-11: may be registered twice', async () => {
    const server = await startServer();
    const [first, second] = [await create(server.as('alice')), await create(server.as('alice'))];
    expect(second).toEqual({ ...first, id: second.id });
    expect(second.id).not.toBe(first.id);
  });
});

function long(length: number): string {
  return 'x'.repeat(length);
}

describe('what is refused at registration', () => {
  const target = 'targetUrl must be an absolute http or https URL.';

  test.each<[string, object, string]>([
    ['WH-1: no name', { name: null }, 'name cannot be empty'],
    ['WH-1: an empty name', { name: '' }, 'name cannot be empty'],
    ['WH-1: a blank name', { name: ' \t' }, 'name cannot be empty'],
    ['WH-1: a name that is no text', { name: 7 }, 'name cannot be empty'],
    ['a long name', { name: long(1025) }, 'name is longer than 1024 characters.'],
    ['WH-2: no target', { targetUrl: null }, 'targetUrl cannot be null'],
    ['WH-2: an empty target', { targetUrl: '' }, 'targetUrl cannot be null'],
    ['a long target', { targetUrl: `http://a/${long(2048)}` }, 'targetUrl is longer than 2048 characters.'],
    ['WH-3: a relative target', { targetUrl: '/hook' }, target],
    ['WH-3: a host alone', { targetUrl: 'bot.example.com' }, target],
    ['WH-3: another scheme', { targetUrl: 'ftp://bot.example.com/' }, target],
    ['WH-3: no scheme', { targetUrl: '//bot.example.com/' }, target],
    ['WH-3: a scheme without slashes', { targetUrl: 'http:bot.example.com' }, target],
    ['WH-3: no host', { targetUrl: 'http://' }, target],
    ['WH-3: a port that is none', { targetUrl: 'http://bot.example.com:99999/' }, target],
    ['WH-3: a blank inside', { targetUrl: 'http://bot.example.com/a b' }, target],
    ['WH-3: a blank before', { targetUrl: ' http://bot.example.com/' }, target],
    ['WH-3: a line break after', { targetUrl: 'http://bot.example.com/\n' }, target],
    ['WH-4: no resource', { resource: null }, 'resource cannot be null'],
    ['WH-4: no event', { event: null }, 'event cannot be null'],
    [
      'WH-4: the wrong case',
      { resource: 'Messages' },
      "resource 'Messages' is not available on this server: use one of messages, memberships, rooms, attachmentActions, all.",
    ],
    [
      'WH-5: all with one event',
      { resource: 'all' },
      "event 'created' is not available for resource 'all': use one of all.",
    ],
    [
      'WH-5: messages updated',
      { event: 'updated' },
      "event 'updated' is not available for resource 'messages': use one of created, deleted, all.",
    ],
    ['WH-6: an unknown key', { filter: 'roomid=x' }, 'invalid value for filter: roomid'],
    ['WH-6: a key of another resource', { filter: 'isLocked=true' }, 'invalid value for filter: isLocked'],
    ['FLT-4: a value of the wrong kind', { filter: `roomId=${personId('alice')}` }, 'invalid value for filter: roomId'],
    ['WH-12: a key twice', { filter: 'hasFiles=true&hasFiles=false' }, 'invalid value for filter: hasFiles'],
    ['a long filter', { filter: `personEmail=${long(4096)}` }, 'filter is longer than 4096 characters.'],
    ['a filter that is no text', { filter: { roomId: 'x' } }, 'filter must be of type string.'],
    ['a long secret', { secret: long(1025) }, 'secret is longer than 1024 characters.'],
    ['an owner that is neither', { ownedBy: 'me' }, 'ownedBy must be creator or org.'],
  ])('%s', async (_, settings, message) => {
    const server = await startServer();
    const answer = await server.as('alice').post<Refusal>('/v1/webhooks', { ...minimal, ...settings });
    expect(answer).toMatchObject({ status: 400, body: { message, trackingId: expect.any(String) } });
    expect(answer.body.errors[0]).toEqual({ description: message });
    expect(await names(server.as('alice'))).toEqual([]);
  });

  test('an unknown filter key is answered with the known ones', async () => {
    const server = await startServer();
    const { body } = await server.as('alice').post<Refusal>('/v1/webhooks', { ...minimal, filter: 'color=red' });
    expect(body.errors).toEqual([
      { description: 'invalid value for filter: color' },
      {
        description:
          "'color' is not a filter of messages: " +
          'use roomId, roomType, personId, personEmail, mentionedPeople, hasFiles, hasAttachments.',
      },
    ]);
  });

  test('WH-3: http and https targets', async () => {
    const server = await startServer();
    for (const targetUrl of [
      'http://localhost:3978/',
      'http://127.0.0.1:3978',
      'HTTPS://bot.example.com/a?b=c&d=%20#e',
      'http://bücher.example/',
    ]) {
      expect(await create(server.as('alice'), { targetUrl })).toMatchObject({ targetUrl });
    }
  });

  test('DEL-14: the address guard is asked', async () => {
    const server = await startServer();
    const settings = { ...minimal, targetUrl: 'http://169.254.169.254/latest/meta-data' };
    expect(await server.as('alice').post('/v1/webhooks', settings)).toMatchObject({ status: 400 });
    const webhook = await create(server.as('alice'));
    expect(await server.as('alice').put(`/v1/webhooks/${webhook.id}`, settings)).toMatchObject({ status: 400 });
    expect(await server.as('alice').ok('GET', '/v1/webhooks')).toEqual({ items: [webhook] });
  });

  test('401 without a token', async () => {
    const server = await startServer();
    for (const [method, path] of [
      ['GET', '/v1/webhooks'],
      ['POST', '/v1/webhooks'],
      ['GET', '/v1/webhooks/x'],
      ['PUT', '/v1/webhooks/x'],
      ['DELETE', '/v1/webhooks/x'],
    ] as const) {
      expect(await server.withToken('unknown').call(method, path)).toMatchObject({ status: 401 });
    }
  });

  test('the settings: messages updated, fewer webhooks for each person', async () => {
    const server = await startServer((options) => ({
      ...options,
      webhooks: { allowMessagesUpdated: true, mostPerPerson: 1 },
    }));
    await create(server.as('alice'), { event: 'updated' });
    expect(await server.as('alice').post('/v1/webhooks', minimal)).toMatchObject({
      status: 400,
      body: { message: 'You have 1 webhooks already, which is the limit.' },
    });
    await create(server.as('bob'));
  });
});

function invalid(key: string) {
  return { status: 400, body: { message: `invalid value for filter: ${key}` } };
}

describe('WH-7: what a filter names', () => {
  test('a room is one that the owner is in', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice');
    const register = (name: Name, roomId: string) =>
      server.as(name).post('/v1/webhooks', { ...minimal, filter: `roomId=${roomId}` });
    expect(await register('alice', room.id)).toMatchObject({ status: 200 });
    expect(await register('bob', room.id)).toMatchObject(invalid('roomId'));
    expect(await register('alice', newUuid())).toMatchObject(invalid('roomId'));
    await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('bob') });
    expect(await register('bob', room.id)).toMatchObject({ status: 200 });
  });

  test('FLT-11: the webhook stays when its owner leaves the room', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const webhook = await create(server.as('bob'), { filter: `roomId=${room.id}` });
    const { items } = await server.as('bob').ok<{ items: { id: string }[] }>('GET', '/v1/memberships');
    for (const { id } of items) await server.as('bob').ok('DELETE', `/v1/memberships/${id}`);
    expect(await server.as('bob').ok('PUT', `/v1/webhooks/${webhook.id}`, webhook)).toEqual(webhook);
  });

  test('people exist, wherever they are from; addresses may be of people yet to come', async () => {
    const server = await startServer();
    const register = (filter: string) => server.as('alice').post('/v1/webhooks', { ...minimal, filter });
    const nobody = publicId('PEOPLE', newUuid());
    expect(await register(`personId=${personId('eve')}`)).toMatchObject({ status: 200 });
    expect(await register(`personId=${nobody}`)).toMatchObject(invalid('personId'));
    expect(await register(`mentionedPeople=me,${personUuid('bob')}`)).toMatchObject({ status: 200 });
    expect(await register(`mentionedPeople=me,${nobody}`)).toMatchObject(invalid('mentionedPeople'));
    expect(await register('personEmail=later@example.com')).toMatchObject({ status: 200 });
  });

  test('a message is one of a room that the owner is in', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'robot');
    const { id } = await server.as('alice').say(room, 'hello');
    const settings = { ...minimal, resource: 'attachmentActions', filter: `messageId=${id}` };
    expect(await server.as('alice').post('/v1/webhooks', settings)).toMatchObject({ status: 200 });
    expect(await server.as('bob').post('/v1/webhooks', settings)).toMatchObject(invalid('messageId'));
    const unknown = { ...settings, filter: `messageId=${newUuid()}` };
    expect(await server.as('alice').post('/v1/webhooks', unknown)).toMatchObject(invalid('messageId'));
  });
});

describe('WH-8: the token must read what the webhook shows', () => {
  const scopes = ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'];
  const needed = {
    messages: ['spark:messages_read'],
    memberships: ['spark:memberships_read'],
    rooms: ['spark:rooms_read'],
    attachmentActions: ['spark:messages_read'],
    all: scopes,
  };

  test.each(Object.entries(needed))('%s needs %s', async (resource, enough) => {
    const server = await startServer();
    const settings = { ...minimal, resource, event: 'all' };
    const status = async (held: readonly string[]) => {
      const client = await narrow(server, 'bob', ['spark:people_read', ...held].join(' '));
      return (await client.post('/v1/webhooks', settings)).status;
    };
    expect(await status(enough)).toBe(200);
    for (const scope of enough) expect(await status(scopes.filter((other) => other !== scope))).toBe(403);
    expect(await status(['spark:all'])).toBe(200);
    expect(await status(['spark:messages_write', 'spark:rooms_write', 'spark:memberships_write'])).toBe(403);
  });
});

/** The resources whose events this client may have for its whole organization. */
async function registrable(client: Client): Promise<string> {
  const accepted: string[] = [];
  for (const resource of ['messages', 'memberships', 'rooms', 'attachmentActions', 'all']) {
    const settings = { ...minimal, resource, event: 'all', ownedBy: 'org' };
    const { status, body } = await client.post<Webhook>('/v1/webhooks', settings);
    expect([200, 403]).toContain(status);
    if (status !== 200) continue;
    accepted.push(resource);
    await client.ok('DELETE', `/v1/webhooks/${body.id}`);
  }
  return accepted.join(' ');
}

describe('WH-9, AUD-9: webhooks of an organization', () => {
  test('an administrator may listen to rooms, a compliance officer to everything, others to nothing', async () => {
    const server = await startServer();
    expect(await registrable(server.as('alice'))).toBe('rooms');
    expect(await registrable(server.as('carol'))).toBe('messages memberships rooms attachmentActions all');
    expect(await registrable(server.as('bob'))).toBe('');
    expect(await registrable(server.as('robot'))).toBe('');
    expect(await registrable(await narrow(server, 'alice', 'spark:all spark-compliance:events_read'))).toBe('');
    expect(await registrable(await narrow(server, 'carol', 'spark:all spark-admin:people_read'))).toBe('');
  });

  test('one for each resource and filter in an organization', async () => {
    const server = await startServer();
    const settings = { ...minimal, resource: 'rooms', ownedBy: 'org' };
    const first = await create(server.as('alice'), settings);
    expect(first.ownedBy).toBe('org');
    const refusal = { status: 409, body: { message: expect.stringContaining('already') } };
    expect(await server.as('carol').post('/v1/webhooks', settings)).toMatchObject(refusal);
    expect(await server.as('carol').post('/v1/webhooks', { ...settings, event: 'all' })).toMatchObject(refusal);
    await create(server.as('carol'), { ...settings, filter: 'type=group' });
    await create(server.as('eve'), settings);
    await create(server.as('alice'), { ...settings, ownedBy: 'creator' });
    await server.as('alice').ok('DELETE', `/v1/webhooks/${first.id}`);
    await create(server.as('carol'), settings);
  });

  test('filters name rooms that the organization owns', async () => {
    const server = await startServer();
    const ours = await server.room('Ours', 'bob');
    const theirs = await server.room('Theirs', 'eve', 'carol');
    const register = (roomId: string) =>
      server.as('carol').post('/v1/webhooks', { ...minimal, ownedBy: 'org', filter: `roomId=${roomId}` });
    expect(await register(ours.id)).toMatchObject({ status: 200 });
    expect(await register(theirs.id)).toMatchObject({ status: 400 });
  });

  test('are listed for those who watch over it, without the secrets of others', async () => {
    const server = await startServer();
    await create(server.as('carol'), { name: "carol's", ownedBy: 'org', secret: 'hush' });
    await create(server.as('carol'), { name: 'her own' });
    await create(server.as('alice'), { name: "alice's", ownedBy: 'org', resource: 'rooms', secret: 'hush' });
    const { items } = await server.as('alice').ok<List>('GET', '/v1/webhooks?ownedBy=org');
    expect(items.map(({ name, secret }) => [name, secret])).toEqual([
      ["alice's", 'hush'],
      ["carol's", undefined],
    ]);
    expect(await names(server.as('eve'), '?ownedBy=org')).toEqual([]);
    expect(await names(server.as('carol'))).toEqual(['her own', "carol's"]);
    expect(await names(server.as('carol'), '?ownedBy=creator')).toEqual(['her own']);
    expect(await server.as('bob').get('/v1/webhooks?ownedBy=org')).toMatchObject({ status: 403 });
    expect(await server.as('alice').get('/v1/webhooks?ownedBy=all')).toMatchObject({ status: 400 });
  });
});

describe('reading', () => {
  test('finds a webhook by any form of its id, and only its owner does', async () => {
    const server = await startServer();
    const { id } = await create(server.as('alice'));
    const uuid = Buffer.from(id, 'base64url').toString().split('/').at(-1) ?? '';
    for (const form of [id, `${id}=`, uuid, uuid.toUpperCase()]) {
      expect(await server.as('alice').get(`/v1/webhooks/${form}`)).toMatchObject({ status: 200, body: { id } });
    }
    const missing = { status: 404, body: { message: 'Could not find a webhook with provided ID.' } };
    for (const name of Object.keys(people).filter((other) => other !== 'alice') as Name[]) {
      expect(await server.as(name).get(`/v1/webhooks/${id}`)).toMatchObject(missing);
      expect(await server.as(name).put(`/v1/webhooks/${id}`, { name: 'mine' })).toMatchObject(missing);
      expect(await server.as(name).delete(`/v1/webhooks/${id}`)).toMatchObject(missing);
    }
    for (const wrong of [newUuid(), 'x', personId('alice'), publicId('ROOM', uuid)]) {
      expect(await server.as('alice').get(`/v1/webhooks/${wrong}`)).toMatchObject(missing);
      expect(await server.as('alice').put(`/v1/webhooks/${wrong}`, {})).toMatchObject(missing);
      expect(await server.as('alice').delete(`/v1/webhooks/${wrong}`)).toMatchObject(missing);
    }
    expect(await names(server.as('alice'))).toEqual(['My Webhook']);
  });

  test('lists the newest first, page by page, whatever is added meanwhile', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    for (const name of ['a', 'b', 'c', 'd', 'e']) await create(alice, { name });
    await create(server.as('bob'));
    const seen: string[] = [];
    let path: string | undefined = '/v1/webhooks/?max=2&Paginate=x';
    while (path !== undefined) {
      const page: Answer<List> = await alice.get<List>(path);
      seen.push(page.body.items.map(({ name }) => name).join(''));
      path = /^<[^/]+\/\/[^/]+(.*)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1];
      await create(alice, { name: 'added' });
    }
    expect(seen).toEqual(['ed', 'cb', 'a']);
  });

  test.each(['max=0', 'max=x', 'cursor=x', 'cursor=WyJ4Il0'])('refuses %s', async (query) => {
    const server = await startServer();
    expect(await server.as('alice').get(`/v1/webhooks?${query}`)).toMatchObject({ status: 400 });
  });
});

describe('PUT', () => {
  test('changes what is given and leaves the rest', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const webhook = await create(alice, { filter: 'roomType=group', secret: 'one' });
    const put = (body: object) => alice.ok<Webhook>('PUT', `/v1/webhooks/${webhook.id}`, body);

    expect(await put({})).toEqual(webhook);
    expect(await put(webhook)).toEqual(webhook);
    server.clock.advance(60_000);
    expect(await put({ name: 'two' })).toEqual({ ...webhook, name: 'two' });
    expect(await put({ targetUrl: 'http://127.0.0.1:1/' })).toMatchObject({
      name: 'two',
      targetUrl: 'http://127.0.0.1:1/',
    });
    expect(await put({ secret: 'two' })).toMatchObject({ secret: 'two' });
    const fixed = {
      id: 'x',
      resource: 'rooms',
      event: 'all',
      filter: 'type=direct',
      ownedBy: 'org',
      created: 'x',
      orgId: 7,
    };
    const { secret: _, ...bare } = webhook;
    const final = await put({ ...fixed, name: webhook.name, targetUrl: webhook.targetUrl, secret: '' });
    expect(final).toEqual(bare);
    expect(await alice.ok('GET', `/v1/webhooks/${webhook.id}`)).toEqual(bare);
  });

  test.each([
    [{ name: '' }, 'name cannot be empty'],
    [{ targetUrl: '' }, 'targetUrl cannot be null'],
    [{ targetUrl: 'nowhere' }, 'targetUrl must be an absolute http or https URL.'],
    [{ secret: 'x'.repeat(1025) }, 'secret is longer than 1024 characters.'],
    [{ name: 'other', targetUrl: 'nowhere' }, 'targetUrl must be an absolute http or https URL.'],
  ])('refuses what POST refuses, and then changes nothing: %#', async (settings, message) => {
    const server = await startServer();
    const webhook = await create(server.as('alice'));
    const path = `/v1/webhooks/${webhook.id}`;
    expect(await server.as('alice').put(path, settings)).toMatchObject({ status: 400, body: { message } });
    expect(await server.as('alice').ok('GET', path)).toEqual(webhook);
  });

  test('enables again what was disabled, and disables nothing', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const webhook = await create(alice);
    const put = (status: string) => alice.ok<Webhook>('PUT', `/v1/webhooks/${webhook.id}`, { ...webhook, status });
    expect(await put('inactive')).toEqual(webhook);
    await server.app.db.write((tx) => tx.query.updateTable('webhooks').set({ status: 'inactive' }).execute());
    expect(await put('inactive')).toEqual({ ...webhook, status: 'inactive' });
    expect(await put('disabled')).toEqual({ ...webhook, status: 'inactive' });
    expect(await put('active')).toEqual(webhook);
  });
});

test('DELETE answers nothing, once', async () => {
  const server = await startServer();
  const alice = server.as('alice');
  const [first, second] = [await create(alice), await create(alice, { name: 'stays' })];
  expect(await alice.delete(`/v1/webhooks/${first.id}`)).toMatchObject({ status: 204, body: undefined });
  expect(await alice.delete(`/v1/webhooks/${first.id}`)).toMatchObject({ status: 404 });
  expect(await alice.get(`/v1/webhooks/${first.id}`)).toMatchObject({ status: 404 });
  expect(await alice.ok('GET', '/v1/webhooks')).toEqual({ items: [second] });
});
