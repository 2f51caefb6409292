import { createServer as createHttpsServer } from 'node:https';
import { expect, test } from 'vitest';
import type { Message, Room, Webhook } from '../../src/contract/index.ts';
import { newUuid, publicId } from '../../src/core/ids.ts';
import { answering, cert, key, listen } from '../delivery/sender/support.ts';
import { until } from '../delivery/support.ts';
import type { Receiver } from '../support/receiver.ts';
import { people, personId, startServer, type Adjust, type Name, type TestServer } from '../support/server.ts';
import { explain, membershipOf, newestEvent, type Question } from './support.ts';

/** A server with a room of Alice and Bob, and a receiver. */
interface Scene {
  server: TestServer;
  room: Room;
  receiver: Receiver;
}

/** One way to go wrong, and how it is to be named. */
interface Mistake {
  what: string;
  adjust?: Adjust;
  /** Makes the mistake; answers what is asked, and by whom (Alice, unless said). */
  make: (scene: Scene) => Promise<Question & { as?: Name }>;
  because?: string;
  outcome?: string;
  hint?: string;
  /** Another hint beside it. */
  andHint?: string;
  /** Nothing is to be waited for before asking. */
  atOnce?: true;
  /** In the answer or in a hint. */
  says: RegExp;
}

const minute = 60_000;

/** Alice's webhook for messages, with these settings, and a message of Bob's. */
function said(settings: Partial<Webhook>, markdown = 'hello') {
  return async ({ server, room, receiver }: Scene): Promise<Question> => {
    const webhook = await server.webhook('alice', receiver, settings);
    const message = await server.as('bob').say(room, markdown);
    return { webhookId: webhook.id, messageId: message.id };
  };
}

/** The same, and a receiver that answers like this. */
function answered(answer: Receiver['answer']) {
  return async (scene: Scene): Promise<Question> => {
    scene.receiver.answer = answer;
    return said({})(scene);
  };
}

const delivery =
  (changes: Partial<Parameters<Adjust>[0]['delivery']>): Adjust =>
  (options) => ({ ...options, delivery: { ...options.delivery, ...changes } });

const lanes =
  (changes: Partial<Parameters<Adjust>[0]['delivery']['limits']>): Adjust =>
  (options) =>
    delivery({ limits: { ...options.delivery.limits, ...changes } })(options);

/** The guard's exceptions of the server under test; a test may take them away. */
const allow: string[] = [];

const neverAnswers: Receiver['answer'] = () => {};

/** Puts an event like the newest one into the log, behind the back of the engine. */
async function append(server: TestServer, changes: { resource?: string; data?: string }): Promise<string> {
  const { id: _, ...newest } = await server.app.db.reader.query
    .selectFrom('events')
    .selectAll()
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  const uuid = newUuid();
  await server.app.db.write((tx) =>
    tx.query
      .insertInto('events')
      .values({ ...newest, uuid, ...changes })
      .execute(),
  );
  return uuid;
}

