import type {
  IncomingMessage,
  IncomingWebhookCreate,
  IncomingWebhooksQuery,
  IncomingWebhookUpdate,
} from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid, publicId } from '../core/ids.ts';
import type { TraceContext } from '../core/trace.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, keyset, mapPage, type Page } from '../http/index.ts';
import { join, leave, mayChangeMembers, memberships, touched } from '../memberships/index.ts';
import type { MessageService } from '../messages/index.ts';
import { appKeys, createPerson, mustBeThere } from '../people/index.ts';
import { findRoomFor, findRoomInReach, touchRoom } from '../rooms/index.ts';
import { mayMake, mustBeWithinLimit } from './policy.ts';
import type { OpenIncomingWebhook } from './present.ts';
import {
  allOf,
  countOf,
  findOwn,
  findSender,
  insertIncomingWebhook,
  rename,
  selectNewest,
  type IncomingWebhookRow,
  type Sender,
} from './store.ts';
import { newToken, tokenHash } from './token.ts';

export interface IncomingWebhookParts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  messages: Pick<MessageService, 'post'>;
}

/**
 * Makes URLs that post into a room, and posts what is sent to them. Each has an app user of its own, which is a member of
 * the room like any other; the incoming webhook lasts as long as that membership, whoever ends it.
 */
export class IncomingWebhookService {
  readonly #parts: IncomingWebhookParts;

  constructor(parts: IncomingWebhookParts) {
    this.#parts = parts;
  }

  /** What the caller made. */
  async list(caller: Caller, { roomId, max, cursor }: IncomingWebhooksQuery): Promise<Page<OpenIncomingWebhook>> {
    const { reader } = this.#parts.db;
    const [before] = newestFirst.after(cursor) ?? [];
    let rows = selectNewest(reader, { creatorId: caller.personId, before, limit: max + 1 });
    if (roomId !== undefined) rows = rows.where('rooms.uuid', '=', bodyKey('ROOM', roomId));
    const page = newestFirst.page(await rows.execute(), max, ({ id }) => [id]);
    return mapPage(page, (row) => this.#open(row));
  }

  async get(caller: Caller, id: string): Promise<OpenIncomingWebhook> {
    return this.#open(await own(this.#parts.db.reader, caller, id));
  }

  async create(caller: Caller, { name, roomId }: IncomingWebhookCreate): Promise<OpenIncomingWebhook> {
    mayMake(caller);
    const { db, log, vault, clock } = this.#parts;
    const roomUuid = bodyKey('ROOM', roomId);
    return db.write(async (tx) => {
      await mustBeThere(tx, caller);
      const room = await findRoomInReach(tx, caller, roomUuid, 'memberships_write');
      if (!room?.isMember) throw new ApiError('roomNotFound');
      mayChangeMembers(room, 'an incoming webhook');
      mustBeWithinLimit(await countOf(tx, caller.personId));

      const now = clock.now();
      const appUser = appUserNamed(name, caller);
      const id = await createPerson(tx, { ...appUser, now });
      await touchRoom(tx, room.id, now);
      const { membership, events } = await join(
        tx,
        room,
        { ...appUser, id, orgUuid: caller.orgUuid },
        caller.uuid,
        now,
      );
      const uuid = newUuid();
      const { token, hash } = newToken();
      await insertIncomingWebhook(tx, {
        uuid,
        creatorId: caller.personId,
        membershipId: membership.id,
        tokenHash: hash,
        token: vault.sealAlone(sealContext(uuid), token),
        createdAt: now,
      });
      await log.append(tx, events, caller.trace);
      return this.#open(await own(tx, caller, uuid));
    });
  }

  async update(caller: Caller, id: string, { name }: IncomingWebhookUpdate): Promise<OpenIncomingWebhook> {
    const { db, clock } = this.#parts;
    return db.write(async (tx) => {
      const row = await own(tx, caller, id);
      await rename(tx, row, name, clock.now());
      return this.#open({ ...row, name });
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    mayMake(caller);
    await this.#parts.db.write(async (tx) => this.#end(tx, await own(tx, caller, id), caller));
  }

  /** All that somebody made who is about to be deleted. */
  async removeAllOf(tx: Writer, person: { id: number }, actor: Caller): Promise<void> {
    for (const row of await allOf(tx, person.id)) await this.#end(tx, row, actor);
  }

  /** The app user leaves, and takes the incoming webhook with it; what it has said stays. */
  async #end(tx: Writer, { personId, personUuid, roomUuid }: IncomingWebhookRow, actor: Caller): Promise<void> {
    const { log, clock } = this.#parts;
    // As the app user sees it: whoever made it may have left the room since.
    const room = (await findRoomFor(tx, personId, roomUuid)) ?? never();
    const member = (await memberships.find(tx, roomUuid, personUuid)) ?? never();
    const active = await touched(tx, room, clock.now());
    await log.append(tx, await leave(tx, active, member, actor.uuid), actor.trace);
  }

  /** Whom a token posts as. */
  async senderOf(token: string): Promise<Sender> {
    const hash = tokenHash(token);
    const sender = hash && (await findSender(this.#parts.db.reader, hash));
    if (!sender) throw new ApiError('webhookNotFound');
    return sender;
  }

  /** Under the rules that every member's messages are under. */
  async post({ roomUuid, ...appUser }: Sender, body: IncomingMessage, trace: TraceContext | undefined): Promise<void> {
    const caller: Caller = {
      ...appUser,
      roles: new Set(),
      scopes: new Set(),
      appKey: appKeys.appuser,
      tokenExpiresAt: null,
      ...(trace && { trace }),
    };
    await this.#parts.messages.post(caller, { ...body, roomId: publicId('ROOM', roomUuid) });
  }

  #open(row: IncomingWebhookRow): OpenIncomingWebhook {
    return { ...row, token: this.#parts.vault.openAlone(sealContext(row.uuid), row.token) };
  }
}

const newestFirst = keyset('incoming webhooks', 'number');

/** A sealed token opens only for the incoming webhook it belongs to. */
function sealContext(uuid: string): string {
  return `incoming webhook:${uuid}`;
}

/** The domain is that of bots: frameworks that keep to rooms of their own company let those in (section 13). */
function appUserNamed(displayName: string, { orgId }: Caller) {
  const uuid = newUuid();
  return { uuid, type: 'appuser', displayName, email: `incoming-${uuid}@webex.bot`, orgId } as const;
}

/** Nobody else's is there (ERR-5). */
async function own(reader: Reader, caller: Caller, id: string): Promise<IncomingWebhookRow> {
  const row = await findOwn(reader, caller.personId, id.toLowerCase());
  if (!row) throw new ApiError('webhookNotFound');
  return row;
}

function never(): never {
  throw new Error('An incoming webhook without its room or its member.');
}
