import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { systemClock } from '../src/core/clock.ts';
import type { LoggedEvent } from '../src/core/events.ts';
import { newMasterKey, Vault } from '../src/core/vault.ts';
import { openSqlite } from '../src/db/index.ts';
import { Matcher } from '../src/delivery/matcher.ts';
import { RoomMembers } from '../src/delivery/room-members.ts';
import { SqliteEventLog } from '../src/eventlog/index.ts';
import { WebhookRegistry } from '../src/webhooks/index.ts';

const WEBHOOKS_ELSEWHERE = 100_000;
const ROOMS_ELSEWHERE = 10_000;
const MEMBERS = 20;
const EVENTS = 50_000;

export interface Matching {
  /** Microseconds of CPU for an event, with no other webhooks registered and with so many in other rooms. */
  alone: number;
  crowded: number;
}

/** What matching an event of one room costs while 100,000 webhooks belong to other rooms and their members. */
export async function matching(folder: string): Promise<Matching> {
  await mkdir(folder, { recursive: true });
  const db = await openSqlite({ file: path.join(folder, 'matcher.db'), durability: 'off' });
  const log = await SqliteEventLog.open(db, systemClock);
  const registry = new WebhookRegistry(new Vault([newMasterKey()]));
  const matcher = new Matcher(registry, new RoomMembers(db.reader, log), {
    allReachesBots: true,
    allowMessagesUpdated: true,
  });
  const members = Array.from({ length: MEMBERS }, () => randomUUID());
  const room = randomUUID();
  await fillRoom(db, room, members);
  // One webhook in ten of the room itself wants the event.
  for (const [at, ownerUuid] of members.entries()) put(registry, at + 1, ownerUuid, at < 2 ? undefined : randomUUID());
  const event = {
    seq: 1,
    resource: 'messages',
    event: 'created',
    roomUuid: room,
    orgUuid: 'org',
    createdAt: 1,
  } as const;
  const message: LoggedEvent = {
    ...event,
    uuid: randomUUID(),
    actorUuid: members[0] ?? '',
    facts: { roomType: 'group', personUuid: members[0] ?? '', personEmail: 'a@acme.example' },
    dataJson: '{}',
  };
  const alone = await cost(matcher, message);
  const strangers = Array.from({ length: ROOMS_ELSEWHERE }, () => randomUUID());
  for (let at = 0; at < WEBHOOKS_ELSEWHERE; at++) {
    const pinned = at % 2 === 0 ? strangers[at % ROOMS_ELSEWHERE] : undefined;
    put(registry, MEMBERS + 1 + at, strangers[at % ROOMS_ELSEWHERE] ?? '', pinned);
  }
  const crowded = await cost(matcher, message);
  await db.close();
  await rm(folder, { recursive: true, force: true });
  return { alone, crowded };
}

async function cost(matcher: Matcher, event: LoggedEvent): Promise<number> {
  for (let at = 0; at < EVENTS / 10; at++) await matcher.match(event);
  const before = process.cpuUsage();
  for (let at = 0; at < EVENTS; at++) await matcher.match(event);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / EVENTS;
}

/** `roomUuid`: the room that its filter pins. */
function put(registry: WebhookRegistry, id: number, ownerUuid: string, roomUuid: string | undefined): void {
  registry.put({
    id,
    uuid: randomUUID(),
    ownerId: id,
    ownerUuid,
    ownerType: 'person',
    orgUuid: 'another org',
    ownedBy: 'creator',
    name: 'w',
    targetUrl: 'http://127.0.0.1/',
    resource: 'messages',
    event: 'created',
    filter: roomUuid === undefined ? [] : [{ key: 'roomId', uuid: roomUuid, text: `roomId=${roomUuid}` }],
    status: 'active',
    ordering: 'none',
    revision: 1,
    previousSecretUntil: null,
    disabledAt: null,
    disabledReason: null,
    disabledAfter: null,
    enabledAt: null,
    appKey: 'C',
    createdAt: 0,
  });
}

async function fillRoom(
  db: Awaited<ReturnType<typeof openSqlite>>,
  roomUuid: string,
  members: string[],
): Promise<void> {
  await db.write(async ({ query }) => {
    const org = { uuid: 'org', displayName: 'Acme', createdAt: 0 };
    const { id: orgId } = await query.insertInto('organizations').values(org).returning('id').executeTakeFirstOrThrow();
    const people = members.map((uuid, at) => ({
      uuid,
      orgId,
      type: 'person' as const,
      email: `${at}@acme.example`,
      displayName: `${at}`,
      roles: '',
      createdAt: 0,
      modifiedAt: 0,
    }));
    const ids = await query.insertInto('people').values(people).returning('id').execute();
    const { id: roomId } = await query
      .insertInto('rooms')
      .values({
        uuid: roomUuid,
        type: 'group',
        title: 'Room',
        creatorId: ids[0]?.id ?? 0,
        ownerOrgId: orgId,
        isLocked: 0,
        isAnnouncementOnly: 0,
        isReadOnly: 0,
        isPublic: 0,
        lastActivityAt: 0,
        createdAt: 0,
        wrappedKey: new Uint8Array(1),
      })
      .returning('id')
      .executeTakeFirstOrThrow();
    const rows = ids.map(
      ({ id: personId }) => ({ roomId, personId, isModerator: 0, isRoomHidden: 0, createdAt: 0 }) as const,
    );
    await query.insertInto('memberships').values(rows).execute();
  });
}
