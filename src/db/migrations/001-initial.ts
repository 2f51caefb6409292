import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function initial(tx: Transaction<Schema>): Promise<void> {
  for (const text of tables) await sql.raw(text).execute(tx);
}

/** Plain SQL that SQLite reads; what another engine words differently is that engine's to translate. */
const tables = [
  `create table organizations (
    id integer primary key, uuid text not null unique, "displayName" text not null, "createdAt" integer not null)`,

  `create table people (
    id integer primary key, uuid text not null unique,
    "orgId" integer not null references organizations (id),
    type text not null, email text not null unique, "displayName" text not null,
    "firstName" text, "lastName" text, "nickName" text, avatar text,
    roles text not null, "createdAt" integer not null, "modifiedAt" integer not null)`,
  `create index people_by_name on people ("orgId", "displayName")`,

  `create table tokens (
    id integer primary key, hash blob not null unique,
    "personId" integer not null references people (id) on delete cascade,
    "appKey" text not null, scopes text not null, "createdAt" integer not null, "expiresAt" integer)`,
  `create index tokens_by_person on tokens ("personId")`,

  `create table rooms (
    id integer primary key, uuid text not null unique, type text not null, title text not null, description text,
    "creatorId" integer not null references people (id), "ownerOrgId" integer not null references organizations (id),
    "isLocked" integer not null, "isAnnouncementOnly" integer not null, "isReadOnly" integer not null,
    "isPublic" integer not null, "madePublicAt" integer,
    "lastActivityAt" integer not null, "createdAt" integer not null, "wrappedKey" blob not null)`,

  `create table memberships (
    id integer primary key,
    "roomId" integer not null references rooms (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    "isModerator" integer not null, "isRoomHidden" integer not null, "createdAt" integer not null,
    unique ("roomId", "personId"))`,
  `create index memberships_by_person on memberships ("personId", "roomId")`,

  `create table messages (
    id integer primary key, uuid text not null unique,
    "roomId" integer not null references rooms (id) on delete cascade,
    "personId" integer not null references people (id),
    "parentUuid" text, content blob not null, "mentionedPeople" text, "mentionsAll" integer not null,
    "createdAt" integer not null)`,
  `create index messages_by_room on messages ("roomId", "createdAt", id)`,
  `create index messages_by_parent on messages ("parentUuid", "createdAt", id) where "parentUuid" is not null`,

  `create table "messageMentions" (
    "messageId" integer not null references messages (id) on delete cascade,
    "roomId" integer not null, "personId" integer, "createdAt" integer not null)`,
  `create index mentions_by_room on "messageMentions" ("roomId", "personId", "createdAt", "messageId")`,
  `create index mentions_by_message on "messageMentions" ("messageId")`,

  // Never gives a deleted webhook's key to another one: deliveries may still name it.
  `create table webhooks (
    id integer primary key autoincrement, uuid text not null unique,
    "ownerId" integer not null references people (id) on delete cascade,
    "appKey" text not null, name text not null, "targetUrl" text not null,
    resource text not null, event text not null, filter text, secret blob,
    status text not null, "ownedBy" text not null, "createdAt" integer not null)`,
  `create index webhooks_by_owner on webhooks ("ownerId", id)`,
  `create index webhooks_of_organizations on webhooks (resource) where "ownedBy" = 'org'`,

  `create table events (
    id integer primary key autoincrement, uuid text not null unique,
    resource text not null, event text not null, "actorUuid" text not null, "roomUuid" text not null,
    "orgUuid" text not null, facts text not null, data text not null, "createdAt" integer not null)`,

  `create table "logPositions" (consumer text primary key, position integer not null)`,

  `create table deliveries (
    id integer primary key,
    "eventId" integer not null, "webhookId" integer not null,
    state text not null, reason text, attempts integer not null, "dueAt" integer, body text,
    "lastStatus" integer, "lastAttemptAt" integer, "lastDurationMs" integer, "createdAt" integer not null,
    unique ("eventId", "webhookId"))`,
  `create index deliveries_waiting on deliveries ("webhookId", "dueAt", id) where state = 'waiting'`,
  `create index deliveries_by_webhook on deliveries ("webhookId", id)`,

  `create table attempts (
    "deliveryId" integer not null references deliveries (id) on delete cascade, number integer not null,
    "startedAt" integer not null, "durationMs" integer not null, status integer, error text, "responseBody" blob,
    primary key ("deliveryId", number)) without rowid`,
];
