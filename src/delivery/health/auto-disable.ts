import type { Logger } from 'pino';
import type { Clock } from '../../core/clock.ts';
import type { ActiveWebhook, WebhookRegistry } from '../../webhooks/index.ts';
import type { Recorded } from '../store/records.ts';
import type { FailureWindow, HealthBook } from './health-book.ts';
import { disabledNotice, warningNotice } from './notices.ts';

export interface AutoDisableParts {
  clock: Clock;
  logger: Logger;
  registry: WebhookRegistry;
  book: HealthBook;
  window: FailureWindow;
  /** Makes it inactive, with the reason in words; undefined when it is already, or gone. */
  switchOff: (webhookId: number, reason: string) => Promise<ActiveWebhook | undefined>;
  /** Sends the owner a direct message (markdown) from the system. */
  tellOwner: (ownerUuid: string, markdown: string) => Promise<void>;
}

/**
 * Webex's rule, never in silence: so many failed notifications within the window make a webhook inactive (DEL-5); one
 * that was enabled again within the window is disabled by a single failure (DEL-7). Its owner is warned half way and told
 * at the end (DEL-8).
 */
export class AutoDisable {
  readonly #parts: AutoDisableParts;
  /** Being switched off. */
  readonly #switching = new Set<number>();
  /** When the owner was last warned (ms). */
  readonly #warned = new Map<number, number>();
  readonly #underWay = new Set<Promise<void>>();
  /** Called after a webhook was made inactive. */
  onDisabled: () => void = () => {};

  constructor(parts: AutoDisableParts) {
    this.#parts = parts;
    parts.registry.onChange((change) => {
      if (change.kind === 'removed') this.#forget(change.id);
    });
  }

  /** Listens to what the recorder has made durable. */
  recorded(records: readonly Recorded[]): void {
    for (const record of records) {
      const noted = this.#parts.book.note(record);
      if (noted?.failed) this.#judge(noted.webhookId, noted.failures, record.settlement);
    }
  }

  /** Resolves when nobody is being told anything any more. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  #judge(webhookId: number, failures: number, settlement: Recorded['settlement']): void {
    const { registry, window } = this.#parts;
    const webhook = registry.get(webhookId);
    if (window.failures === 0 || webhook?.status !== 'active') return;
    const lastError = 'reason' in settlement ? settlement.reason : '';
    if (failures >= window.failures || this.#onShortFuse(webhook)) {
      this.#inBackground(webhook, () => this.#disable(webhook, failures, lastError));
    } else if (failures >= window.failures / 2 && !this.#wasWarned(webhookId)) {
      this.#warned.set(webhookId, this.#parts.clock.now());
      this.#inBackground(webhook, () => this.#tell(webhook, warningNotice(webhook, failures, window, lastError)));
    }
  }

  /** DEL-7 */
  #onShortFuse({ enabledAt }: ActiveWebhook): boolean {
    return enabledAt !== null && this.#parts.clock.now() - enabledAt < this.#parts.window.windowMs;
  }

  #wasWarned(webhookId: number): boolean {
    const at = this.#warned.get(webhookId);
    return at !== undefined && this.#parts.clock.now() - at < this.#parts.window.windowMs;
  }

  async #disable(webhook: ActiveWebhook, failures: number, lastError: string): Promise<void> {
    if (this.#switching.has(webhook.id)) return;
    this.#switching.add(webhook.id);
    try {
      const minutes = this.#parts.window.windowMs / 60_000;
      const reason = this.#onShortFuse(webhook)
        ? `A notification failed within ${minutes} minutes after it was enabled again: ${lastError}`
        : `${failures} notifications failed within ${minutes} minutes, the last one so: ${lastError}`;
      const disabled = await this.#parts.switchOff(webhook.id, reason);
      if (!disabled) return;
      this.onDisabled();
      this.#parts.book.clearFailures(webhook.id);
      this.#parts.logger.warn({ webhookId: webhook.uuid, reason }, 'webhook disabled');
      await this.#tell(webhook, disabledNotice(webhook, reason));
    } finally {
      this.#switching.delete(webhook.id);
    }
  }

  async #tell({ ownerUuid }: ActiveWebhook, markdown: string): Promise<void> {
    await this.#parts.tellOwner(ownerUuid, markdown);
  }

  /** A failure of ours is not to hold up delivery: the next failed notification tries again. */
  #inBackground(webhook: ActiveWebhook, work: () => Promise<void>): void {
    const done = work()
      .catch((error: unknown) => {
        this.#parts.logger.error({ err: error, webhookId: webhook.uuid }, 'could not act on a failing webhook');
      })
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  #forget(webhookId: number): void {
    this.#parts.book.forget(webhookId);
    this.#warned.delete(webhookId);
  }
}
