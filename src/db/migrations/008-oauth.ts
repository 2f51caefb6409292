import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function oauth(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `create table integrations (
    id integer primary key, "clientId" text not null unique,
    "ownerId" integer not null references people (id) on delete cascade,
    name text not null, description text, "redirectUris" text not null, scopes text not null,
    "secretHash" blob not null, "createdAt" integer not null, "modifiedAt" integer not null)`,
  `create index integrations_by_owner on integrations ("ownerId", id)`,

  `create table grants (
    id integer primary key, uuid text not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    scopes text not null, "refreshHash" blob not null unique, "refreshExpiresAt" integer not null,
    "createdAt" integer not null)`,
  `create index grants_by_person on grants ("personId", id)`,
  `create index grants_by_integration on grants ("integrationId", "personId", id)`,
  `create index grants_by_end on grants ("refreshExpiresAt")`,

  `alter table tokens add column "grantId" integer references grants (id) on delete cascade`,
  `alter table tokens add column name text`,
  `create index tokens_by_grant on tokens ("grantId", id) where "grantId" is not null`,
  `create index tokens_by_end on tokens ("expiresAt") where "expiresAt" is not null`,

  // A code that was used stays until it ends, so that using it again is noticed.
  `create table "authorizationCodes" (
    id integer primary key, hash blob not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer not null references people (id) on delete cascade,
    scopes text not null, "redirectUri" text not null, challenge text,
    "grantId" integer references grants (id) on delete cascade, "expiresAt" integer not null)`,
  `create index codes_by_integration on "authorizationCodes" ("integrationId")`,
  `create index codes_by_person on "authorizationCodes" ("personId")`,
  `create index codes_by_grant on "authorizationCodes" ("grantId")`,
  `create index codes_by_end on "authorizationCodes" ("expiresAt")`,

  `create table "deviceCodes" (
    id integer primary key, hash blob not null unique, "userCodeHash" blob not null unique,
    "integrationId" integer not null references integrations (id) on delete cascade,
    "personId" integer references people (id) on delete cascade,
    scopes text not null, state text not null, "intervalMs" integer not null, "polledAt" integer,
    "expiresAt" integer not null)`,
  `create index device_codes_by_integration on "deviceCodes" ("integrationId")`,
  `create index device_codes_by_person on "deviceCodes" ("personId")`,
  `create index device_codes_by_end on "deviceCodes" ("expiresAt")`,

  `create table "guestIssuers" (
    id integer primary key, "orgId" integer not null unique references organizations (id),
    "ownerId" integer not null references people (id) on delete cascade,
    secret blob not null, "createdAt" integer not null)`,
  `create index guest_issuers_by_owner on "guestIssuers" ("ownerId", id)`,
];
