import { beforeAll, describe, expect, test } from 'vitest';
import type { Membership, Message, Room } from '../../src/contract/index.ts';
import { attachmentsOf } from '../support/cards.ts';
import { startServer, type Name, people, personId, personUuid } from '../support/server.ts';

/**
 * The whole matrix of spec 4.3 and 4.6 over one story: who registers what, and which of the story's events arrive, in
 * the order of the log. `robot` is a bot.
 */

const story = [
  'rooms/created group',
  'memberships/created alice',
  'memberships/created bob',
  'memberships/created robot',
  'messages/created bob plain',
  'messages/created bob to robot',
  'messages/created bob to all',
  'messages/created robot plain',
  'messages/created alice reply',
  'messages/created alice card',
  'attachmentActions/created bob submits',
  'rooms/updated group',
  'memberships/updated bob',
  'memberships/updated alice',
  'rooms/updated group locked',
  'messages/deleted bob plain',
  'messages/deleted bob to robot',
  'memberships/deleted robot',
  'messages/created alice late',
  'rooms/created direct',
  'memberships/created alice direct',
  'memberships/created bob direct',
  'messages/created alice direct',
  'memberships/updated bob hides',
  'memberships/updated bob shows',
  'messages/created alice direct again',
  'memberships/deleted bob',
] as const;
type Label = (typeof story)[number];

const group = (label: Label) => !/direct|hides|shows/.test(label);
const of =
  (resource: string, event = '') =>
  (label: Label) =>
    label.startsWith(`${resource}/${event}`);
const by = (name: string) => (label: Label) => label.split(' ')[1] === name;
/** AUD-5: what concerns Bob alone. */
const bobsOwn = (label: Label) => /hides|shows/.test(label);
/** Submissions of cards are for those who ask for them by name. */
const submitted = of('attachmentActions');
const alices = (label: Label) => !bobsOwn(label) && !submitted(label);
/** What a bot in the group room hears of it: until its own removal, messages only with a mention, or its own. */
const robots = (label: Label) =>
  story.indexOf(label) <= story.indexOf('memberships/deleted robot') &&
  story.indexOf(label) >= story.indexOf('memberships/created robot') &&
  !submitted(label) &&
  (!of('messages')(label) || /robot|all/.test(label));
/** Bob is in the group room from his own joining on, and only Alice is told of her room's creation. */
const bobs = (label: Label) => story.indexOf(label) >= story.indexOf('memberships/created bob') && !submitted(label);

interface Row {
  owner: Name;
  resource: string;
  event: string;
  filter?: string;
  wants: (label: Label) => boolean;
}

const all =
  (...conditions: ((label: Label) => boolean)[]) =>
  (label: Label) =>
    conditions.every((holds) => holds(label));
const not = (condition: (label: Label) => boolean) => (label: Label) => !condition(label);
const nothing = () => false;

