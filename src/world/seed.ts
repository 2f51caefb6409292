import type { Vault } from '../core/vault.ts';
import type { Database, Reader } from '../db/index.ts';
import { entries, type Context } from './bringing.ts';
import { seedClients } from './clients.ts';
import { seedMessages } from './messages.ts';
import { seedOrganizations, seedPeople, type Account } from './people.ts';
import { seedRooms } from './rooms.ts';
import type { World } from './schema.ts';
import type { TokenSeed } from './token-seed.ts';
import { seedWebhooks } from './webhooks.ts';

export interface Seeding {
  db: Database;
  vault: Vault;
  seed: TokenSeed;
  /** ms */
  now: number;
  /** As it is called in complaints. */
  worldName: string;
}

/**
 * Brings a world into the store, all of it or nothing, without a single event. Each thing is brought in when it is
 * declared for the first time or declared anew: what was changed or deleted since stays changed or deleted. Ids follow
 * from names, so they are the same on every machine. Throws `WorldError`.
 */
export async function seedWorld(world: World, { db, vault, seed, now, worldName }: Seeding): Promise<Account[]> {
  return db.write(async (tx) => {
    const context: Context = { tx, vault, now, worldName, brought: await entries(tx) };
    const organizations = await seedOrganizations(context, world);
    const accounts = await seedPeople(context, world, organizations, seed);
    await seedRooms(context, world);
    await seedMessages(context, world);
    await seedWebhooks(context, world);
    await seedClients(context, world);
    return accounts;
  });
}

/** Whether a development world was ever brought into this store: tokens of it may be known to anybody. */
export async function hasWorld(reader: Reader): Promise<boolean> {
  return (await reader.query.selectFrom('worldEntries').select('key').limit(1).executeTakeFirst()) !== undefined;
}
