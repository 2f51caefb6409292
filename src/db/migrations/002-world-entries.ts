import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

export async function worldEntries(tx: Transaction<Schema>): Promise<void> {
  await sql`create table "worldEntries" (key text primary key, declaration text not null)`.execute(tx);
}