const rows: Row[] = [
  { owner: 'alice', resource: 'all', event: 'all', wants: alices },
  { owner: 'bob', resource: 'all', event: 'all', wants: bobs },
  { owner: 'robot', resource: 'all', event: 'all', wants: robots },
  { owner: 'dave', resource: 'all', event: 'all', wants: nothing },

  ...['messages', 'memberships', 'rooms'].flatMap((resource): Row[] =>
    ['created', 'updated', 'deleted', 'all']
      .filter((event) => !['messages/updated', 'rooms/deleted'].includes(`${resource}/${event}`))
      .flatMap((event) => {
        const chosen = of(resource, event === 'all' ? '' : event);
        return [
          { owner: 'alice' as const, resource, event, wants: all(alices, chosen) },
          { owner: 'bob' as const, resource, event, wants: all(bobs, chosen) },
          { owner: 'robot' as const, resource, event, wants: all(robots, chosen) },
          { owner: 'eve' as const, resource, event, wants: nothing },
        ];
      }),
  ),
  ...['created', 'all'].flatMap((event): Row[] => [
    { owner: 'alice', resource: 'attachmentActions', event, wants: submitted },
    { owner: 'bob', resource: 'attachmentActions', event, wants: nothing },
    { owner: 'robot', resource: 'attachmentActions', event, wants: nothing },
  ]),
  {
    owner: 'alice',
    resource: 'attachmentActions',
    event: 'all',
    filter: `personId=${personId('bob')}`,
    wants: submitted,
  },
  {
    owner: 'alice',
    resource: 'attachmentActions',
    event: 'all',
    filter: `personId=${personId('robot')}`,
    wants: nothing,
  },

  {
    owner: 'alice',
    resource: 'messages',
    event: 'created',
    filter: 'roomType=direct',
    wants: all(of('messages', 'created'), not(group)),
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'created',
    filter: 'roomType=group',
    wants: all(of('messages', 'created'), group),
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'all',
    filter: `personId=${personId('bob')}`,
    wants: all(of('messages'), by('bob')),
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'all',
    filter: `personId=${personUuid('bob')}`,
    wants: all(of('messages'), by('bob')),
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'all',
    filter: `personEmail=${people.bob.email.toUpperCase()}`,
    wants: all(of('messages'), by('bob')),
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'created',
    filter: `personEmail=${people.bob.email}&roomType=group`,
    wants: all(of('messages', 'created'), by('bob')),
  },
  {
    owner: 'robot',
    resource: 'messages',
    event: 'created',
    filter: 'mentionedPeople=me',
    wants: (label) => label === 'messages/created bob to robot',
  },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'all',
    filter: `mentionedPeople=${personId('robot')},${personId('dave')}`,
    wants: (label) => /^messages.* to robot/.test(label),
  },
  { owner: 'alice', resource: 'messages', event: 'all', filter: 'mentionedPeople=me', wants: nothing },
  { owner: 'alice', resource: 'messages', event: 'all', filter: 'hasFiles=true', wants: nothing },
  {
    owner: 'alice',
    resource: 'messages',
    event: 'all',
    filter: 'hasFiles=false&hasAttachments=false',
    wants: all(of('messages'), (label) => !label.endsWith('card')),
  },
  {
    owner: 'bob',
    resource: 'messages',
    event: 'all',
    filter: 'hasAttachments=true',
    wants: (label) => label === 'messages/created alice card',
  },

  {
    owner: 'alice',
    resource: 'memberships',
    event: 'all',
    filter: `personId=${personId('robot')}`,
    wants: all(of('memberships'), by('robot')),
  },
  {
    owner: 'alice',
    resource: 'memberships',
    event: 'all',
    filter: 'isModerator=true',
    wants: (label) =>
      ['memberships/updated bob', 'memberships/updated alice', 'memberships/deleted bob'].includes(label),
  },
  {
    owner: 'alice',
    resource: 'memberships',
    event: 'created',
    filter: 'roomType=direct',
    wants: all(of('memberships', 'created'), not(group)),
  },
  {
    owner: 'bob',
    resource: 'memberships',
    event: 'updated',
    filter: 'isRoomHidden=true',
    wants: (label) => label.endsWith('hides'),
  },

  {
    owner: 'alice',
    resource: 'rooms',
    event: 'all',
    filter: 'isLocked=true',
    wants: (label) => label.endsWith('locked'),
  },
  {
    owner: 'alice',
    resource: 'rooms',
    event: 'all',
    filter: 'type=group&isLocked=false',
    wants: all(of('rooms'), group, (label) => !label.endsWith('locked')),
  },
  {
    owner: 'bob',
    resource: 'rooms',
    event: 'created',
    filter: 'type=direct',
    wants: (label) => label === 'rooms/created direct',
  },

  { owner: 'alice', resource: 'all', event: 'all', filter: 'roomType=direct', wants: all(alices, not(group)) },
  {
    owner: 'alice',
    resource: 'all',
    event: 'all',
    filter: `personId=${personId('bob')}`,
    wants: all(alices, by('bob')),
  },
];

let arrived: Map<string, Label[]>;
const webhookIds = new Map<Row, string>();

