import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function teams(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `alter table rooms add column "teamId" integer references rooms (id)`,
  `alter table rooms add column "archivedAt" integer`,
  `create index rooms_by_team on rooms ("teamId") where "teamId" is not null`,
  `create index rooms_made_public on rooms ("ownerOrgId", "madePublicAt", id)
    where "madePublicAt" is not null and "archivedAt" is null`,
  `create index memberships_by_room on memberships ("roomId", id)`,

  `create table "roomTabs" (
    id integer primary key, uuid text not null unique,
    "roomId" integer not null references rooms (id) on delete cascade,
    "creatorId" integer not null references people (id),
    "displayName" text not null, "contentUrl" text not null, "createdAt" integer not null)`,
  `create index tabs_by_room on "roomTabs" ("roomId", id)`,
];
