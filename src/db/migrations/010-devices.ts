import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function devices(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  // Never gives the key of a device that is gone to another one: its place may still be on its way to the disk.
  `create table devices (
    id integer primary key autoincrement, uuid text not null unique,
    "personId" integer not null references people (id) on delete cascade,
    about text not null, position integer not null, "lifetimeMs" integer not null, "seenAt" integer not null,
    "createdAt" integer not null, "modifiedAt" integer not null)`,
  `create index devices_by_person on devices ("personId", "seenAt")`,
];
