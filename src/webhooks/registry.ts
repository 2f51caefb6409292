import type { Vault } from '../core/vault.ts';
import type { Reader } from '../db/index.ts';
import { loadWebhooks, type ActiveWebhook } from './store.ts';

export type WebhookChange = { kind: 'put'; webhook: ActiveWebhook } | { kind: 'removed'; id: number };

/** The webhooks in memory, as they were last committed: what events are matched against. */
export class WebhookRegistry {
  readonly #vault: Vault;
  readonly #webhooks = new Map<number, ActiveWebhook>();
  readonly #listeners: ((change: WebhookChange) => void)[] = [];

  constructor(vault: Vault) {
    this.#vault = vault;
  }

  /** Puts every stored webhook. */
  async load(reader: Reader): Promise<void> {
    for await (const webhook of loadWebhooks(reader, this.#vault)) this.put(webhook);
  }

  get(id: number): ActiveWebhook | undefined {
    return this.#webhooks.get(id);
  }

  all(): Iterable<ActiveWebhook> {
    return this.#webhooks.values();
  }

  /** A new webhook, or a changed one in place of its former self. */
  put(webhook: ActiveWebhook): void {
    this.#webhooks.set(webhook.id, webhook);
    this.#tell({ kind: 'put', webhook });
  }

  remove(id: number): void {
    if (this.#webhooks.delete(id)) this.#tell({ kind: 'removed', id });
  }

  /** Calls `listener` after every change. */
  onChange(listener: (change: WebhookChange) => void): void {
    this.#listeners.push(listener);
  }

  #tell(change: WebhookChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
