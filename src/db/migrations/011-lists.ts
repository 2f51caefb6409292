import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Lists are read from an index in the order that they are shown in. */
export async function lists(tx: Transaction<Schema>): Promise<void> {
  for (const text of statements) await sql.raw(text).execute(tx);
}

const statements = [
  `create index memberships_of_person on memberships ("personId", id)`,
  `drop index messages_by_parent`,
  `create index messages_by_parent on messages ("roomId", "parentUuid", "createdAt", id) where "parentUuid" is not null`,
];
