import { expect, test } from 'vitest';
import type { Membership, Message, Webhook } from '../../src/contract/index.ts';
import { createToken, findPersonByUuid } from '../../src/people/index.ts';
import type { Receiver } from '../support/receiver.ts';
import { people, personId, personUuid, startServer, type Adjust, type TestServer } from '../support/server.ts';
import { ClientProgram } from './client-program.ts';
import type { Report } from './echo-bot.ts';

/** Seconds go by before the framework and the SDK under it are loaded. */
const patience = { timeout: 60_000 };

/** Where the SDK looks for its catalog of services unless it is told otherwise. */
const catalogOfWebex = 'u2c.wbx2.com';

test('answers a mention in a group room and direct messages', patience, async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'robot');
  const { roomId: directRoomId } = await direct(server, 'from before its start');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { filter: `personEmail=${people.robot.email}` });
  const bot = await startEchoBot(server, { U2C_SERVICE_URL: `${server.url}/u2c` });
  await bot.reported({ kind: 'spawned', roomId: room.id });
  await bot.reported({ kind: 'spawned', roomId: directRoomId });

  await server.as('alice').say(room, 'not for the bot');
  const mention = await server.as('alice').say(room, `<@personId:${personId('robot')}> grüß *Zürich* ✓`);
  expect(await answer(server, receiver)).toMatchObject({
    roomId: room.id,
    parentId: mention.id,
    personId: personId('robot'),
    text: 'Alice Adams said: Robot grüß Zürich ✓',
    html: '<p><strong>Alice Adams</strong> said: Robot grüß Zürich ✓</p>',
  });

  const { id: parentId } = await direct(server, 'are you there?');
  expect(await answer(server, receiver)).toMatchObject({
    roomId: directRoomId,
    roomType: 'direct',
    parentId,
    text: 'Alice Adams said: are you there?',
  });

  await direct(server, 'which rooms?');
  expect(await answer(server, receiver)).toMatchObject({ text: 'Alice Adams, Demo' });
  expect(receiver.unseen).toEqual([]);
  expect(bot.refused).toEqual([]);
});

test(
  'learns which rooms it comes into and goes from; answers the very first message of a person',
  patience,
  async () => {
    const server = await startServer(withHeldFirstMessages);
    const receiver = await server.receiver();
    await server.webhook('alice', receiver, { filter: `personEmail=${people.robot.email}` });
    const bot = await startEchoBot(server);

    const room = await server.room('Demo', 'alice');
    // Alice's own membership is then nobody else's news; a bot that hears of it first does not learn who added it.
    await server.settled();
    const adding = { roomId: room.id, personEmail: people.robot.email };
    const { id } = await server.as('alice').ok<Membership>('POST', '/v1/memberships', adding);
    await bot.reported({ kind: 'spawned', roomId: room.id, actorId: personId('alice') });
    await server.as('alice').ok('DELETE', `/v1/memberships/${id}`);
    await bot.reported({ kind: 'despawned', roomId: room.id, actorId: personId('alice') });

    const { roomId } = await direct(server, 'nice to meet you');
    await bot.reported({ kind: 'spawned', roomId });
    server.clock.advance(250);
    expect(await answer(server, receiver)).toMatchObject({ roomId, text: 'Alice Adams said: nice to meet you' });
    // The SDK looks for a catalog, does without it, and goes nowhere else.
    expect(new Set(bot.refused)).toEqual(new Set([catalogOfWebex]));
  },
);

test('replaces the webhooks that it finds when it starts, and takes its own back when it stops', patience, async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  await server.webhook('robot', receiver, { name: 'of an earlier run' });
  const bot = await startEchoBot(server);

  const registered = await webhooksOfRobot(server);
  expect(registered).toMatchObject([
    { resource: 'attachmentActions', event: 'created', status: 'active' },
    { resource: 'all', event: 'all', status: 'active' },
  ]);
  for (const { name, targetUrl } of registered) {
    expect(Buffer.from(name, 'base64').toString()).toBe(`${new URL(targetUrl).host} ${people.robot.email}`);
  }
  bot.send('stop');
  await bot.reported({ kind: 'stopped' });
  expect(await webhooksOfRobot(server)).toEqual([]);
});

/** As in production: the framework drops messages of a room that it is still reading about. */
const withHeldFirstMessages: Adjust = (options) => ({
  ...options,
  delivery: { ...options.delivery, firstMessageDelayMs: 250 },
});

function direct(server: TestServer, text: string): Promise<Message> {
  return server.as('alice').ok<Message>('POST', '/v1/messages', { toPersonEmail: people.robot.email, text });
}

/** What the next notice is about, as alice reads it. */
async function answer(server: TestServer, receiver: Receiver): Promise<Message> {
  const { notice } = await receiver.next();
  return server.as('alice').ok<Message>('GET', `/v1/messages/${notice.data.id}`);
}

async function webhooksOfRobot(server: TestServer): Promise<Webhook[]> {
  const { items } = await server.as('robot').ok<{ items: Webhook[] }>('GET', '/v1/webhooks');
  return items;
}

/** The program of echo-bot.ts, acting as the robot. */
async function startEchoBot(
  server: TestServer,
  environment: Record<string, string> = {},
): Promise<ClientProgram<Report>> {
  const bot = new ClientProgram<Report>(new URL('echo-bot.ts', import.meta.url), {
    env: {
      ...environment,
      HYDRA_SERVICE_URL: `${server.url}/v1`,
      WEBEX_ACCESS_TOKEN: await robotToken(server),
    },
  });
  await bot.reported({ kind: 'ready' });
  return bot;
}

/** A token as Hearth makes them: the SDK reads the organization out of it. */
function robotToken({ app: { db, clock } }: TestServer): Promise<string> {
  return db.write(async (tx) => {
    const robot = await findPersonByUuid(tx, personUuid('robot'));
    if (!robot) throw new Error('The robot is not there.');
    return createToken(tx, { personId: robot.id, now: clock.now() });
  });
}
