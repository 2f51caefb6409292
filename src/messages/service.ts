import type { DirectMessagesQuery, Message, MessageCreate, MessagesQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid, publicId } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, mapPage, pathKey, type Page } from '../http/index.ts';
import { findPersonByEmail, findPersonByUuid } from '../people/index.ts';
import { findRoomFor, findRoomInReach, touchRoom, type MemberView, type PostingView } from '../rooms/index.ts';
import { cardsWithin, type CardLimits, type CardsOf } from './cards/cards-of.ts';
import { compose, draftOf } from './content.ts';
import { destinationOf, directRoomUuid, openDestination } from './destination.ts';
import { listMessages, type ListQuery } from './list.ts';
import { mayDelete, mayListAll, mayPost, type BotRules } from './policy.ts';
import { messageEvent, messageNotice, presentMessage } from './present.ts';
import { findMessageInReach, type MessageWork } from './reach.ts';
import { openContent, sealContext } from './sealing.ts';
import { deleteMessage, findParent, insertMessage, type MessageRow } from './store.ts';

export interface MessageServiceParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  bots: BotRules;
  cards: CardLimits;
}

export class MessageService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #bots: BotRules;
  readonly #cardsOf: CardsOf;

  constructor({ db, log, vault, clock, bots, cards }: MessageServiceParts) {
    this.#db = db;
    this.#log = log;
    this.#vault = vault;
    this.#clock = clock;
    this.#bots = bots;
    this.#cardsOf = cardsWithin(cards);
  }

  async post(caller: Caller, body: MessageCreate): Promise<Message> {
    const destination = destinationOf(body);
    const draft = draftOf(body, this.#cardsOf(body));
    const parentUuid = body.parentId ? bodyKey('MESSAGE', body.parentId) : null;
    const now = this.#clock.now();

    const message = await this.#db.write(async (tx) => {
      const { room, isNew, events } = await openDestination(tx, this.#vault, caller, destination, now);
      mayPost(room);
      if (parentUuid !== null) await mustBeRoot(tx, room, parentUuid);
      const { content, mentionedPeople, mentionsAll } = await compose(tx, room.id, draft);

      const uuid = newUuid();
      const stored = {
        uuid,
        parentUuid,
        mentionedPeople: mentionedPeople.length > 0 ? mentionedPeople.map((person) => person.uuid).join(' ') : null,
        mentionsAll: mentionsAll ? 1 : 0,
        hasAttachments: draft.attachments ? 1 : 0,
        createdAt: now,
      } as const;
      const sealed = this.#vault.seal(room.wrappedKey, sealContext(uuid), JSON.stringify(content));
      await insertMessage(tx, { ...stored, roomId: room.id, personId: caller.personId, content: sealed }, [
        ...mentionedPeople.map(({ id }) => id),
        ...(mentionsAll ? [null] : []),
      ]);
      await touchRoom(tx, room.id, now);
      const author = { personUuid: caller.uuid, personEmail: caller.email };
      const row = { ...stored, ...placeOf(room), ...author, opensRoom: isNew };
      const created = messageEvent('created', row, caller.uuid);
      await this.#log.append(tx, [...events, created], caller.trace);
      return presentMessage(created.data, content);
    });
    return { ...message, ...addressee(body) };
  }

  async get(caller: Caller, id: string): Promise<Message> {
    return this.#present(await this.#visible(this.#db.reader, caller, id, 'messages_read'));
  }

  async list(caller: Caller, query: MessagesQuery): Promise<Page<Message>> {
    const room = await findRoomInReach(this.#db.reader, caller, bodyKey('ROOM', query.roomId), 'messages_read');
    if (!room) throw new ApiError('roomNotFound');
    if (query.mentionedPeople === undefined) mayListAll(caller, room);
    return mapPage(await this.#listOf(caller, room, query), (row) => this.#present(row));
  }

  /** Not paged: the latest of the 1:1 room (PAGE-12). */
  async listDirect(caller: Caller, { personId, personEmail, parentId }: DirectMessagesQuery): Promise<Page<Message>> {
    if ((personId === undefined) === (personEmail === undefined)) throw new ApiError('personMissing');
    const { reader } = this.#db;
    const other =
      personId === undefined
        ? await findPersonByEmail(reader, personEmail ?? '')
        : await findPersonByUuid(reader, bodyKey('PEOPLE', personId));
    const room = other && (await findRoomFor(reader, caller.personId, directRoomUuid(caller.uuid, other.uuid)));
    if (!room) throw new ApiError('roomNotFound');
    const { items } = await this.#listOf(caller, room, {
      max: MOST_DIRECT,
      ...(parentId !== undefined && { parentId }),
    });
    return { items: items.map((row) => this.#present(row)) };
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const message = await this.#visible(tx, caller, id, 'messages_write');
      const room = await findRoomInReach(tx, caller, message.roomUuid, 'messages_write');
      if (!room) throw new ApiError('messageNotFound');
      mayDelete(caller, message, room);
      await deleteMessage(tx, message.id);
      await this.#log.append(tx, [messageEvent('deleted', message, caller.uuid)], caller.trace);
    });
  }

  #listOf(caller: Caller, room: MemberView, query: ListQuery): Promise<Page<MessageRow>> {
    return listMessages({ reader: this.#db.reader, caller, room, rules: this.#bots }, query);
  }

  async #visible(reader: Reader, caller: Caller, id: string, work: MessageWork): Promise<MessageRow> {
    const uuid = pathKey('MESSAGE', id, 'messageNotFound');
    const message = await findMessageInReach(reader, caller, uuid, this.#bots, work);
    if (!message) throw new ApiError('messageNotFound');
    return message;
  }

  #present(row: MessageRow): Message {
    return presentMessage(messageNotice(row), openContent(this.#vault, row));
  }
}

const MOST_DIRECT = 1000;

/** A thread has one level, within one room (spec 3.4.4, section 13). */
async function mustBeRoot(tx: Writer, room: PostingView, parentUuid: string): Promise<void> {
  const parent = await findParent(tx, parentUuid);
  if (parent?.roomUuid !== room.uuid) throw new ApiError('parentNotFound');
  if (parent.parentUuid !== null) throw new ApiError('parentIsReply');
}

function placeOf(room: PostingView) {
  return { roomUuid: room.uuid, roomType: room.type, roomOrgUuid: room.ownerOrgUuid };
}

/** The answer to a direct message repeats whom it was addressed to (spec 3.4). */
function addressee({ toPersonId, toPersonEmail }: MessageCreate): Pick<Message, 'toPersonId' | 'toPersonEmail'> {
  return {
    ...(toPersonId && { toPersonId: publicId('PEOPLE', bodyKey('PEOPLE', toPersonId)) }),
    ...(toPersonEmail && { toPersonEmail }),
  };
}
