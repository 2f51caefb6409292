import { expect, test } from 'vitest';
import type { AttachmentAction, Fault, Membership, Message, Webhook } from '../../src/contract/index.ts';
import { attachmentsOf } from '../support/cards.ts';
import type { Receiver } from '../support/receiver.ts';
import { people, personId, startServer, type Adjust, type TestServer } from '../support/server.ts';
import type { Report } from './echo-bot.ts';
import { ClientProgram } from './client-program.ts';
import { sdkToken } from './token.ts';

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
  const bot = await EchoBot.start(server, { U2C_SERVICE_URL: `${server.url}/u2c/api/v1` });
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
    const bot = await EchoBot.start(server);

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

test('sends a card, hears who submits it, and answers in its thread', patience, async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'robot');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { filter: `personEmail=${people.robot.email}` });
  const bot = await EchoBot.start(server);
  await bot.reported({ kind: 'spawned', roomId: room.id });

  await server.as('alice').say(room, `<@personId:${personId('robot')}> who am I?`);
  const card = await answer(server, receiver);
  expect(card).toMatchObject({ text: 'Say your name', attachments: attachmentsOf() });
  const submission = { type: 'submit', messageId: card.id, inputs: { name: 'Alice ✓', form: 'name' } };
  await server.as('alice').ok<AttachmentAction>('POST', '/v1/attachment/actions', submission);
  expect(await answer(server, receiver)).toMatchObject({
    parentId: card.id,
    text: 'Alice Adams sent {"name":"Alice ✓","form":"name"}',
  });
});

test('weathers a storm of 429 by waiting as long as the refusal says', patience, async () => {
  const storm = {
    preset: '429-storm',
    methods: ['POST'],
    path: '/v1/messages',
    personEmail: people.robot.email,
  } as const;
  const presets = [{ ...storm, methods: [...storm.methods], probability: 1, times: 2 }];
  const server = await startServer((options) => ({ ...options, faults: { by: 'everybody', rules: [], presets } }));
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { filter: `personEmail=${people.robot.email}` });
  const { roomId } = await direct(server, 'from before its start');
  const bot = await EchoBot.start(server);
  await bot.reported({ kind: 'spawned', roomId });

  await direct(server, 'still there?');
  expect(await answer(server, receiver)).toMatchObject({ text: 'Alice Adams said: still there?' });
  const { items } = await server.as('alice').ok<{ items: Fault[] }>('GET', '/hearth/v1/faults');
  expect(items).toMatchObject([{ matched: 3, hits: 2 }]);
});

test('replaces the webhooks that it finds when it starts, and takes its own back when it stops', patience, async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  await server.webhook('robot', receiver, { name: 'of an earlier run' });
  const bot = await EchoBot.start(server);

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

test('without a URL it hears by socket: mentions, direct messages and rooms it comes into', patience, async () => {
  const server = await startServer(withHeldFirstMessages);
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, { filter: `personEmail=${people.robot.email}` });
  const bot = await EchoBot.start(server, { HEAR_BY: 'socket', U2C_SERVICE_URL: `${server.url}/u2c/api/v1` });
  expect(await webhooksOfRobot(server)).toEqual([]);

  const room = await server.room('Demo', 'alice');
  const adding = { roomId: room.id, personEmail: people.robot.email };
  const { id } = await server.as('alice').ok<Membership>('POST', '/v1/memberships', adding);
  await bot.reported({ kind: 'spawned', roomId: room.id, actorId: personId('alice') });
  const mention = await server.as('alice').say(room, `<@personId:${personId('robot')}> grüß *Zürich* ✓`);
  expect(await answer(server, receiver)).toMatchObject({
    parentId: mention.id,
    html: '<p><strong>Alice Adams</strong> said: Robot grüß Zürich ✓</p>',
  });

  const { roomId } = await direct(server, 'nice to meet you');
  await bot.reported({ kind: 'spawned', roomId });
  server.clock.advance(250);
  expect(await answer(server, receiver)).toMatchObject({ roomId, text: 'Alice Adams said: nice to meet you' });
  await server.as('alice').ok('DELETE', `/v1/memberships/${id}`);
  await bot.reported({ kind: 'despawned', roomId: room.id, actorId: personId('alice') });

  expect(await server.as('robot').ok('GET', '/wdm/api/v1/devices')).toMatchObject({ devices: [{ deviceType: 'WEB' }] });
  await bot.stop();
  expect(await server.as('robot').ok('GET', '/wdm/api/v1/devices')).toEqual({ devices: [] });
  expect(bot.refused).toEqual([]);
  expect(bot.output).not.toMatch(/error|warn|fail/i);
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
class EchoBot extends ClientProgram<Report> {
  static async start(server: TestServer, environment: Record<string, string> = {}): Promise<EchoBot> {
    const bot = new EchoBot(new URL('echo-bot.ts', import.meta.url), {
      env: {
        ...environment,
        HYDRA_SERVICE_URL: `${server.url}/v1`,
        WEBEX_ACCESS_TOKEN: await sdkToken(server, 'robot'),
      },
    });
    await bot.reported({ kind: 'ready' });
    return bot;
  }

  async stop(): Promise<void> {
    this.send('stop');
    await this.reported({ kind: 'stopped' });
  }
}
