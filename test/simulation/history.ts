import type { Vault } from '../../src/core/vault.ts';
import { openWebhook, type ActiveWebhook, type WebhookRow } from '../../src/webhooks/store.ts';
import type { Truth } from './store.ts';

/** Which webhooks there are, and who is in which room, between two commits. */
export interface State {
  webhooks: ReadonlyMap<number, ActiveWebhook>;
  members: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/** Every state that was ever committed: what the program decides must follow from one of those it could have seen. */
export class History {
  readonly #truth: Truth;
  readonly #vault: Vault;
  readonly #states: State[] = [];
  #text = '';
  /** Of webhooks that are gone, too. */
  readonly everyWebhook = new Map<number, ActiveWebhook>();
  /** Those whose ordering was changed after their registration. */
  readonly reordered = new Set<number>();

  constructor(truth: Truth, vault: Vault) {
    this.#truth = truth;
    this.#vault = vault;
    this.committed();
  }

  /** A point in time, to ask for what follows it. */
  get length(): number {
    return this.#states.length;
  }

  get now(): State {
    const state = this.#states.at(-1);
    if (!state) throw new Error('History begins with a state.');
    return state;
  }

  /** The state at that point and all that followed. */
  since(length: number): readonly State[] {
    return this.#states.slice(Math.max(0, length - 1));
  }

  committed(): void {
    const rows = this.#truth.webhooks<WebhookRow>();
    const members = this.#truth.members();
    const text = JSON.stringify([rows, members]);
    if (text === this.#text) return;
    this.#text = text;
    const webhooks = new Map(
      rows.map((row) => [row.id, openWebhook({ ...row, secret: null, previousSecret: null }, this.#vault)]),
    );
    for (const [id, webhook] of webhooks) {
      if ((this.everyWebhook.get(id) ?? webhook).ordering !== webhook.ordering) this.reordered.add(id);
      this.everyWebhook.set(id, webhook);
    }
    const rooms = Map.groupBy(members, ({ room }) => room);
    this.#states.push({
      webhooks,
      members: new Map(
        [...rooms].map(([room, list]) => [room, new Map(list.map(({ person, createdAt }) => [person, createdAt]))]),
      ),
    });
  }
}
