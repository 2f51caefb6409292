import { once } from 'node:events';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { writeFile } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import type { Fault, Message, Notice } from '../../src/contract/index.ts';
import { people, personId, startServer, tokenOf, type Name, type TestServer } from '../support/server.ts';
import { expressRoute } from './express-route.ts';
import { Spark } from './sparky.ts';
import { fileHost } from './file-host.ts';

function sparkyAs(name: Name, server: TestServer, options: { maxPageItems?: number } = {}): Spark {
  return new Spark({ token: tokenOf(name), apiUrl: `${server.url}/v1/`, ...options });
}

test('a webhook with a generated secret: what arrives is genuine, and its message can be read', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'robot');
  const spark = sparkyAs('robot', server);
  const receiver = await server.receiver();
  receiver.answer = expressRoute(spark.webhookListen());
  const target = { name: 'sparky', targetUrl: receiver.url, resource: 'messages', event: 'created' };
  const webhook = await spark.webhookAdd(target);
  expect(webhook).toMatchObject({ ...target, secret: spark.webhookSecret });
  expect(spark.webhookSecret).toMatch(/^[0-9A-Za-z]{32}$/);

  const heard = once(spark, 'messages-created') as Promise<[Message, Notice]>;
  const posted = await server.as('alice').say(room, `<@personEmail:${people.robot.email}> grüß *Zürich* – ✓`);
  const [message, notice] = await heard;
  expect(notice).toMatchObject({ id: webhook.id, actorId: personId('alice'), data: { id: posted.id } });
  expect(message).toMatchObject({ id: posted.id, personId: personId('alice'), text: 'Robot grüß Zürich – ✓' });
  expect(await spark.messageGet(posted.id)).toEqual(message);

  const { body, headers } = await receiver.next();
  expect(body).not.toContain('Zürich');
  const signature = headers['x-spark-signature'] as string;
  expect(await spark.webhookAuth(webhook.secret ?? '', signature, body)).toBe(body);
});

test('a storm of 429 is weathered: it waits as long as it is told, and asks again', async () => {
  const server = await startServer((options) => ({
    ...options,
    faults: { by: 'everybody', rules: [], presets: [{ preset: '429-storm', probability: 1, times: 2 }] },
  }));
  const asked = pathsRequestedOf(server);
  expect(await sparkyAs('alice', server).personMe()).toMatchObject({ id: personId('alice') });
  expect(asked()).toEqual(Array<string>(3).fill('/v1/people/me'));
});

test('values of Retry-After that are none do not stop it', async () => {
  const server = await startServer((options) => ({
    ...options,
    faults: { by: 'everybody', rules: [], presets: [{ preset: 'retry-after-garbage', path: '/v1/rooms' }] },
  }));
  const spark = sparkyAs('alice', server);
  // Half a second, 0, and what is no number are waited for; `99999999999999999999` comes fifth, and would be waited for too.
  await server.as('alice').ok('DELETE', `/hearth/v1/faults/${await fifthFault(server)}`);
  expect(await spark.roomAdd('Demo')).toMatchObject({ title: 'Demo' });
});

async function fifthFault(server: TestServer): Promise<string> {
  const { items } = await server.as('alice').ok<{ items: Fault[] }>('GET', '/hearth/v1/faults');
  return items[4]?.id ?? expect.unreachable();
}

test('a tampered body is refused', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const spark = sparkyAs('bob', server);
  const receiver = await server.receiver();
  receiver.answer = expressRoute(spark.webhookListen());
  await spark.webhookAdd({ name: 'sparky', targetUrl: receiver.url, resource: 'messages', event: 'created' });
  const accepted: Notice[] = [];
  spark.on('request', (notice) => accepted.push(notice));
  const acceptedOne = () => once(spark, 'request');

  const first = acceptedOne();
  await server.as('alice').say(room, 'hello');
  await first;

  const { body, headers } = await receiver.next();
  const signature = headers['x-spark-signature'] as string;
  const forged = body.replaceAll(people.alice.email, people.bob.email);
  expect(forged).not.toBe(body);
  await expect(spark.webhookAuth(spark.webhookSecret, signature, forged)).rejects.toThrow('invalid payload');

  const post = (content: string) =>
    fetch(receiver.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-spark-signature': signature },
      body: content,
    });
  // Sparky is silent about what it refuses; the genuine one after it shows that its turn has come and gone.
  const second = acceptedOne();
  expect(await post(forged)).toMatchObject({ status: 200 });
  expect(await post(body)).toMatchObject({ status: 200 });
  await second;
  expect(accepted).toEqual([JSON.parse(body), JSON.parse(body)]);
});

