import type { Caller } from '../../src/core/caller.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { EventFacts, EventType, NewEvent, Resource } from '../../src/core/events.ts';
import { derivedUuid, publicId } from '../../src/core/ids.ts';
import { StoreUnavailableError, type Writer } from '../../src/db/index.ts';
import { switchOff } from '../../src/webhooks/index.ts';
import type { ActiveWebhook } from '../../src/webhooks/store.ts';
import type { Running } from './life.ts';
import { callers, rooms } from './people.ts';
import { RECEIVERS, targetOf, type Action, type FilterKind } from './scenario.ts';
import type { World } from './world.ts';

type Room = (typeof rooms)[number];

/** What people ask of the program. */
export type Request = Extract<
  Action,
  { kind: 'post' | 'change' | 'register' | 'join' | 'leave' } | { webhook: number }
>;

/** Somebody changed their mind: nothing of it is to be committed. */
class RolledBack extends Error {}

/** Does it, or is refused it; never resolves when the life of the program ends over it. */
export async function perform(world: World, running: Running, action: Request): Promise<void> {
  try {
    await act(world, running, action);
  } catch (error) {
    const expected = error instanceof ApiError || error instanceof StoreUnavailableError || error instanceof RolledBack;
    if (!expected) world.objectTo(error);
  }
}

async function act(world: World, running: Running, action: Request): Promise<void> {
  switch (action.kind) {
    case 'post':
      return void (await Promise.all(Array.from({ length: action.count }, () => post(world, running, action))));
    case 'change':
      return change(running, action);
    case 'join':
    case 'leave':
      return move(running, action);
    case 'register':
      return register(running, action);
    default:
      return ask(world, running, action);
  }
}

async function post(
  world: World,
  { db, log, clock }: Running,
  action: Extract<Request, { kind: 'post' }>,
): Promise<void> {
  const [room, author] = [roomAt(action.room), callerAt(action.person)];
  const uuid = derivedUuid('message', String((world.posted += 1)));
  const mentionedPeople = world.random.chance(0.3) ? callers.slice(-1).map((bot) => bot.uuid) : [];
  const facts: EventFacts = {
    ...aboutPerson(room, author),
    mentionedPeople,
    mentionsAll: world.random.chance(0.05),
    hasFiles: world.random.chance(0.2),
    ...(room.type === 'direct' && world.random.chance(0.1) && { opensRoom: true }),
  };
  await db.write(async (tx) => {
    const now = clock.now();
    const row = {
      uuid,
      roomId: room.id,
      personId: author.personId,
      content: new Uint8Array(),
      mentionsAll: 0 as const,
    };
    await tx.query
      .insertInto('messages')
      .values({ ...row, createdAt: now })
      .execute();
    await log.append(tx, [event('messages', 'created', { room, author, facts, data: { id: uuid } })]);
    if (action.rolledBack) throw new RolledBack();
  });
}

async function change({ db, log }: Running, { what, ...at }: Extract<Request, { kind: 'change' }>): Promise<void> {
  const [room, author] = [roomAt(at.room), callerAt(at.person)];
  const facts = aboutPerson(room, author);
  const about = { room, author, data: {} };
  const news = {
    room: () => event('rooms', 'updated', { ...about, facts: { roomType: room.type, isLocked: false } }),
    membership: () => event('memberships', 'updated', { ...about, facts: { ...facts, audience: [author.uuid] } }),
    message: () => event('messages', 'deleted', { ...about, facts }),
  }[what];
  await db.write((tx) => log.append(tx, [news()]));
}

async function move(
  { db, log, clock }: Running,
  { kind, ...at }: Extract<Request, { kind: 'join' | 'leave' }>,
): Promise<void> {
  const [room, person] = [roomAt(at.room), callerAt(at.person)];
  const key = { roomId: room.id, personId: person.personId };
  await db.write(async (tx) => {
    const member = await isMember(tx, key);
    if (member === (kind === 'join')) return;
    const facts = aboutPerson(room, person);
    if (kind === 'join') {
      const row = { ...key, isModerator: 0 as const, isRoomHidden: 0 as const, createdAt: clock.now() };
      await tx.query.insertInto('memberships').values(row).execute();
    } else {
      await tx.query
        .deleteFrom('memberships')
        .where('roomId', '=', key.roomId)
        .where('personId', '=', key.personId)
        .execute();
    }
    const what = kind === 'join' ? 'created' : 'deleted';
    await log.append(tx, [event('memberships', what, { room, author: person, facts, data: {} })]);
  });
}