beforeAll(async () => {
  const server = await startServer();
  const receiver = await server.receiver();
  for (const { wants: _, owner, ...settings } of rows) {
    const { id } = await server.webhook(owner, receiver, settings);
    webhookIds.set(rows[webhookIds.size] as Row, id);
  }
  const names = await tell(server);

  arrived = new Map();
  const inOrder = receiver.received.toSorted(
    (a, b) => Number(a.headers['x-hearth-sequence']) - Number(b.headers['x-hearth-sequence']),
  );
  for (const { notice, headers } of inOrder) {
    const label = names.get(Number(headers['x-hearth-sequence']));
    if (!label) throw new Error(`an event that is not in the story: ${JSON.stringify(notice)}`);
    arrived.set(notice.id, [...(arrived.get(notice.id) ?? []), label]);
  }
});

/** Plays the story and answers which position in the log is which of its events. */
async function tell(server: Awaited<ReturnType<typeof startServer>>): Promise<Map<number, Label>> {
  const [alice, bob, robot] = [server.as('alice'), server.as('bob'), server.as('robot')];
  // Each step is let through before the next: matching judges by the membership it finds.
  const step = async <T>(action: Promise<T>): Promise<T> => {
    const result = await action;
    await server.settled();
    return result;
  };
  const room = await step(alice.ok<Room>('POST', '/v1/rooms', { title: 'Story' }));
  const add = (name: Name) =>
    step(alice.ok<Membership>('POST', '/v1/memberships', { roomId: room.id, personId: personId(name) }));
  const bobs = await add('bob');
  const robots = await add('robot');
  const plain = await step(bob.say(room, 'plain'));
  const toRobot = await step(bob.say(room, `<@personEmail:${people.robot.email}|Robot> you`));
  await step(bob.say(room, '<@all> everybody'));
  await step(robot.say(room, 'beep'));
  await step(alice.ok('POST', '/v1/messages', { roomId: room.id, parentId: plain.id, text: 'reply' }));
  const card = await step(alice.ok<Message>('POST', '/v1/messages', { roomId: room.id, attachments: attachmentsOf() }));
  await step(bob.ok('POST', '/v1/attachment/actions', { type: 'submit', messageId: card.id, inputs: {} }));
  await step(alice.ok('PUT', `/v1/rooms/${room.id}`, { title: 'New title' }));
  await step(alice.ok('PUT', `/v1/memberships/${bobs.id}`, { isModerator: true }));
  await step(bob.ok('DELETE', `/v1/messages/${plain.id}`));
  await step(bob.ok('DELETE', `/v1/messages/${toRobot.id}`));
  await step(alice.ok('DELETE', `/v1/memberships/${robots.id}`));
  await step(alice.say(room, 'late'));
  const direct = await step(
    alice.ok<Message>('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'direct' }),
  );
  const [own] = (
    await bob.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${direct.roomId}&personId=${personId('bob')}`)
  ).items;
  await step(bob.ok('PUT', `/v1/memberships/${own?.id}`, { isRoomHidden: true }));
  await step(alice.ok('POST', '/v1/messages', { toPersonEmail: people.bob.email, text: 'again' }));
  await step(alice.ok('DELETE', `/v1/memberships/${bobs.id}`));

  const log = await server.app.db.reader.query
    .selectFrom('events')
    .select(['id', 'resource', 'event'])
    .orderBy('id')
    .execute();
  expect(log.map(({ resource, event }) => `${resource}/${event}`)).toEqual(story.map((label) => label.split(' ')[0]));
  return new Map(log.map(({ id }, at) => [id, story[at] as Label]));
}

describe('the story reaches', () => {
  test.each(rows.map((row) => [`${row.owner}'s ${row.resource}/${row.event} ${row.filter ?? ''}`, row] as const))(
    '%s',
    (_, row) => {
      expect(arrived.get(webhookIds.get(row) ?? '') ?? []).toEqual(story.filter(row.wants));
    },
  );
});