const mistakes: Mistake[] = [
  // What the webhook asks for.
  {
    what: 'the filter names another room',
    make: async (scene) => {
      const other = await scene.server.room('Other', 'alice');
      return said({ filter: `roomId=${other.id}` })(scene);
    },
    because: 'filter roomId=',
    says: /The filter asks for roomId=\S+; the event has roomId=\S+\./,
  },
  {
    what: 'another resource',
    make: said({ resource: 'memberships' }),
    because: 'resource',
    says: /asks for resource memberships, but the event is one of messages/,
  },
  {
    what: 'another event',
    make: said({ event: 'deleted' }),
    because: 'event',
    says: /asks for event deleted, but this one is created/,
  },
  {
    what: 'a slip in an address',
    make: said({ filter: 'personEmail=bob@acme.exmaple' }),
    because: 'filter personEmail=bob@acme.exmaple',
    hint: 'unknownAddress',
    says: /Nobody on this server has the address bob@acme\.exmaple/,
  },
  {
    what: "somebody else's address",
    make: said({ filter: `personEmail=${people.dave.email}` }),
    because: `filter personEmail=${people.dave.email}`,
    says: /the event has personEmail=bob@acme\.example/,
  },
  {
    what: 'another person',
    make: said({ filter: `personId=${personId('dave')}` }),
    because: 'filter personId=',
    says: new RegExp(`the event has personId=${personId('bob')}`),
  },
  {
    what: 'a mention of somebody else',
    make: said({ filter: 'mentionedPeople=me' }, `<@personEmail:${people.bob.email}> look`),
    because: 'filter mentionedPeople=me',
    says: new RegExp(`the event has mentionedPeople=${personId('bob')}`),
  },
  {
    what: 'a mention of nobody',
    make: said({ filter: 'mentionedPeople=me' }),
    because: 'filter mentionedPeople=me',
    says: /the event has no mentionedPeople/,
  },
  {
    what: 'a mention of everybody, where one of a person is asked for',
    make: said({ filter: 'mentionedPeople=me' }, '<@all> look'),
    because: 'filter mentionedPeople=me',
    hint: 'everybodyIsNobody',
    says: /mentions everybody, which counts as a mention of nobody in particular/,
  },
  {
    what: 'a message without files',
    make: said({ filter: 'hasFiles=true' }),
    because: 'filter hasFiles=true',
    says: /the event has hasFiles=false/,
  },
  {
    what: 'the other kind of room',
    make: said({ filter: 'roomType=direct' }),
    because: 'filter roomType=direct',
    says: /the event has roomType=group/,
  },
  {
    what: 'the second of two clauses',
    make: async (scene) => said({ filter: `roomId=${scene.room.id}&hasAttachments=true` })(scene),
    because: 'filter hasAttachments=true',
    says: /the event has hasAttachments=false/,
  },
  {
    what: 'a member who is no moderator',
    make: async ({ server, room, receiver }) => {
      const settings = { resource: 'memberships', filter: 'isModerator=true' };
      const webhook = await server.webhook('alice', receiver, settings);
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('dave') });
      return { webhookId: webhook.id, eventId: await newestEvent(server, 'memberships', 'created') };
    },
    because: 'filter isModerator=true',
    says: /the event has isModerator=false/,
  },
  {
    what: 'a room that is not locked',
    make: async ({ server, room, receiver }) => {
      const settings = { resource: 'rooms', event: 'updated', filter: 'isLocked=true' };
      const webhook = await server.webhook('alice', receiver, settings);
      await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
      return { webhookId: webhook.id, eventId: await newestEvent(server, 'rooms', 'updated') };
    },
    because: 'filter isLocked=true',
    says: /the event has isLocked=false/,
  },
  {
    what: 'all leaves card submissions out',
    make: async (scene) => {
      const question = await said({ resource: 'all', event: 'all' })(scene);
      const eventId = await append(scene.server, { resource: 'attachmentActions' });
      return { webhookId: question.webhookId, eventId };
    },
    because: 'resource',
    atOnce: true,
    says: /resource all, which does not take in attachmentActions/,
  },
  {
    what: 'all leaves out what becomes of webhooks',
    adjust: delivery({ disabling: { failures: 1, windowMs: minute } }),
    make: async (scene) => {
      const { server, receiver } = scene;
      const all = await server.webhook('alice', receiver, { resource: 'all', event: 'all' });
      await answered(500)(scene);
      await until(
        async () => (await server.as('alice').ok<Webhook>('GET', `/v1/webhooks/${all.id}`)).status === 'inactive',
      );
      await server.as('alice').ok('PUT', `/v1/webhooks/${all.id}`, { status: 'active' });
      return { webhookId: all.id, eventId: await newestEvent(server, 'webhooks', 'updated') };
    },
    because: 'resource',
    says: /resource all, which does not take in webhooks/,
  },

  // Who the owner is, and since when.
  {
    what: 'a bot that is not mentioned',
    make: async ({ server, room, receiver }) => {
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('robot') });
      const webhook = await server.webhook('robot', receiver, {});
      const message = await server.as('bob').say(room, 'robot, are you there?');
      return { webhookId: webhook.id, messageId: message.id, as: 'robot' };
    },
    because: 'mentioned',
    says: /a bot hears only of messages that mention it/,
  },
  {
    what: 'a bot and a mention of everybody, where that does not reach bots',
    adjust: (options) => ({ ...options, bots: { allReachesBots: false } }),
    make: async ({ server, room, receiver }) => {
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('robot') });
      const webhook = await server.webhook('robot', receiver, {});
      const message = await server.as('bob').say(room, '<@all> look');
      return { webhookId: webhook.id, messageId: message.id };
    },
    because: 'mentioned',
    says: /HEARTH_AT_ALL_REACHES_BOTS/,
  },
  {
    what: 'no mistake: a bot in a 1:1 room',
    make: async ({ server, receiver }) => {
      const webhook = await server.webhook('robot', receiver, {});
      const message = await server
        .as('bob')
        .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.robot.email, text: 'hello' });
      await server.settled();
      return { webhookId: webhook.id, messageId: message.id, as: 'robot' };
    },
    outcome: 'delivered',
    says: /It was delivered at 2016-07-19T12:00:00\.000Z with the first attempt: the receiver answered 200/,
  },
  {
    what: 'an owner who is not in the room, asked about by an administrator',
    make: async ({ server, room, receiver }) => {
      const webhook = await server.webhook('dave', receiver, {});
      const message = await server.as('bob').say(room, 'hello');
      return { webhookId: webhook.id, messageId: message.id };
    },
    because: 'member',
    says: /owner is no member of the room/,
  },
  {
    what: 'an owner who joined later',
    make: async ({ server, room, receiver }) => {
      const webhook = await server.webhook('dave', receiver, {});
      const message = await server.as('bob').say(room, 'hello');
      server.clock.advance(minute);
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('dave') });
      return { webhookId: webhook.id, messageId: message.id, as: 'dave' };
    },
    because: 'joined in time',
    says: /joined the room at 2016-07-19T12:01:00\.000Z; the event happened at 2016-07-19T12:00:00\.000Z, before that/,
  },
  {
    what: 'a webhook that was registered later',
    make: async ({ server, room, receiver }) => {
      const message = await server.as('bob').say(room, 'hello');
      server.clock.advance(minute);
      const webhook = await server.webhook('alice', receiver, {});
      return { webhookId: webhook.id, messageId: message.id };
    },
    because: 'registered in time',
    says: /registered at 2016-07-19T12:01:00\.000Z; the event happened at \S+, before that/,
  },
  {
    what: 'a webhook that was deleted and made anew',
    make: async (scene) => {
      const { server, room, receiver } = scene;
      const former = await server.webhook('alice', receiver, {});
      await server.as('alice').ok('DELETE', `/v1/webhooks/${former.id}`);
      const message = await server.as('bob').say(room, 'between the two');
      server.clock.advance(1);
      const webhook = await server.webhook('alice', receiver, {});
      return { webhookId: webhook.id, messageId: message.id };
    },
    because: 'registered in time',
    says: /the event happened at \S+, before that/,
  },
  {
    what: 'what concerns somebody else alone',
    make: async ({ server, receiver }) => {
      const webhook = await server.webhook('alice', receiver, { resource: 'memberships', event: 'updated' });
      const message = await server
        .as('bob')
        .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.alice.email, text: 'psst' });
      const { id } = await membershipOf(server, { id: message.roomId }, 'bob', 'bob');
      await server.as('bob').ok('PUT', `/v1/memberships/${id}`, { isRoomHidden: true });
      return { webhookId: webhook.id, eventId: await newestEvent(server, 'memberships', 'updated') };
    },
    because: 'audience',
    says: /concerns only some of the members, and the owner is not among them/,
  },
  {
    what: 'a new room, which its creator alone hears of',
    make: async ({ server, receiver }) => {
      const webhook = await server.webhook('bob', receiver, { resource: 'rooms' });
      await server.room('New', 'alice', 'bob');
      return { webhookId: webhook.id, eventId: await newestEvent(server, 'rooms', 'created'), as: 'bob' };
    },
    because: 'audience',
    says: /concerns only some of the members/,
  },
  {
    what: "an organization's webhook and a room of another organization",
    make: async ({ server, room, receiver }) => {
      const settings = { resource: 'rooms', event: 'updated', ownedBy: 'org' } as const;
      const webhook = await server.webhook('eve', receiver, settings);
      await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('eve') });
      await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
      return { webhookId: webhook.id, eventId: await newestEvent(server, 'rooms', 'updated'), as: 'eve' };
    },
    because: 'member',
    says: /The room belongs to another organization/,
  },
  {
    what: 'a webhook that was disabled',
    adjust: delivery({ disabling: { failures: 1, windowMs: minute } }),
    make: async (scene) => {
      const { server, room } = scene;
      const question = await answered(500)(scene);
      const path = `/v1/webhooks/${question.webhookId}`;
      await until(async () => (await server.as('alice').ok<Webhook>('GET', path)).status === 'inactive');
      const { id } = await server.as('bob').say(room, 'too late');
      return { ...question, messageId: id };
    },
    because: 'active',
    says: /inactive since 2016-07-19T12:00:00\.000Z: 1 notifications failed within 1 minutes, .*The receiver answered 500/,
  },
  {
    what: 'a webhook that was inactive then, and is active again',
    adjust: delivery({ disabling: { failures: 1, windowMs: minute } }),
    make: async (scene) => {
      const { server, room } = scene;
      const question = await answered(500)(scene);
      const path = `/v1/webhooks/${question.webhookId}`;
      await until(async () => (await server.as('alice').ok<Webhook>('GET', path)).status === 'inactive');
      const { id } = await server.as('bob').say(room, 'too late');
      await server.settled();
      server.clock.advance(2 * minute);
      await server.as('alice').ok('PUT', path, { status: 'active' });
      return { ...question, messageId: id };
    },
    outcome: 'none',
    hint: 'missedWhileInactive',
    says: /inactive from 2016-07-19T12:00:00\.000Z to 2016-07-19T12:02:00\.000Z/,
  },

  // What the receiver does.
  {
    what: 'an address that the guard refuses',
    adjust: delivery({ allow }),
    make: async (scene) => {
      const { server, room, receiver } = scene;
      const targetUrl = receiver.url.replace('127.0.0.1', 'localhost');
      const webhook = await server.webhook('alice', receiver, { targetUrl });
      allow.length = 0;
      await server.restart();
      const message = await server.as('bob').say(room, 'hello');
      return { webhookId: webhook.id, messageId: message.id };
    },
    outcome: 'waiting',
    hint: 'addressRefused',
    says: /HEARTH_WEBHOOK_ALLOW/,
  },
  {
    what: 'a port where nobody listens',
    make: said({ targetUrl: 'http://127.0.0.1:1/hook' }),
    outcome: 'waiting',
    hint: 'receiverUnreachable',
    says: /waits after one attempt until 2016-07-19T12:00:05\.000Z\. The receiver refused the connection/,
  },
  {
    what: 'a certificate that nobody vouches for',
    make: async (scene) => {
      const { port } = await listen(createHttpsServer({ key, cert }, answering(200)));
      return said({ targetUrl: `https://127.0.0.1:${port}/` })(scene);
    },
    outcome: 'waiting',
    hint: 'receiverCertificate',
    says: /HEARTH_WEBHOOK_CA_FILE/,
  },
  {
    what: 'https spoken to a server of http',
    make: async (scene) => said({ targetUrl: scene.receiver.url.replace('http:', 'https:') })(scene),
    outcome: 'waiting',
    hint: 'receiverCertificate',
    says: /A secure connection to the receiver was not possible/,
  },
  {
    what: 'a receiver that takes too long',
    adjust: delivery({ timeoutMs: 50 }),
    make: answered(neverAnswers),
    outcome: 'waiting',
    hint: 'receiverTimeout',
    says: /did not answer within 0\.05 s/,
  },
  {
    what: 'a path that the receiver does not serve',
    make: answered(404),
    outcome: 'waiting',
    hint: 'receiverPath',
    says: /answered 404\. Compare the path/,
  },
  {
    what: 'a receiver that takes no POST',
    make: answered(405),
    outcome: 'waiting',
    hint: 'receiverPath',
    says: /takes no POST there/,
  },
  {
    what: 'a receiver that checks signatures with another secret',
    make: answered(401),
    outcome: 'waiting',
    hint: 'receiverLetsNobodyIn',
    says: /compare the secret/,
  },
  {
    what: 'a receiver that cannot read the notice',
    make: answered(422),
    outcome: 'waiting',
    hint: 'receiverRefuses',
    says: /answered 422/,
  },
  {
    what: 'a receiver that has moved',
    make: answered((response) => response.writeHead(301, { location: 'http://127.0.0.1/' }).end()),
    outcome: 'waiting',
    hint: 'receiverRedirects',
    says: /Redirects are not followed/,
  },
  {
    what: 'a receiver that is gone for good',
    make: answered(410),
    outcome: 'failed',
    hint: 'receiverGone',
    says: /given up after the first attempt: The receiver answered 410/,
  },
  {
    what: 'a receiver that fails',
    make: answered(500),
    outcome: 'waiting',
    hint: 'receiverFails',
    says: /until 2016-07-19T12:00:05\.000Z\. The receiver answered 500/,
  },
  {
    what: 'a receiver that asks to be left alone',
    make: answered((response) => response.writeHead(429, { 'retry-after': '60' }).end()),
    outcome: 'waiting',
    hint: 'receiverBusy',
    says: /until 2016-07-19T12:01:00\.000Z\. The receiver answered 429/,
  },
  {
    what: 'a schedule of one attempt',
    adjust: delivery({ schedule: [0] }),
    make: answered(500),
    outcome: 'failed',
    hint: 'receiverFails',
    says: /given up after the first attempt/,
  },
  {
    what: 'no mistake yet: the receiver has not answered',
    make: async (scene) => {
      const question = await answered(neverAnswers)(scene);
      await scene.receiver.next();
      return question;
    },
    outcome: 'inFlight',
    atOnce: true,
    says: /the receiver has not answered yet/,
  },
  {
    what: 'a receiver that holds up those behind',
    adjust: lanes({ perWebhook: 1 }),
    make: async (scene) => {
      const { server, room, receiver } = scene;
      const question = await answered(neverAnswers)(scene);
      await receiver.next();
      const { id } = await server.as('bob').say(room, 'behind');
      await until(async () => (await explain(server, { ...question, messageId: id })).events[0]?.outcome === 'queued');
      return { ...question, messageId: id };
    },
    outcome: 'queued',
    atOnce: true,
    says: /waits in memory for its turn/,
  },
  {
    what: 'a queue that is full, behind a receiver that fails',
    adjust: lanes({ perWebhook: 1, queueLength: 1 }),
    make: async (scene) => {
      const { server, room, receiver } = scene;
      const question = await answered(500)(scene);
      await server.settled();
      receiver.answer = neverAnswers;
      const ids: string[] = [];
      for (const text of ['in flight', 'queued', 'spilled']) ids.push((await server.as('bob').say(room, text)).id);
      const messageId = ids.at(-1) ?? '';
      await until(async () => (await explain(server, { ...question, messageId })).events[0]?.outcome === 'waiting');
      return { ...question, messageId };
    },
    outcome: 'waiting',
    atOnce: true,
    hint: 'receiverFails',
    says: /It waits for its turn/,
  },
  {
    what: 'a room whose earlier delivery fails, where the ordering is room',
    make: async ({ server, room, receiver }) => {
      receiver.answer = 500;
      const body = { name: 'w', targetUrl: receiver.url, resource: 'messages', event: 'created', ordering: 'room' };
      const webhook = await server.as('alice').ok<Webhook>('POST', '/hearth/v1/webhooks', body);
      await server.as('bob').say(room, 'first');
      const message = await server.as('bob').say(room, 'second');
      return { webhookId: webhook.id, messageId: message.id };
    },
    outcome: 'waiting',
    hint: 'behindItsRoom',
    andHint: 'receiverFails',
    says: /ordering is room, and the delivery \S+ of this room comes first: The receiver answered 500/,
  },
  {
    what: 'an owner who was removed before the retry',
    make: async (scene) => {
      const { server, room } = scene;
      const question = await answered(500)(scene);
      await server.settled();
      await server
        .as('alice')
        .ok('PUT', `/v1/memberships/${(await membershipOf(server, room, 'bob', 'alice')).id}`, { isModerator: true });
      const { id } = await membershipOf(server, room, 'alice', 'bob');
      await server.as('bob').ok('DELETE', `/v1/memberships/${id}`);
      server.clock.advance(5_000);
      await until(async () => (await explain(server, question)).events[0]?.outcome === 'dropped');
      return question;
    },
    because: 'member',
    outcome: 'dropped',
    hint: 'changedSince',
    says: /dropped: The owner may no longer see the room/,
  },

  // What has happened in between.
  {
    what: 'an owner who has left since it was delivered',
    make: async (scene) => {
      const { server, room } = scene;
      const question = await said({})(scene);
      await server.settled();
      const { id } = await membershipOf(server, room, 'alice', 'alice');
      await server.as('alice').ok('DELETE', `/v1/memberships/${id}`);
      return question;
    },
    because: 'member',
    outcome: 'delivered',
    hint: 'changedSince',
    says: /although 'member' does not hold now/,
  },
  {
    what: 'a record that is no longer kept',
    make: async (scene) => {
      const question = await said({})(scene);
      await scene.server.settled();
      await scene.server.app.db.write((tx) => tx.query.deleteFrom('deliveries').execute());
      return question;
    },
    outcome: 'none',
    hint: 'changedSince',
    says: /although every condition holds now/,
  },
  {
    what: 'an event that was not matched yet',
    make: async (scene) => {
      const { webhookId } = await said({})(scene);
      await scene.server.settled();
      return { webhookId, eventId: await append(scene.server, {}) };
    },
    outcome: 'notMatchedYet',
    atOnce: true,
    says: /has not been matched yet/,
  },
  {
    what: 'the first message of a 1:1 room, a moment after it was posted',
    adjust: delivery({ firstMessageDelayMs: 250 }),
    make: async ({ server, receiver }) => {
      const webhook = await server.webhook('robot', receiver, {});
      const message = await server
        .as('bob')
        .ok<Message>('POST', '/v1/messages', { toPersonEmail: people.robot.email, text: 'hello' });
      return { webhookId: webhook.id, messageId: message.id, as: 'robot' };
    },
    outcome: 'notMatchedYet',
    atOnce: true,
    hint: 'firstMessageHeldBack',
    says: /first message of a 1:1 room/,
  },
  {
    what: 'a message that the log does not go back to',
    make: async (scene) => {
      const { server } = scene;
      const question = await said({})(scene);
      await server.settled();
      await server.app.db.write((tx) => tx.query.deleteFrom('events').execute());
      return question;
    },
    hint: 'noEvent',
    says: /The log holds no event about this message/,
  },
  {
    what: 'the same webhook registered twice',
    make: async (scene) => {
      await scene.server.webhook('alice', scene.receiver, {});
      return said({})(scene);
    },
    outcome: 'delivered',
    hint: 'duplicate',
    says: /which gets each of them once more/,
  },
];

