import { isoTime } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { parseId, type IdType } from '../core/ids.ts';
import { statement, type Reader } from '../db/index.ts';
import { findPersonByUuid } from '../people/index.ts';
import { conversations } from './catalog.ts';

/**
 * Events as activities of a conversation, which is how the SDK hears of them. It makes the ids of its public API out of the
 * UUIDs in here, and reads what is not here (messages, what was filled into a card) by these ids. There is no content, and no
 * `encryptionKeyUrl`: with one, the SDK would ask for a key.
 */
export interface Activity {
  /** Of the message or the submission that the SDK is to read; else of the event. */
  id: string;
  verb: string;
  object: Record<string, unknown>;
  /** What a card or a reply belongs to. */
  parent?: { id: string; type: string };
}

/** What the log does not say of an event, as it is now. */
interface Surroundings {
  actor: Person;
  isLocked: boolean;
}

interface Person {
  objectType: 'person';
  id: string;
  entryUUID: string;
  emailAddress?: string;
  displayName?: string;
  orgId?: string;
}

/** The frame that tells of an event, without what numbers it. `base`: the URL under which the client knows this server. */
export async function eventFrame(reader: Reader, event: LoggedEvent, base: string) {
  const { actor, isLocked } = await surroundingsOf(reader, event);
  const room = { ...conversation(event, base), tags: tagsOf(event, isLocked) };
  const { id, verb, object, parent } = activityOf(event, room);
  const activity = {
    objectType: 'activity',
    id,
    verb,
    url: `${conversations(base)}/activities/${id}`,
    published: isoTime(event.createdAt),
    actor,
    object,
    target: room,
    ...(parent && { parent }),
  };
  return {
    id: event.uuid,
    data: { eventType: 'conversation.activity', activity },
    timestamp: event.createdAt,
  };
}

type Room = ReturnType<typeof conversation> & { tags: string[] };

function conversation({ roomUuid }: LoggedEvent, base: string) {
  return {
    objectType: 'conversation',
    id: roomUuid,
    url: `${conversations(base)}/conversations/${roomUuid}`,
  };
}

function tagsOf({ facts }: LoggedEvent, isLocked: boolean): string[] {
  return [...(facts.roomType === 'direct' ? ['ONE_ON_ONE'] : []), ...((facts.isLocked ?? isLocked) ? ['LOCKED'] : [])];
}

function activityOf(event: LoggedEvent, room: Room): Activity {
  const data = JSON.parse(event.dataJson) as Record<string, string | boolean | undefined>;
  switch (event.resource) {
    case 'messages':
      return messageActivity(event, data);
    case 'memberships':
      return membershipActivity(event, data, room);
    case 'rooms':
      return roomActivity(event, data, room);
    case 'attachmentActions':
      return {
        id: uuidOf('ATTACHMENT_ACTION', data['id']),
        verb: 'cardAction',
        object: { objectType: 'submit' },
        parent: { id: uuidOf('MESSAGE', data['messageId']), type: 'cardAction' },
      };
    case 'webhooks':
    case 'tabs':
      throw new Error(`Sockets do not tell of ${event.resource}.`);
  }
}

type Data = Readonly<Record<string, string | boolean | undefined>>;

function messageActivity({ uuid, event }: LoggedEvent, { id, parentId }: Data): Activity {
  const message = uuidOf('MESSAGE', id);
  if (event === 'deleted') return { id: uuid, verb: 'delete', object: { objectType: 'activity', id: message } };
  return {
    id: message,
    verb: event === 'created' ? 'post' : 'update',
    // Without an id: of an update the SDK would make an id of a room from it.
    object: { objectType: 'comment' },
    ...(parentId !== undefined && { parent: { id: uuidOf('MESSAGE', parentId), type: 'reply' } }),
  };
}

function membershipActivity({ uuid, event, facts }: LoggedEvent, data: Data, room: Room): Activity {
  // The one activity about a membership whose member is the actor and whose room is the object.
  if (event === 'updated' && facts.isRoomHidden) return { id: uuid, verb: 'hide', object: room };
  const updated = facts.isModerator ? 'assignModerator' : 'unassignModerator';
  return {
    id: uuid,
    verb: { created: 'add', deleted: 'leave', updated }[event],
    object: {
      ...person(facts.personUuid ?? ''),
      emailAddress: data['personEmail'],
      displayName: data['personDisplayName'],
      orgId: uuidOf('ORGANIZATION', data['personOrgId']),
      roomProperties: { isModerator: facts.isModerator ?? false },
    },
  };
}

function roomActivity({ uuid, event }: LoggedEvent, { creatorId }: Data, room: Room): Activity {
  return {
    id: uuid,
    verb: event === 'created' ? 'create' : 'update',
    // Members are told of by events of their own.
    object: { ...room, creatorUUID: uuidOf('PEOPLE', creatorId), participants: { items: [] } },
  };
}

/** Read once for everybody who hears of the event. */
function surroundingsOf(reader: Reader, event: LoggedEvent): Promise<Surroundings> {
  let found = surroundings.get(event);
  if (!found) {
    found = readSurroundings(reader, event);
    surroundings.set(event, found);
    found.catch(() => surroundings.delete(event));
  }
  return found;
}

const surroundings = new WeakMap<LoggedEvent, Promise<Surroundings>>();

async function readSurroundings(reader: Reader, { actorUuid, roomUuid }: LoggedEvent): Promise<Surroundings> {
  const actor = await findPersonByUuid(reader, actorUuid);
  const room = await reader.first(lockOfRoom, { roomUuid });
  return {
    actor: {
      ...person(actorUuid),
      ...(actor && { emailAddress: actor.email, displayName: actor.displayName, orgId: actor.orgUuid }),
    },
    isLocked: room?.isLocked === 1,
  };
}

function person(uuid: string): Person {
  return { objectType: 'person', id: uuid, entryUUID: uuid };
}

/** Our own events hold our own ids. */
function uuidOf(type: IdType, id: string | boolean | undefined): string {
  const parsed = parseId(type, String(id));
  if (parsed.kind !== 'key') throw new Error(`An event names ${type} by ${String(id)}.`);
  return parsed.key;
}

const lockOfRoom = statement<{ roomUuid: string }>()((db, param) =>
  db.selectFrom('rooms').select('isLocked').where('uuid', '=', param('roomUuid')),
);
