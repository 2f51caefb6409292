import { DatabaseSync } from 'node:sqlite';

/** What is put into a store. Its keys begin at a million, so that it does not meet what is there. */
export interface Waiting {
  /** Each with one member, who owns as many webhooks as the others. */
  rooms: number;
  /** Where the webhooks' notices go, one for each webhook. */
  targets: readonly string[];
  /** Those about a room's event go to all webhooks of its member. */
  deliveries: number;
  now: number;
}

const FIRST = 1_000_000;
const HOUR_MS = 3_600_000;

/**
 * Puts people, rooms, webhooks, settled events and deliveries that wait into a store that is closed. Of four deliveries two
 * were never tried, one is due again now and one within the next hour.
 */
export function addWaiting(file: string, waiting: Waiting): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA synchronous = OFF; BEGIN');
  addWebhooks(db, waiting);
  if (waiting.deliveries > 0) addDeliveries(db, waiting);
  db.exec('COMMIT');
  db.close();
}

function addWebhooks(db: DatabaseSync, { rooms, targets, now }: Waiting): void {
  const since = now - 2 * HOUR_MS;
  db.exec(`
    insert into organizations values (${FIRST}, 'waiting', 'Waiting', ${since});
    ${upTo(rooms)} insert into people
      (id, uuid, "orgId", type, email, "displayName", roles, "createdAt", "modifiedAt")
      select ${FIRST} + i, ${uuid(1, 'i')}, ${FIRST}, 'person', 'waiting' || i || '@acme.example', 'Waiting', '', ${since}, ${since}
      from n;
    ${upTo(rooms)} insert into rooms
      (id, uuid, type, title, description, "creatorId", "ownerOrgId", "isLocked", "isAnnouncementOnly", "isReadOnly",
        "isPublic", "madePublicAt", "lastActivityAt", "createdAt", "wrappedKey")
      select ${FIRST} + i, ${uuid(2, 'i')}, 'group', 'Waiting', null, ${FIRST} + i, ${FIRST}, 0, 0, 0, 0, null, ${since}, ${since}, x''
      from n;
    ${upTo(rooms)} insert into memberships select ${FIRST} + i, ${FIRST} + i, ${FIRST} + i, 0, 0, ${since} from n;`);
  const insert = db.prepare(`
    insert into webhooks
      (id, uuid, "ownerId", "appKey", name, "targetUrl", resource, event, status, "ownedBy", "createdAt")
      values (?, ?, ?, 'waiting', 'waiting', ?, 'messages', 'created', 'active', 'creator', ?)`);
  for (const [at, target] of targets.entries()) {
    insert.run(FIRST + at, `waiting ${at}`, FIRST + Math.floor((at * rooms) / targets.length), target, since);
  }
}

function addDeliveries(db: DatabaseSync, { rooms, targets, deliveries, now }: Waiting): void {
  const since = now - HOUR_MS;
  const each = targets.length / rooms;
  const data = JSON.stringify({ id: 'm'.repeat(79), roomId: 'r'.repeat(76), personEmail: 'bob@acme.example' });
  const facts = JSON.stringify({ roomType: 'group', personUuid: 'bob', personEmail: 'bob@acme.example' });
  db.exec(`
    ${upTo(deliveries / each)} insert into events
      (id, uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
      select ${FIRST} + i, ${uuid(3, 'i')}, 'messages', 'created', ${uuid(1, 'i')}, ${uuid(2, `i % ${rooms}`)}, 'waiting',
        '${facts}', '${data}', ${since}
      from n;
    ${upTo(deliveries)} insert into deliveries
      ("eventId", "webhookId", state, untried, reason, attempts, "dueAt", revision, change, "createdAt")
      select ${FIRST} + event, ${FIRST} + event % ${rooms} * ${each} + i % ${each}, 'waiting', kind < 2, 'It waits.',
        case when kind < 2 then 0 else 2 end, ${now} + case when kind = 3 then i % 36000 * 100 else 0 end,
        case when kind < 2 then null else 1 end, i, ${since}
      from (select i, event, event / ${rooms} % 4 as kind from (select i, i / ${each} as event from n));
    insert into "logPositions" values ('delivery', (select max(id) from events))
      on conflict do update set position = excluded.position;`);
}

function upTo(count: number): string {
  return `with recursive n (i) as (select 0 union all select i + 1 from n where i < ${count} - 1)`;
}

function uuid(kind: number, i: string): string {
  return `printf('%08x-0000-7000-8000-%012x', ${kind}, ${i})`;
}
