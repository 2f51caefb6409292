CREATE TABLE attempts (
    "deliveryId" integer not null references deliveries (id) on delete cascade, number integer not null,
    "startedAt" integer not null, "durationMs" integer not null, status integer, error text, "responseBody" blob,
    primary key ("deliveryId", number)) without rowid;

CREATE TABLE deliveries (
    id integer primary key,
    "eventId" integer not null, "webhookId" integer not null,
    state text not null, reason text, attempts integer not null, "dueAt" integer, body text,
    "lastStatus" integer, "lastAttemptAt" integer, "lastDurationMs" integer, "createdAt" integer not null,
    unique ("eventId", "webhookId"));

CREATE TABLE events (
    id integer primary key autoincrement, uuid text not null unique,
    resource text not null, event text not null, "actorUuid" text not null, "roomUuid" text not null,
    "orgUuid" text not null, facts text not null, data text not null, "createdAt" integer not null);

CREATE TABLE "logPositions" (consumer text primary key, position integer not null);

CREATE TABLE memberships (
    id integer primary key,
    "roomId" integer not null references rooms (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    "isModerator" integer not null, "isRoomHidden" integer not null, "createdAt" integer not null,
    unique ("roomId", "personId"));

CREATE TABLE "messageMentions" (
    "messageId" integer not null references messages (id) on delete cascade,
    "roomId" integer not null, "personId" integer, "createdAt" integer not null);

CREATE TABLE messages (
    id integer primary key, uuid text not null unique,
    "roomId" integer not null references rooms (id) on delete cascade,
    "personId" integer not null references people (id),
    "parentUuid" text, content blob not null, "mentionedPeople" text, "mentionsAll" integer not null,
    "createdAt" integer not null);

CREATE TABLE migrations (id integer primary key, name text not null, breaking integer not null);

CREATE TABLE organizations (
    id integer primary key, uuid text not null unique, "displayName" text not null, "createdAt" integer not null);

CREATE TABLE people (
    id integer primary key, uuid text not null unique,
    "orgId" integer not null references organizations (id),
    type text not null, email text not null unique, "displayName" text not null,
    "firstName" text, "lastName" text, "nickName" text, avatar text,
    roles text not null, "createdAt" integer not null, "modifiedAt" integer not null);

CREATE TABLE rooms (
    id integer primary key, uuid text not null unique, type text not null, title text not null, description text,
    "creatorId" integer not null references people (id), "ownerOrgId" integer not null references organizations (id),
    "isLocked" integer not null, "isAnnouncementOnly" integer not null, "isReadOnly" integer not null,
    "isPublic" integer not null, "madePublicAt" integer,
    "lastActivityAt" integer not null, "createdAt" integer not null, "wrappedKey" blob not null);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE tokens (
    id integer primary key, hash blob not null unique,
    "personId" integer not null references people (id) on delete cascade,
    "appKey" text not null, scopes text not null, "createdAt" integer not null, "expiresAt" integer);

CREATE TABLE webhooks (
    id integer primary key autoincrement, uuid text not null unique,
    "ownerId" integer not null references people (id) on delete cascade,
    "appKey" text not null, name text not null, "targetUrl" text not null,
    resource text not null, event text not null, filter text, secret blob,
    status text not null, "ownedBy" text not null, "createdAt" integer not null);

CREATE TABLE "worldEntries" (key text primary key, declaration text not null);

CREATE INDEX deliveries_by_webhook on deliveries ("webhookId", id);

CREATE INDEX deliveries_waiting on deliveries ("webhookId", "dueAt", id) where state = 'waiting';

CREATE INDEX memberships_by_person on memberships ("personId", "roomId");

CREATE INDEX mentions_by_message on "messageMentions" ("messageId");

CREATE INDEX mentions_by_room on "messageMentions" ("roomId", "personId", "createdAt", "messageId");

CREATE INDEX messages_by_parent on messages ("parentUuid", "createdAt", id) where "parentUuid" is not null;

CREATE INDEX messages_by_room on messages ("roomId", "createdAt", id);

CREATE INDEX people_by_name on people ("orgId", "displayName");

CREATE INDEX tokens_by_person on tokens ("personId");

CREATE INDEX webhooks_by_owner on webhooks ("ownerId", id);

CREATE INDEX webhooks_of_organizations on webhooks (resource) where "ownedBy" = 'org';