test('rooms are created, read, changed and removed', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);

  const room = await spark.roomAdd('Demo');
  expect(room).toMatchObject({ title: 'Demo', type: 'group', creatorId: personId('alice') });
  expect(await spark.roomGet(room.id)).toEqual(room);
  const renamed = await spark.roomUpdate({ ...room, title: 'Renamed' });
  expect(renamed).toEqual({ ...room, title: 'Renamed', lastActivity: renamed.lastActivity });
  expect(await spark.roomsGet()).toEqual([renamed]);
  expect(await spark.roomRemove(room.id)).toEqual({});
  await expect(spark.roomGet(room.id)).rejects.toMatchObject({ code: 404 });
});

test('memberships are created, read, changed and removed', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);
  const room = await spark.roomAdd('Demo');

  const membership = await spark.membershipAdd(room.id, people.carol.email);
  expect(membership).toMatchObject({ roomId: room.id, personId: personId('carol'), isModerator: false });
  await expect(spark.membershipAdd(room.id, people.carol.email)).rejects.toMatchObject({ type: 'ERR_CONFLICT' });
  expect(await spark.membershipGet(membership.id)).toEqual(membership);
  expect(await spark.membershipUpdate({ ...membership, isModerator: true })).toEqual({
    ...membership,
    isModerator: true,
  });
  const members = await spark.membershipsGet({ roomId: room.id });
  expect(new Set(members.map(({ personEmail }) => personEmail))).toEqual(
    new Set([people.alice.email, people.carol.email]),
  );
  expect(await spark.membershipRemove(membership.id)).toEqual({});
  await expect(spark.membershipGet(membership.id)).rejects.toMatchObject({ code: 404 });
});

test('people are read: oneself, by id and by address', async () => {
  const server = await startServer();
  const spark = sparkyAs('robot', server);

  const me = await spark.personMe();
  expect(me).toMatchObject({ id: personId('robot'), emails: [people.robot.email], type: 'bot' });
  expect(await spark.personGet(me.id)).toEqual(me);
  expect(await spark.peopleGet({ email: people.carol.email })).toMatchObject([
    { id: personId('carol'), displayName: 'Carol Clark' },
  ]);
  await expect(new Spark({ token: 'nobody', apiUrl: `${server.url}/v1/` }).personMe()).rejects.toMatchObject({
    type: 'ERR_UNAUTHORIZED',
  });
});

test('messages are sent, read and removed', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);
  const room = await spark.roomAdd('Demo');

  const message = await spark.messageSend({ roomId: room.id, markdown: '**hi**' });
  expect(message).toMatchObject({
    roomId: room.id,
    text: 'hi',
    markdown: '**hi**',
    html: '<p><strong>hi</strong></p>',
  });
  expect(await spark.messageGet(message.id)).toEqual(message);
  expect(await spark.messagesGet({ roomId: room.id })).toEqual([message]);
  expect(await spark.messageSend({ toPersonEmail: people.bob.email, text: 'psst' })).toMatchObject({
    roomType: 'direct',
  });
  expect(await spark.messageRemove(message.id)).toEqual({});
  await expect(spark.messageGet(message.id)).rejects.toMatchObject({ code: 404 });
});

