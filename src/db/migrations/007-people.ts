import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function people(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `alter table people add column profile text not null default '{}'`,
  `alter table people add column "locationId" text`,
  `alter table people add column licenses text not null default 'messaging advancedMessaging'`,
  `alter table people add column "loginEnabled" integer not null default 1`,
  `alter table people add column "lastActivityAt" integer`,
  // Whoever is deleted stays as the author of what they wrote: `email` is free again, `formerEmail` is what is shown.
  `alter table people add column "deletedAt" integer`,
  `alter table people add column "formerEmail" text`,
];
