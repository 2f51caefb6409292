import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { Vault } from '../core/vault.ts';
import { openSqlite, type Database } from '../db/index.ts';
import { SqliteEventLog, type EventLog } from '../eventlog/index.ts';
import { WebhookRegistry } from '../webhooks/index.ts';
import type { AppOptions } from './options.ts';

/** What nearly every part stands on. */
export interface Foundation {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
}

/** Opens the store, which brings its migrations, and loads what is kept in memory of it. */
export async function openFoundation(
  { store, masterKeys, logger }: AppOptions,
  clock: Clock,
  wrapStore: (db: Database) => Database,
): Promise<Foundation> {
  const db = wrapStore(await openSqlite(store, clock));
  db.onOutage((outage) => {
    if (outage) logger.error({ err: outage }, 'the store cannot be written to: writes are refused, reads go on');
    else logger.info('the store can be written to again');
  });
  const vault = new Vault(masterKeys);
  const log = await SqliteEventLog.open(db, clock);
  const registry = new WebhookRegistry(vault);
  await registry.load(db.reader);
  return { db, log, vault, clock, logger, registry };
}
