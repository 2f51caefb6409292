import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function attachmentActions(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `alter table messages add column "hasAttachments" integer not null default 0`,

  `create table "attachmentActions" (
    id integer primary key, uuid text not null unique,
    "messageId" integer not null references messages (id) on delete cascade,
    "personId" integer not null references people (id),
    inputs blob not null, "createdAt" integer not null)`,
  `create index actions_by_message on "attachmentActions" ("messageId")`,
];
