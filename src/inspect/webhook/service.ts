import { randomBytes } from 'node:crypto';
import type {
  InspectedWebhook,
  InspectedWebhooksQuery,
  OrderedWebhookCreate,
  RotatedSecret,
  SecretRotate,
  WebhookConfigure,
  WebhookEnable,
  EnabledWebhook,
} from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import { isoTime, type Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { Writer } from '../../db/index.ts';
import { keyset, pathKey, type Page } from '../../http/index.ts';
import {
  overseesWebhooks,
  type ActiveWebhook,
  type WebhookRegistry,
  type WebhookService,
} from '../../webhooks/index.ts';
import { webhookFor } from '../access.ts';
import { healthOf, type HealthParts } from './health.ts';
import { presentInspected } from './present.ts';
import { webhooksOf } from './store.ts';

export interface InspectedWebhooksParts extends HealthParts {
  clock: Clock;
  registry: WebhookRegistry;
  webhooks: WebhookService;
  /** Makes a job that sends what a webhook has missed while it was inactive; answers its id, undefined: it was never. */
  replaySinceDisabled: (tx: Writer, webhook: ActiveWebhook, caller: Caller) => Promise<string | undefined>;
}

const newestFirst = keyset('inspected webhooks', 'number');

/** Standard Webhooks asks for 24 to 64 bytes. */
const SECRET_BYTES = 32;

/** Webhooks with their health and what Webex has no word for. Administrators look; only the owner changes. */
export class InspectedWebhooks {
  readonly #parts: InspectedWebhooksParts;

  constructor(parts: InspectedWebhooksParts) {
    this.#parts = parts;
  }

  async list(caller: Caller, { of, max, cursor }: InspectedWebhooksQuery): Promise<Page<InspectedWebhook>> {
    const { reader, registry } = this.#parts;
    if (of === 'organization' && !overseesWebhooks(caller)) throw new ApiError('forbidden');
    const [before] = newestFirst.after(cursor) ?? [];
    const page = newestFirst.page(await webhooksOf(reader, caller, { of, before, limit: max + 1 }), max, (id) => [id]);
    const items: InspectedWebhook[] = [];
    for (const id of page.items) {
      const webhook = registry.get(id);
      if (webhook) items.push(await this.#present(webhook));
      // Each may cost a count of thousands.
      await new Promise(setImmediate);
    }
    return { ...page, items };
  }

  async get(caller: Caller, id: string): Promise<InspectedWebhook> {
    return this.#present(await webhookFor(this.#parts, caller, pathKey('WEBHOOK', id, 'webhookNotFound')));
  }

  async create(caller: Caller, { ordering, ...body }: OrderedWebhookCreate): Promise<InspectedWebhook> {
    return this.#present(await this.#parts.webhooks.create(caller, body, { ours: true, ordering }));
  }

  async configure(caller: Caller, id: string, body: WebhookConfigure): Promise<InspectedWebhook> {
    return this.#present(await this.#parts.webhooks.configure(caller, id, body));
  }

  async rotateSecret(caller: Caller, id: string, { secret, overlapSeconds }: SecretRotate): Promise<RotatedSecret> {
    const chosen = secret ?? newSecret();
    const overlapMs = overlapSeconds * 1000;
    const webhook = await this.#parts.webhooks.rotateSecret(caller, id, { secret: chosen, overlapMs });
    const { previousSecretUntil: until } = webhook;
    return { secret: chosen, ...(until !== null && { formerSecretUntil: isoTime(until) }) };
  }

  /** What it has missed ends where it is active again: nothing falls between the two. */
  async enable(caller: Caller, id: string, { replay }: WebhookEnable): Promise<EnabledWebhook> {
    const { webhooks, replaySinceDisabled } = this.#parts;
    let replayId: string | undefined;
    const enabled = await webhooks.enable(caller, id, async (tx, webhook) => {
      if (replay === 'since-disabled') replayId = await replaySinceDisabled(tx, webhook, caller);
    });
    return { ...(await this.#present(enabled)), ...(replayId !== undefined && { replayId }) };
  }

  async #present(webhook: ActiveWebhook): Promise<InspectedWebhook> {
    return presentInspected(webhook, await healthOf(this.#parts, webhook), this.#parts.clock.now());
  }
}

function newSecret(): string {
  return `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`;
}
