import type { Database } from '../db/index.ts';
import { insist, type Insisting } from './insist.ts';
import { dropWaiting } from './store/waiting.ts';

/** Rows that one transaction drops, so that nobody waits for a long one. */
const DROP_BATCH = 1_000;

interface Parts extends Insisting {
  db: Database;
}

/** Ends the deliveries that wait for webhooks that are gone, or whose owners are: nothing of them is sent any more. */
export class Abandoned {
  readonly #parts: Parts;
  /** With the reason. */
  readonly #webhooks = new Map<number, string>();
  #dropping = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The webhook is gone, for that reason, and deliveries may wait for it. */
  drop(webhookId: number, reason: string): void {
    this.#webhooks.set(webhookId, reason);
    if (!this.#dropping) void this.#dropAll();
  }

  async #dropAll(): Promise<void> {
    this.#dropping = true;
    for (const [webhookId, reason] of this.#webhooks) {
      // Before the dropping: what is noted meanwhile is looked for once more.
      this.#webhooks.delete(webhookId);
      await insist(this.#parts, 'could not drop the deliveries of a deleted webhook', () =>
        this.#drop(webhookId, reason),
      );
    }
    this.#dropping = false;
  }

  async #drop(webhookId: number, reason: string): Promise<void> {
    const { db } = this.#parts;
    while (await db.write((tx) => dropWaiting(tx, webhookId, reason, DROP_BATCH)));
  }
}
