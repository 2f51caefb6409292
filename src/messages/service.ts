import type { DirectMessagesQuery, Message, MessageCreate, MessagesQuery, MessageUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid, publicId } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { Upload, Uploads } from '../files/index.ts';
import { bodyKey, mapPage, pathKey, type Page } from '../http/index.ts';
import { findPersonByEmail, findPersonByUuid } from '../people/index.ts';
import {
  findRoomFor,
  findRoomInReach,
  findRoomToPostIn,
  touchRoom,
  type MemberView,
  type PostingView,
} from '../rooms/index.ts';
import { cardsWithin, type CardLimits, type CardsOf } from './cards/cards-of.ts';
import { compose, draftOf, type Draft } from './content.ts';
import { destinationOf, directRoomUuid, mustBeOpen, openDestination, type Destination } from './destination.ts';
import { fileUrlOf } from './file-url.ts';
import { listMessages, type ListQuery } from './list.ts';
import { mayDelete, mayEdit, mayListAll, mayPost, type BotRules } from './policy.ts';
import { messageEvent, messageNotice, presentMessage } from './present.ts';
import { findMessageInReach, type MessageWork } from './reach.ts';
import { openContent, sealMessage } from './sealing.ts';
import { deleteMessage, findParent, insertMessage, updateMessage, type MessageRow } from './store.ts';

export interface MessageServiceParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  bots: BotRules;
  cards: CardLimits;
  uploads: Uploads;
  /** Where receivers of events reach this server; undefined: nobody knows. */
  publicUrl: () => string | undefined;
}

export class MessageService {
  readonly #db: Database;
  readonly #log: EventLog;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #bots: BotRules;
  readonly #cardsOf: CardsOf;
  readonly #uploads: Uploads;
  readonly #publicUrl: () => string | undefined;

  constructor({ db, log, vault, clock, bots, cards, uploads, publicUrl }: MessageServiceParts) {
    this.#db = db;
    this.#log = log;
    this.#vault = vault;
    this.#clock = clock;
    this.#bots = bots;
    this.#cardsOf = cardsWithin(cards);
    this.#uploads = uploads;
    this.#publicUrl = publicUrl;
  }

  /** `files` of the answer are paths of this API, here and in all that follows. */
  async post(caller: Caller, body: MessageCreate, upload?: Upload): Promise<Message> {
    const destination = destinationOf(body);
    const url = fileUrlOf(body, upload);
    const hasFile = upload !== undefined || url !== undefined;
    const draft = draftOf(body, { attachments: this.#cardsOf(body), hasFile });
    const parentUuid = body.parentId ? bodyKey('MESSAGE', body.parentId) : null;
    let file = upload;
    if (url !== undefined) {
      await mustBeOpen(this.#db.reader, caller, destination);
      file = await this.#uploads.fetch(url);
    }
    const write = () => this.#write(caller, { destination, draft, parentUuid, file });
    const message = await (file ? this.#uploads.posting(file, write) : write());
    return { ...message, ...addressee(body) };
  }

  #write(caller: Caller, { destination, draft, parentUuid, file }: Post): Promise<Message> {
    const now = this.#clock.now();
    return this.#db.write(async (tx) => {
      const { room, isNew, events } = await openDestination(tx, this.#vault, caller, destination, now);
      mayPost(room);
      if (parentUuid !== null) await mustBeRoot(tx, room, parentUuid);
      const composed = await compose(tx, room.id, draft);

      const uuid = newUuid();
      const { columns, mentioned } = sealMessage(this.#vault, room.wrappedKey, uuid, composed);
      const stored = { ...columns, uuid, parentUuid, fileCount: file ? 1 : 0, createdAt: now };
      await insertMessage(tx, { ...stored, roomId: room.id, personId: caller.personId }, mentioned);
      if (file) await this.#uploads.attach(tx, file, { uuid, roomKey: room.wrappedKey }, 0);
      await touchRoom(tx, room.id, now);
      const author = { personUuid: caller.uuid, personEmail: caller.email };
      const row = { ...stored, ...placeOf(room), ...author, updatedAt: null, opensRoom: isNew };
      const created = messageEvent('created', row, caller.uuid, this.#publicUrl());
      await this.#log.append(tx, [...events, created], caller.trace);
      return presentMessage(messageNotice(row, OWN), composed.content);
    });
  }

  async get(caller: Caller, id: string): Promise<Message> {
    return this.#present(await this.#visible(this.#db.reader, caller, id, 'messages_read'));
  }

  /** The message with this key, when the caller may see it. */
  find(caller: Caller, uuid: string): Promise<MessageRow | undefined> {
    return findMessageInReach(this.#db.reader, caller, uuid, this.#bots);
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

  /** What is said anew takes the place of all that was said: text, markdown and mentions. A card stays unless one is sent. */
  async update(caller: Caller, id: string, { roomId, text, markdown, ...body }: MessageUpdate): Promise<Message> {
    const roomUuid = bodyKey('ROOM', roomId);
    const words = { ...(text !== undefined && { text }), ...(markdown !== undefined && { markdown }) };
    const newCards = body.attachments && this.#cardsOf({ attachments: body.attachments });
    return this.#db.write(async (tx) => {
      const message = await this.#visible(tx, caller, id, 'messages_write');
      mayEdit(caller, message);
      if (message.roomUuid !== roomUuid) throw new ApiError('messageMovedRoom');
      const room = await findRoomToPostIn(tx, caller.personId, roomUuid);
      if (!room) throw new ApiError('messageNotFound');
      mayPost(room);
      if (message.fileCount > 0) throw new ApiError('messageNotEditable');
      if (message.edits >= MOST_EDITS) throw new ApiError('editLimitReached', { limit: MOST_EDITS });

      const attachments = newCards ?? openContent(this.#vault, message).attachments ?? [];
      const composed = await compose(tx, room.id, draftOf(words, { attachments }));
      const { columns, mentioned } = sealMessage(this.#vault, room.wrappedKey, message.uuid, composed);
      const edited = { ...columns, updatedAt: this.#clock.now(), edits: message.edits + 1 };
      await updateMessage(tx, message, edited, mentioned);
      const row = { ...message, ...edited };
      await this.#log.append(tx, [messageEvent('updated', row, caller.uuid, this.#publicUrl())], caller.trace);
      return presentMessage(messageNotice(row, OWN), composed.content);
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#db.write(async (tx) => {
      const message = await this.#visible(tx, caller, id, 'messages_write');
      const room = await findRoomInReach(tx, caller, message.roomUuid, 'messages_write');
      if (!room) throw new ApiError('messageNotFound');
      mayDelete(caller, message, room);
      await deleteMessage(tx, message.id);
      await this.#log.append(tx, [messageEvent('deleted', message, caller.uuid, this.#publicUrl())], caller.trace);
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
    return presentMessage(messageNotice(row, OWN), openContent(this.#vault, row));
  }
}

const MOST_DIRECT = 1000;
/** Spec 3.4 */
const MOST_EDITS = 10;
/** Addresses without a host: the route knows by which one the client has called. */
const OWN = '';

/** A message that can be written. */
interface Post {
  destination: Destination;
  draft: Draft;
  parentUuid: string | null;
  file: Upload | undefined;
}

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
