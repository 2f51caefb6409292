CREATE TABLE "attachmentActions" (
    id integer primary key, uuid text not null unique,
    "messageId" integer not null references messages (id) on delete cascade,
    "personId" integer not null references people (id),
    inputs blob not null, "createdAt" integer not null);

CREATE TABLE attempts (
    "deliveryId" integer not null references deliveries (id) on delete cascade, number integer not null,
    "startedAt" integer not null, "durationMs" integer not null, status integer, error text, exchange text,
    primary key ("deliveryId", number)) without rowid;

CREATE TABLE "authorizationCodes" (
    id integer primary key, hash blob not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    scopes text not null, "redirectUri" text not null, challenge text,
    "grantId" integer references grants (id) on delete cascade, "expiresAt" integer not null);

CREATE TABLE deliveries (
    id integer primary key,
    "eventId" integer not null, "webhookId" integer not null,
    state text not null, reason text, attempts integer not null, "dueAt" integer, "lastStatus" integer, "lastAttemptAt" integer, "lastDurationMs" integer, "createdAt" integer not null, untried integer not null default 0, "roomUuid" text, revision integer, "replayId" integer, "attemptsBefore" integer not null default 0, exchange text, change integer not null default 0,
    unique ("eventId", "webhookId"));

CREATE TABLE "deviceCodes" (
    id integer primary key, hash blob not null unique, "userCodeHash" blob not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer references people (id) on delete cascade,
    scopes text not null, state text not null, "intervalMs" integer not null, "polledAt" integer,
    "expiresAt" integer not null);

CREATE TABLE devices (
    id integer primary key autoincrement, uuid text not null unique,
    "personId" integer not null references people (id) on delete cascade,
    about text not null, position integer not null, "lifetimeMs" integer not null, "seenAt" integer not null,
    "createdAt" integer not null, "modifiedAt" integer not null);

CREATE TABLE events (
    id integer primary key autoincrement, uuid text not null unique,
    resource text not null, event text not null, "actorUuid" text not null, "roomUuid" text not null,
    "orgUuid" text not null, facts text not null, data text not null, "createdAt" integer not null);

CREATE TABLE files (
    id integer primary key, uuid text not null unique,
    "messageId" integer references messages (id) on delete set null, position integer not null,
    size integer not null, sealed blob, "createdAt" integer not null,
    unique ("messageId", position));

CREATE TABLE "formerWebhooks" (
    "webhookId" integer not null references webhooks (id) on delete cascade, revision integer not null,
    name text not null, "targetUrl" text not null,
    primary key ("webhookId", revision)) without rowid;

CREATE TABLE grants (
    id integer primary key, uuid text not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    scopes text not null, "refreshHash" blob not null unique, "refreshExpiresAt" integer not null,
    "createdAt" integer not null);

CREATE TABLE "guestIssuers" (
    id integer primary key, "orgId" integer not null unique references organizations (id),
    "ownerId" integer not null references people (id) on delete cascade,
    secret blob not null, "createdAt" integer not null);

CREATE TABLE "incomingWebhooks" (
    id integer primary key, uuid text not null unique,
    "creatorId" integer not null references people (id) on delete cascade,
    "membershipId" integer not null unique references memberships (id) on delete cascade,
    "tokenHash" blob not null unique, token blob not null, "createdAt" integer not null);

CREATE TABLE integrations (
    id integer primary key, "clientId" text not null unique,
    "ownerId" integer not null references people (id) on delete cascade,
    name text not null, description text, "redirectUris" text not null, scopes text not null,
    "secretHash" blob not null, "createdAt" integer not null, "modifiedAt" integer not null);

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
    "createdAt" integer not null, "fileCount" integer not null default 0, "updatedAt" integer, edits integer not null default 0, "hasAttachments" integer not null default 0);

CREATE TABLE migrations (id integer primary key, name text not null, breaking integer not null);

CREATE TABLE organizations (
    id integer primary key, uuid text not null unique, "displayName" text not null, "createdAt" integer not null);

CREATE TABLE people (
    id integer primary key, uuid text not null unique,
    "orgId" integer not null references organizations (id),
    type text not null, email text not null unique, "displayName" text not null,
    "firstName" text, "lastName" text, "nickName" text, avatar text,
    roles text not null, "createdAt" integer not null, "modifiedAt" integer not null, profile text not null default '{}', "locationId" text, licenses text not null default 'messaging advancedMessaging', "loginEnabled" integer not null default 1, "lastActivityAt" integer, "deletedAt" integer, "formerEmail" text);

CREATE TABLE replays (
    id integer primary key autoincrement, uuid text not null unique,
    "webhookId" integer not null references webhooks (id) on delete cascade,
    "creatorId" integer not null references people (id) on delete cascade,
    kind text not null, state text not null, "fromEvent" integer not null, "untilEvent" integer not null,
    filter text, position integer not null, pace integer not null,
    total integer, replayed integer not null, delivered integer not null, failed integer not null,
    "createdAt" integer not null, "updatedAt" integer not null);

CREATE TABLE "roomTabs" (
    id integer primary key, uuid text not null unique,
    "roomId" integer not null references rooms (id) on delete cascade,
    "creatorId" integer not null references people (id),
    "displayName" text not null, "contentUrl" text not null, "createdAt" integer not null);

