import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function files(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `alter table messages add column "fileCount" integer not null default 0`,
  `alter table messages add column "updatedAt" integer`,
  `alter table messages add column edits integer not null default 0`,

  // A message that goes leaves the row behind: it says which content is to be removed.
  `create table files (
    id integer primary key, uuid text not null unique,
    "messageId" integer references messages (id) on delete set null, position integer not null,
    size integer not null, sealed blob, "createdAt" integer not null,
    unique ("messageId", position))`,
];