test('people are created, changed and removed by an administrator', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);

  const email = 'fred@acme.example';
  const names = { displayName: 'Fred Field', firstName: 'Fred', lastName: 'Field' };
  const person = await spark.personAdd({ emails: [email], ...names });
  expect(person).toMatchObject({ emails: [email], ...names, type: 'person' });
  expect(await spark.personUpdate({ ...person, title: 'Gardener' })).toMatchObject({
    id: person.id,
    title: 'Gardener',
  });
  expect(await spark.peopleGet({ email })).toMatchObject([{ id: person.id }]);
  expect((await spark.peopleGet({})).map(({ id }) => id)).toEqual(expect.arrayContaining([person.id, personId('bob')]));
  expect(await spark.personRemove(person.id)).toEqual({});
  await expect(spark.personGet(person.id)).rejects.toMatchObject({ code: 404 });
  await expect(sparkyAs('bob', server).personAdd({ emails: [email], ...names })).rejects.toMatchObject({ code: 403 });
});

test('organizations, licences and roles are read', async () => {
  const spark = sparkyAs('alice', await startServer());
  const [organization] = await spark.organizationsGet();
  expect(organization?.id).toBe((await spark.personMe()).orgId);
  expect(await spark.organizationGet(organization?.id ?? '')).toEqual(organization);
  const [license] = await spark.licensesGet();
  expect(await spark.licenseGet(license?.id ?? '')).toEqual(license);
  const roles = await spark.rolesGet();
  expect(roles.map(({ name }) => name)).toContain('Full Administrator');
  expect(await spark.roleGet(roles[0]?.id ?? '')).toEqual(roles[0]);
});

test('teams and their memberships are created, read and removed; their changes go astray', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);

  const team = await spark.teamAdd('Build');
  expect(team).toMatchObject({ name: 'Build' });
  expect(await spark.teamGet(team.id)).toEqual(team);
  expect(await spark.teamsGet()).toEqual([team]);
  const room = await spark.roomAdd('Of the team', team.id);
  expect(room).toMatchObject({ teamId: team.id });

  const membership = await spark.teamMembershipAdd(team.id, people.bob.email);
  expect(membership).toMatchObject({ teamId: team.id, personId: personId('bob'), isModerator: false });
  expect(await spark.teamMembershipGet(membership.id)).toEqual(membership);
  expect(await spark.teamMembershipsGet(team.id)).toHaveLength(2);

  // It puts both to /people/{id}.
  const asked = pathsRequestedOf(server);
  const refused = { type: 'ERR_REQUEST', code: 400 };
  await expect(spark.teamUpdate({ ...team, name: 'Renamed' })).rejects.toMatchObject(refused);
  await expect(spark.teamMembershipUpdate({ ...membership, isModerator: true })).rejects.toMatchObject(refused);
  expect(asked()).toEqual([`/v1/people/${team.id}`, `/v1/people/${membership.id}`]);

  expect(await spark.teamMembershipRemove(membership.id)).toEqual({});
  expect(await spark.teamRemove(team.id)).toEqual({});
  await expect(spark.teamGet(team.id)).rejects.toMatchObject({ code: 404 });
});

test('files are sent, by URL too, and read by their address', async () => {
  const server = await startServer();
  // It takes no address at `localhost` for one.
  const apiUrl = `${server.url.replace('localhost', '127.0.0.1')}/v1/`;
  const spark = new Spark({ token: tokenOf('alice'), apiUrl });
  const room = await spark.roomAdd('Demo');

  const path = `${server.folder}/café.bin`;
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  await writeFile(path, bytes);
  const sent = await spark.messageSend({ roomId: room.id, text: 'a file' }, await spark.contentCreate(path));
  expect(sent).toMatchObject({ text: 'a file', files: [expect.stringContaining('/v1/contents/')] });
  const file = await spark.contentGet(sent.files?.[0] ?? '');
  expect(file).toMatchObject({ ext: 'bin', type: 'application/octet-stream' });
  expect(file.binary).toEqual(bytes);

  const host = await fileHost();
  const linked = await spark.messageSend({ roomId: room.id, files: [`${host}/photo.png`] });
  expect(await spark.contentGet(linked.files?.[0] ?? '')).toMatchObject({ name: 'photo.png', type: 'image/png' });
});

test('events are read by a compliance officer, page by page', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice');
  for (const text of ['one', 'two', 'three']) await server.as('alice').say(room, text);
  const spark = sparkyAs('carol', server, { maxPageItems: 1 });

  const events = await spark.eventsGet({ resource: 'messages', type: 'created' });
  expect(events.map(({ data }) => (data as { text?: string }).text)).toEqual(['three', 'two', 'one']);
  expect(await spark.eventGet(events[0]?.id ?? '')).toEqual(events[0]);
  await expect(sparkyAs('bob', server).eventsGet({})).rejects.toMatchObject({ code: 403 });
});