CREATE TABLE rooms (
    id integer primary key, uuid text not null unique, type text not null, title text not null, description text,
    "creatorId" integer not null references people (id), "ownerOrgId" integer not null references organizations (id),
    "isLocked" integer not null, "isAnnouncementOnly" integer not null, "isReadOnly" integer not null,
    "isPublic" integer not null, "madePublicAt" integer,
    "lastActivityAt" integer not null, "createdAt" integer not null, "wrappedKey" blob not null, "teamId" integer references rooms (id), "archivedAt" integer);

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE tokens (
    id integer primary key, hash blob not null unique,
    "personId" integer not null references people (id) on delete cascade,
    "appKey" text not null, scopes text not null, "createdAt" integer not null, "expiresAt" integer, "grantId" integer references grants (id) on delete cascade, name text);

CREATE TABLE webhooks (
    id integer primary key autoincrement, uuid text not null unique,
    "ownerId" integer not null references people (id) on delete cascade,
    "appKey" text not null, name text not null, "targetUrl" text not null,
    resource text not null, event text not null, filter text, secret blob,
    status text not null, "ownedBy" text not null, "createdAt" integer not null, ordering text not null default 'none', revision integer not null default 1, "disabledAt" integer, "disabledReason" text, "disabledAfter" integer, "enabledAt" integer, "previousSecret" blob, "previousSecretUntil" integer);

CREATE TABLE "worldEntries" (key text primary key, declaration text not null);

CREATE INDEX actions_by_message on "attachmentActions" ("messageId");

CREATE INDEX attempts_by_time on attempts ("startedAt");

CREATE INDEX codes_by_end on "authorizationCodes" ("expiresAt");

CREATE INDEX codes_by_grant on "authorizationCodes" ("grantId");

CREATE INDEX codes_by_integration on "authorizationCodes" ("integrationId");

CREATE INDEX codes_by_person on "authorizationCodes" ("personId");

CREATE INDEX deliveries_behind_a_room on deliveries ("webhookId", "roomUuid", "eventId")
    where state = 'waiting' and "dueAt" is null;

CREATE INDEX deliveries_by_change on deliveries (change);

CREATE INDEX deliveries_by_webhook on deliveries ("webhookId", "eventId");

CREATE INDEX deliveries_due on deliveries ("webhookId", "dueAt", "eventId")
    where state = 'waiting' and untried = 0 and "dueAt" is not null;

CREATE INDEX deliveries_given_up on deliveries ("webhookId", "eventId") where state in ('failed', 'dropped');

CREATE INDEX deliveries_of_replay on deliveries ("replayId") where state = 'waiting' and "replayId" is not null;

CREATE INDEX deliveries_undelivered on deliveries ("webhookId", "eventId") where state <> 'delivered';

CREATE INDEX deliveries_untried on deliveries ("webhookId", "eventId")
    where state = 'waiting' and untried = 1 and "dueAt" is not null;

CREATE INDEX deliveries_with_exchange on deliveries ("lastAttemptAt") where exchange is not null;

CREATE INDEX device_codes_by_end on "deviceCodes" ("expiresAt");

CREATE INDEX device_codes_by_integration on "deviceCodes" ("integrationId");

CREATE INDEX device_codes_by_person on "deviceCodes" ("personId");

CREATE INDEX devices_by_person on devices ("personId", "seenAt");

CREATE INDEX events_by_time on events ("createdAt");

CREATE INDEX events_of_messages on events (substr(data, 40, 48)) where resource = 'messages';

CREATE INDEX grants_by_end on grants ("refreshExpiresAt");

CREATE INDEX grants_by_integration on grants ("integrationId", "personId", id);

CREATE INDEX grants_by_person on grants ("personId", id);

CREATE INDEX guest_issuers_by_owner on "guestIssuers" ("ownerId", id);

CREATE INDEX incoming_webhooks_by_creator on "incomingWebhooks" ("creatorId", id);

CREATE INDEX integrations_by_owner on integrations ("ownerId", id);

CREATE INDEX memberships_by_person on memberships ("personId", "roomId");

CREATE INDEX memberships_by_room on memberships ("roomId", id);

CREATE INDEX memberships_of_person on memberships ("personId", id);

CREATE INDEX mentions_by_message on "messageMentions" ("messageId");

CREATE INDEX mentions_by_room on "messageMentions" ("roomId", "personId", "createdAt", "messageId");

CREATE INDEX messages_by_parent on messages ("roomId", "parentUuid", "createdAt", id) where "parentUuid" is not null;

CREATE INDEX messages_by_room on messages ("roomId", "createdAt", id);

CREATE INDEX people_by_name on people ("orgId", "displayName");

CREATE INDEX replays_by_webhook on replays ("webhookId", id);

CREATE UNIQUE INDEX replays_open on replays ("webhookId") where state in ('running', 'paused');

CREATE INDEX rooms_by_team on rooms ("teamId") where "teamId" is not null;

CREATE INDEX rooms_made_public on rooms ("ownerOrgId", "madePublicAt", id)
    where "madePublicAt" is not null and "archivedAt" is null;

CREATE INDEX tabs_by_room on "roomTabs" ("roomId", id);

CREATE INDEX tokens_by_end on tokens ("expiresAt") where "expiresAt" is not null;

CREATE INDEX tokens_by_grant on tokens ("grantId", id) where "grantId" is not null;

CREATE INDEX tokens_by_person on tokens ("personId");

CREATE INDEX webhooks_by_owner on webhooks ("ownerId", id);

CREATE INDEX webhooks_of_organizations on webhooks (resource) where "ownedBy" = 'org';
