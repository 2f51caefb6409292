import { sql, type Kysely, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';
import { initial } from './001-initial.ts';
import { worldEntries } from './002-world-entries.ts';
import { deliveryEngine } from './003-delivery-engine.ts';
import { files } from './004-files.ts';
import { attachmentActions } from './005-attachment-actions.ts';
import { teams } from './006-teams.ts';
import { people } from './007-people.ts';
import { oauth } from './008-oauth.ts';
import { incomingWebhooks } from './009-incoming-webhooks.ts';
import { devices } from './010-devices.ts';
import { lists } from './011-lists.ts';

export interface Migration {
  readonly id: number;
  readonly name: string;
  /** An older program must not open a database on which this has run. */
  readonly breaking: boolean;
  readonly up: (tx: Transaction<Schema>) => Promise<void>;
}

/** A plain list, no directory scan: every build sees the same set. Entries are only ever added at the end. */
const migrations: readonly Migration[] = [
  { id: 1, name: 'initial', breaking: true, up: initial },
  { id: 2, name: 'world entries', breaking: false, up: worldEntries },
  { id: 3, name: 'delivery engine', breaking: true, up: deliveryEngine },
  { id: 4, name: 'files', breaking: true, up: files },
  { id: 5, name: 'attachment actions', breaking: false, up: attachmentActions },
  { id: 6, name: 'teams', breaking: true, up: teams },
  { id: 7, name: 'people', breaking: true, up: people },
  { id: 8, name: 'oauth', breaking: false, up: oauth },
  { id: 9, name: 'incoming webhooks', breaking: true, up: incomingWebhooks },
  { id: 10, name: 'devices', breaking: false, up: devices },
  { id: 11, name: 'lists', breaking: false, up: lists },
];

/** The database was written by a newer program in a way that this one cannot read. */
class SchemaTooNewError extends Error {
  override name = 'SchemaTooNewError';
  constructor(found: number, supported: number) {
    super(`The database is at schema ${found}; this version of Hearth supports ${supported}. Start a newer version.`);
  }
}

interface Applied {
  id: number;
  breaking: number;
}

/** Applies what is missing, each migration in a transaction of its own. */
export async function migrate(db: Kysely<Schema>, known: readonly Migration[] = migrations): Promise<void> {
  await sql`create table if not exists migrations (id integer primary key, name text not null, breaking integer not null)`.execute(
    db,
  );
  const { rows: applied } = await sql<Applied>`select id, breaking from migrations order by id`.execute(db);
  assertCompatible(applied, known);
  const done = new Set(applied.map(({ id }) => id));
  for (const migration of known) {
    if (done.has(migration.id)) continue;
    await db.transaction().execute(async (tx) => {
      await migration.up(tx);
      const { id, name, breaking } = migration;
      await sql`insert into migrations (id, name, breaking) values (${id}, ${name}, ${breaking ? 1 : 0})`.execute(tx);
    });
  }
}

function assertCompatible(applied: readonly Applied[], known: readonly Migration[]): void {
  const supported = known.at(-1)?.id ?? 0;
  const ahead = applied.find(({ id, breaking }) => id > supported && breaking === 1);
  if (ahead) throw new SchemaTooNewError(ahead.id, supported);
}