test.each(mistakes.map((mistake) => [mistake.what, mistake] as const))('%s', async (_, mistake) => {
  allow.splice(0, allow.length, '127.0.0.0/8', 'localhost');
  const server = await startServer(mistake.adjust);
  const room = await server.room('Demo', 'alice', 'bob');
  const { as, ...question } = await mistake.make({ server, room, receiver: await server.receiver() });
  if (mistake.atOnce !== true) await server.settled();

  const { events, hints } = await explain(server, question, as);
  const [event] = events;
  const all = [...hints, ...(event?.hints ?? [])];
  const { because, outcome = mistake.hint === 'noEvent' ? undefined : 'none', hint, andHint } = mistake;
  expect(event?.because).toEqual(because?.endsWith('=') ? expect.stringContaining(because) : because);
  expect(event?.outcome).toBe(outcome);
  expect(all.map(({ code }) => code)).toEqual([hint, andHint].filter((code) => code !== undefined));
  expect([event?.answer, ...all.map(({ sentence }) => sentence)].join('\n')).toMatch(mistake.says);
  const failing = event?.conditions.find(({ holds }) => !holds)?.condition;
  expect(failing).toBe(event?.because);
});

test('there are at least thirty, each another one', () => {
  expect(new Set(mistakes.map(({ what }) => what)).size).toBe(mistakes.length);
  expect(mistakes.length).toBeGreaterThanOrEqual(30);
});

test.each([
  ['an event in another case', { event: 'Created' }, /event 'Created' is not available.*created/],
  ['a resource in another case', { resource: 'Messages' }, /resource 'Messages' is not available.*messages/],
  ['a filter key in another case', { filter: 'roomid=x' }, /invalid value for filter: roomid/],
  ['a room that is not there', { filter: `roomId=${publicId('ROOM', newUuid())}` }, /invalid value for filter: roomId/],
  ['an address in a private network', { targetUrl: 'http://10.0.0.1/' }, /not an address that this server may call/],
])('%s is refused when it is registered, so that nobody has to ask', async (_, settings, message) => {
  const server = await startServer();
  const body = { name: 'w', targetUrl: 'http://127.0.0.1:1/', resource: 'messages', event: 'created', ...settings };
  const answer = await server.as('alice').post<{ message: string }>('/hearth/v1/webhooks', body);
  expect(answer).toMatchObject({ status: 400, body: { message: expect.stringMatching(message) } });
});