test('webhooks are created, found, changed and removed', async () => {
  const server = await startServer();
  const spark = sparkyAs('alice', server);
  const room = await spark.roomAdd('Demo');

  const webhook = await spark.webhookAdd({
    name: 'sparky',
    targetUrl: 'http://localhost:3978/',
    resource: 'messages',
    event: 'created',
    filter: `roomId=${room.id}`,
  });
  expect(webhook).toMatchObject({ filter: `roomId=${room.id}`, secret: spark.webhookSecret, status: 'active' });
  expect(await spark.webhookGet(webhook.id)).toEqual(webhook);
  const other = await spark.webhookAdd({ name: 'other', targetUrl: webhook.targetUrl, resource: 'all', event: 'all' });
  expect(await spark.webhooksGet()).toEqual([other, webhook]);
  expect(await spark.webhooksGet({ name: 'sparky' })).toEqual([webhook]);
  expect(await spark.webhookUpdate({ ...webhook, name: 'renamed' })).toEqual({ ...webhook, name: 'renamed' });
  expect(await spark.webhookRemove(webhook.id)).toEqual({});
  await expect(spark.webhookGet(webhook.id)).rejects.toMatchObject({ code: 404 });
});

test('lists are read to the end, one item a page, each page once', async () => {
  const server = await startServer();
  const room = await server.room('One', 'alice', 'bob', 'carol');
  await server.room('Two', 'alice');
  await server.room('Three', 'alice');
  for (const text of ['one', 'two', 'three']) await server.as('alice').say(room, text);
  const receiver = await server.receiver();
  for (const name of ['a', 'b', 'c']) await server.webhook('alice', receiver, { name });

  const spark = sparkyAs('alice', server, { maxPageItems: 1 });
  const requested = pathsRequestedOf(server);

  const rooms = await spark.roomsGet();
  expect(new Set(rooms.map(({ title }) => title))).toEqual(new Set(['One', 'Two', 'Three']));
  expectPagesOnce(requested(), '/v1/rooms', 3);

  const members = await spark.membershipsGet({ roomId: room.id });
  expect(new Set(members.map((member) => member.personId))).toEqual(
    new Set((['alice', 'bob', 'carol'] as const).map(personId)),
  );
  expectPagesOnce(requested(), '/v1/memberships', 3);

  const messages = await spark.messagesGet({ roomId: room.id });
  expect(messages.map(({ text }) => text)).toEqual(['three', 'two', 'one']);
  expectPagesOnce(requested(), '/v1/messages', 3);

  const webhooks = await spark.webhooksGet();
  expect(webhooks.map(({ name }) => name)).toEqual(['c', 'b', 'a']);
  expectPagesOnce(requested(), '/v1/webhooks', 3);
});

test('lists are read to the end from a base URL with a slash too many', async () => {
  const server = await startServer();
  for (const title of ['One', 'Two', 'Three']) await server.room(title, 'alice');
  const spark = new Spark({ token: tokenOf('alice'), apiUrl: `${server.url}//v1//`, maxPageItems: 1 });
  expect(await spark.roomsGet()).toHaveLength(3);
});

/** The paths that this process has asked of the server since the last call. */
function pathsRequestedOf(server: TestServer): () => string[] {
  const { host } = new URL(server.url);
  let paths: string[] = [];
  const note = (message: unknown): void => {
    const { request } = message as { request: ClientRequest };
    if (request.getHeader('host') === host) paths.push(request.path);
  };
  subscribe('http.client.request.start', note);
  onTestFinished(() => {
    unsubscribe('http.client.request.start', note);
  });
  return () => {
    const taken = paths;
    paths = [];
    return taken;
  };
}

function expectPagesOnce(paths: string[], path: string, pages: number): void {
  expect(paths.map((each) => each.replace(/\?.*/, ''))).toEqual(Array<string>(pages).fill(path));
  expect(new Set(paths).size).toBe(pages);
}
