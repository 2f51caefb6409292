import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { openSqlite, type Database } from '../../src/db/index.ts';
import type { DeliveryState } from '../../src/db/schema.ts';

/** The tables of one run after the other, and a third eye on them that sees what is committed, at once. */
export interface Store {
  readonly db: Database;
  readonly truth: Truth;
  /** Takes everything out, for the next run. */
  empty(): void;
  close(): Promise<void>;
}

export async function openStore(): Promise<Store> {
  const folder = mkdtempSync(path.join(tmpdir(), 'hearth-simulation-'));
  const file = path.join(folder, 'hearth.db');
  const db = await openSqlite({ file, durability: 'off' });
  const eye = new DatabaseSync(file);
  eye.exec('PRAGMA synchronous = OFF');
  return {
    db,
    truth: new Truth(eye),
    empty: () => {
      // Foreign keys: what refers to others goes before them.
      for (const table of tables) eye.exec(`delete from "${table}"`);
    },
    async close() {
      eye.close();
      await db.close();
      rmSync(folder, { recursive: true });
    },
  };
}

const tables = [
  'attempts',
  'deliveries',
  'events',
  'logPositions',
  'formerWebhooks',
  'replays',
  'webhooks',
  'messageMentions',
  'messages',
  'memberships',
  'rooms',
  'tokens',
  'people',
  'organizations',
  'sqlite_sequence',
];

export interface DeliveryRow {
  id: number;
  eventId: number;
  webhookId: number;
  state: DeliveryState;
  reason: string | null;
  attempts: number;
  dueAt: number | null;
  lastStatus: number | null;
  change: number;
}

export interface AttemptRow {
  deliveryId: number;
  number: number;
  status: number | null;
}

/** What is committed. */
export class Truth {
  readonly #db: DatabaseSync;
  readonly #texts = new Map<string, ReturnType<DatabaseSync['prepare']>>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  delivery(eventId: number, webhookId: number): DeliveryRow | undefined {
    return this.#all<DeliveryRow>(
      'select * from deliveries where "eventId" = ? and "webhookId" = ?',
      eventId,
      webhookId,
    )[0];
  }

  deliveries(): DeliveryRow[] {
    return this.#all('select * from deliveries order by id');
  }

  /** The highest number comes last. */
  changedSince(change: number): DeliveryRow[] {
    return this.#all('select * from deliveries where change > ? order by change', change);
  }

  attempts(): AttemptRow[] {
    return this.#all('select "deliveryId", number, status from attempts order by "deliveryId", number');
  }

  event(seq: number): { uuid: string; roomUuid: string } | undefined {
    return this.#all<{ uuid: string; roomUuid: string }>('select uuid, "roomUuid" from events where id = ?', seq)[0];
  }

  eventIds(): number[] {
    return this.#all<{ id: number }>('select id from events order by id').map(({ id }) => id);
  }

  /** How far the log is acknowledged. */
  position(): number {
    return this.#all<{ position: number }>('select position from "logPositions"')[0]?.position ?? 0;
  }

  /** UUIDs of messages, and of those that events tell of. */
  messages(): { stored: string[]; told: string[] } {
    return {
      stored: this.#all<{ uuid: string }>('select uuid from messages order by uuid').map(({ uuid }) => uuid),
      told: this.#all<{ uuid: string }>(
        `select json_extract(data, '$.id') as uuid from events where resource = 'messages' and event = 'created' order by 1`,
      ).map(({ uuid }) => uuid),
    };
  }

  /** Rows as the registry loads them. */
  webhooks<Row>(): Row[] {
    return this.#all(`select webhooks.*, owner.uuid as "ownerUuid", owner.type as "ownerType", organizations.uuid as "orgUuid"
      from webhooks join people owner on owner.id = webhooks."ownerId" join organizations on organizations.id = owner."orgId"`);
  }

  members(): { room: string; person: string; createdAt: number }[] {
    return this.#all(`select rooms.uuid as room, people.uuid as person, memberships."createdAt"
      from memberships join rooms on rooms.id = "roomId" join people on people.id = "personId"`);
  }

  #all<Row>(text: string, ...values: SQLInputValue[]): Row[] {
    let statement = this.#texts.get(text);
    if (!statement) this.#texts.set(text, (statement = this.#db.prepare(text)));
    return statement.all(...values) as Row[];
  }
}