async function isMember(tx: Writer, { roomId, personId }: { roomId: number; personId: number }): Promise<boolean> {
  const rows = tx.query
    .selectFrom('memberships')
    .select('id')
    .where('roomId', '=', roomId)
    .where('personId', '=', personId);
  return (await rows.executeTakeFirst()) !== undefined;
}

async function register({ webhooks }: Running, action: Extract<Request, { kind: 'register' }>): Promise<void> {
  const { resource, receiver, ordered, org } = action;
  await webhooks.create(
    org ? callerAt(0) : callerAt(action.owner),
    {
      name: 'webhook',
      targetUrl: targetOf(receiver),
      resource,
      event: action.event,
      filter: filterText(action.filter, action),
      ownedBy: org ? 'org' : 'creator',
    },
    { ours: true, ordering: ordered ? 'room' : 'none' },
  );
}

/** What the owner of a webhook, or the server itself, does with it. */
async function ask(
  world: World,
  running: Running,
  { kind, webhook: at }: Extract<Request, { webhook: number }>,
): Promise<void> {
  const known = [...world.history.now.webhooks.values()];
  const webhook = known[at % known.length];
  if (!webhook) return;
  const { webhooks } = running;
  const [caller, id] = [ownerOf(webhook), publicId('WEBHOOK', webhook.uuid)];
  switch (kind) {
    case 'remove':
      return webhooks.remove(caller, id);
    case 'disable':
      await switchOff(running, webhook.id, {
        reason: 'It failed too often.',
        after: running.log.settled,
        actorUuid: caller.uuid,
      });
      return;
    case 'enable':
      return void (await webhooks.enable(caller, id));
    case 'rename':
      return void (await webhooks.update(caller, id, { name: `${webhook.name}!` }));
    case 'move':
      return void (await webhooks.update(caller, id, {
        targetUrl: `${targetOf(world.random.between(0, RECEIVERS - 1))}moved`,
      }));
    case 'order':
    case 'unorder':
      return void (await webhooks.configure(caller, id, { ordering: kind === 'order' ? 'room' : 'none' }));
  }
}

/** Undefined: everything. */
function filterText(kind: FilterKind, at: { room: number; person: number }): string | undefined {
  const room = `roomId=${publicId('ROOM', roomAt(at.room).uuid)}`;
  const person = `personId=${publicId('PEOPLE', callerAt(at.person).uuid)}`;
  const texts: Record<FilterKind, string | undefined> = {
    none: undefined,
    room,
    person,
    me: 'mentionedPeople=me',
    email: `personEmail=${callerAt(at.person).email}`,
    roomType: 'roomType=direct',
    files: 'hasFiles=true',
    'room and person': `${room}&${person}`,
  };
  return texts[kind];
}

interface About {
  room: Room;
  author: Caller;
  facts: EventFacts;
  data: object;
}

function event(resource: Resource, event: EventType, { room, author, facts, data }: About): NewEvent {
  const orgUuid = callerAt(0).orgUuid;
  return { resource, event, actorUuid: author.uuid, roomUuid: room.uuid, orgUuid, facts, data };
}

function aboutPerson({ type }: Room, { uuid, email }: Caller): EventFacts {
  return { roomType: type, personUuid: uuid, personEmail: email };
}

function ownerOf({ ownerUuid }: ActiveWebhook): Caller {
  const owner = callers.find(({ uuid }) => uuid === ownerUuid);
  if (!owner) throw new Error('Every webhook is somebody’s.');
  return owner;
}

function roomAt(at: number): Room {
  return nth(rooms, at);
}

function callerAt(at: number): Caller {
  return nth(callers, at);
}

function nth<T>(list: readonly T[], at: number): T {
  const found = list[at];
  if (found === undefined) throw new RangeError(`There is no number ${at}.`);
  return found;
}
