import type { MessageCreate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import type { NewEvent } from '../core/events.ts';
import { derivedUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Reader, Writer } from '../db/index.ts';
import { bodyKey } from '../http/index.ts';
import { hidingEvent, join, memberships } from '../memberships/index.ts';
import {
  findPersonByEmail,
  findPersonByUuid,
  guestsMustNotMeet,
  mustBeThere,
  type PersonRef,
} from '../people/index.ts';
import { findRoomFor, findRoomToPostIn, insertRoom, roomEvent, type PostingView } from '../rooms/index.ts';
import { mayPost } from './policy.ts';
import { findParent } from './store.ts';

/** Where a message goes, with the ids read and nothing looked up. */
export type Destination =
  | { kind: 'room'; roomUuid: string }
  | { kind: 'person'; uuid: string }
  | { kind: 'email'; email: string }
  /** The room of the parent (spec 3.4). */
  | { kind: 'thread'; parentUuid: string };

/** Exactly one destination, or a parent alone. What is empty is not given: forms send fields that nobody filled in. */
export function destinationOf({ roomId, toPersonId, toPersonEmail, parentId }: MessageCreate): Destination {
  if ([roomId, toPersonId, toPersonEmail].filter(Boolean).length > 1) throw new ApiError('destinationMissing');
  if (roomId) return { kind: 'room', roomUuid: bodyKey('ROOM', roomId) };
  if (toPersonId) return { kind: 'person', uuid: bodyKey('PEOPLE', toPersonId) };
  if (toPersonEmail) return { kind: 'email', email: toPersonEmail };
  if (parentId) return { kind: 'thread', parentUuid: bodyKey('MESSAGE', parentId) };
  throw new ApiError('destinationMissing');
}

export interface Opened {
  room: PostingView;
  /** It was made for this message. */
  isNew: boolean;
  /** What opening it caused: a 1:1 room that is new, or one that somebody had hidden. */
  events: NewEvent[];
}

/** The room to post in, made when it is the first message between two people. */
export async function openDestination(
  tx: Writer,
  vault: Vault,
  caller: Caller,
  destination: Destination,
  now: number,
): Promise<Opened> {
  const other = await recipient(tx, destination);
  if (other) return openDirectRoom(tx, vault, caller, other, now);
  const room = await roomToPostIn(tx, caller, destination);
  return { room, isNew: false, events: room.type === 'direct' ? await unhide(tx, room, caller.uuid) : [] };
}

/** Refuses at once what `openDestination` is going to refuse, before anything is done for it that takes its time. */
export async function mustBeOpen(reader: Reader, caller: Caller, destination: Destination): Promise<void> {
  if (await recipient(reader, destination)) return;
  mayPost(await roomToPostIn(reader, caller, destination));
}

/** ID-9: the same two people always share the same room. */
export function directRoomUuid(onePerson: string, otherPerson: string): string {
  return derivedUuid('direct room', ...[onePerson, otherPerson].toSorted());
}

async function roomToPostIn(reader: Reader, caller: Caller, destination: Destination): Promise<PostingView> {
  const roomUuid = await roomNamed(reader, destination);
  const room = roomUuid === undefined ? undefined : await findRoomToPostIn(reader, caller.personId, roomUuid);
  if (!room) throw new ApiError(destination.kind === 'thread' ? 'parentNotFound' : 'roomNotFound');
  return room;
}

async function roomNamed(reader: Reader, destination: Destination): Promise<string | undefined> {
  if (destination.kind === 'room') return destination.roomUuid;
  return destination.kind === 'thread' ? (await findParent(reader, destination.parentUuid))?.roomUuid : undefined;
}

async function recipient(reader: Reader, destination: Destination): Promise<PersonRef | undefined> {
  if (destination.kind === 'person') {
    const person = await findPersonByUuid(reader, destination.uuid);
    if (!person) throw new ApiError('personNotFound');
    return person;
  }
  if (destination.kind === 'email') {
    const person = await findPersonByEmail(reader, destination.email);
    if (!person) throw new ApiError('emailNotFound', { email: destination.email });
    return person;
  }
  return undefined;
}

async function openDirectRoom(
  tx: Writer,
  vault: Vault,
  caller: Caller,
  other: PersonRef,
  now: number,
): Promise<Opened> {
  if (other.id === caller.personId) throw new ApiError('messageToSelf'); // MSG-7
  guestsMustNotMeet(caller, other);
  const uuid = directRoomUuid(caller.uuid, other.uuid);
  const existing = await findRoomToPostIn(tx, caller.personId, uuid);
  if (existing) return { room: existing, isNew: false, events: await unhide(tx, existing, caller.uuid) };

  await mustBeThere(tx, caller);
  const id = await insertRoom(tx, {
    uuid,
    type: 'direct',
    title: '',
    description: null,
    creatorId: caller.personId,
    ownerOrgId: caller.orgId,
    isLocked: 0,
    isAnnouncementOnly: 0,
    isPublic: 0,
    now,
    wrappedKey: vault.newDataKey(),
  });
  const newRoom = { id, uuid, type: 'direct', ownerOrgUuid: caller.orgUuid } as const;
  const own = await join(tx, newRoom, { ...caller, id: caller.personId }, caller.uuid, now);
  const others = await join(tx, newRoom, other, caller.uuid, now);
  const room = await findRoomFor(tx, caller.personId, uuid);
  if (!room) throw new Error('A room that was just inserted is not there.');
  const created = roomEvent('created', room, caller.uuid, [caller.uuid, other.uuid]);
  return { room, isNew: true, events: [created, ...own.events, ...others.events] };
}

/** A new message brings a hidden 1:1 room back (spec 4.7). */
async function unhide(tx: Writer, room: PostingView, actorUuid: string): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const member of await memberships.hiddenIn(tx, room.id)) {
    await memberships.setHidden(tx, member.id, 0);
    events.push(hidingEvent({ ...member, isRoomHidden: 0 }, actorUuid, room.ownerOrgUuid));
  }
  return events;
}
