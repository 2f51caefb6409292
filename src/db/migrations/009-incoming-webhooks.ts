import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function incomingWebhooks(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `create table "incomingWebhooks" (
    id integer primary key, uuid text not null unique,
    "creatorId" integer not null references people (id) on delete cascade,
    "membershipId" integer not null unique references memberships (id) on delete cascade,
    "tokenHash" blob not null unique, token blob not null, "createdAt" integer not null)`,
  `create index incoming_webhooks_by_creator on "incomingWebhooks" ("creatorId", id)`,
];
