import type { WebhookCreate, WebhooksQuery, WebhookUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import { keyset, mapPage, pathKey, type Page } from '../http/index.ts';
import { parseFilter } from './filter.ts';
import { checkSubscription } from './matrix.ts';
import { filterMustNameVisible, mayListOrganization, mayRegister, targetMustBeCallable } from './policy.ts';
import type { WebhookRegistry } from './registry.ts';
import {
  countWebhooks,
  deleteWebhook,
  findOwnWebhook,
  hasOrganizationWebhook,
  insertWebhook,
  openWebhook,
  sealSecret,
  selectNewest,
  updateWebhook,
  type ActiveWebhook,
  type WebhookRow,
} from './store.ts';

export interface WebhookParts {
  db: Database;
  clock: Clock;
  vault: Vault;
  registry: WebhookRegistry;
  /** Why this server may not call an http or https URL; undefined when it may. */
  checkTarget: (url: string) => string | undefined;
  /** WH-10 */
  mostPerPerson: number;
  /** Spec 4.3: whether `messages updated` can be asked for. */
  allowMessagesUpdated: boolean;
}

const newestFirst = keyset('webhooks', 'number');

/** Registers webhooks and keeps the registry equal to what is committed. */
export class WebhookService {
  readonly #parts: WebhookParts;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  /** What the caller registered, or what anybody registered for the caller's organization. */
  async list(caller: Caller, query: WebhooksQuery): Promise<Page<ActiveWebhook>> {
    const { db, vault } = this.#parts;
    const [before] = newestFirst.after(query.cursor) ?? [];
    let rows = selectNewest(db.reader, { before, limit: query.max + 1 });
    if (query.ownedBy !== undefined) rows = rows.where('webhooks.ownedBy', '=', query.ownedBy);
    if (query.ownedBy === 'org') {
      mayListOrganization(caller);
      rows = rows.where('owner.orgId', '=', caller.orgId);
    } else {
      rows = rows.where('webhooks.ownerId', '=', caller.personId);
    }
    const page = newestFirst.page(await rows.execute(), query.max, ({ id }) => [id]);
    return mapPage(page, (row) => openWebhook(row, vault));
  }

  async get(caller: Caller, id: string): Promise<ActiveWebhook> {
    return openWebhook(await own(this.#parts.db.reader, caller, id), this.#parts.vault);
  }

  async create(caller: Caller, body: WebhookCreate): Promise<ActiveWebhook> {
    const { db, clock, vault, checkTarget } = this.#parts;
    const subscription = checkSubscription(body.resource, body.event, this.#parts);
    mayRegister(caller, subscription.resource, body.ownedBy);
    targetMustBeCallable(body.targetUrl, checkTarget);
    const filter = parseFilter(subscription.resource, body.filter ?? '', caller.uuid);

    return db.write(async (tx) => {
      await filterMustNameVisible(tx, caller, body.ownedBy, filter);
      await this.#mustBeWithinLimits(tx, caller, body);
      const uuid = newUuid();
      await insertWebhook(tx, {
        ...subscription,
        uuid,
        ownerId: caller.personId,
        appKey: caller.appKey,
        name: body.name,
        targetUrl: body.targetUrl,
        filter: body.filter || null,
        secret: sealSecret(vault, uuid, body.secret ?? ''),
        ownedBy: body.ownedBy,
        createdAt: clock.now(),
      });
      return this.#announce(tx, caller, uuid);
    });
  }

  /** Changes what may be changed and ignores the rest, so that a webhook that was read can be sent back whole. */
  async update(caller: Caller, id: string, body: WebhookUpdate): Promise<ActiveWebhook> {
    const { db, vault, checkTarget } = this.#parts;
    return db.write(async (tx) => {
      const row = await own(tx, caller, id);
      const { name = row.name, targetUrl = row.targetUrl } = body;
      if (targetUrl !== row.targetUrl) targetMustBeCallable(targetUrl, checkTarget);
      await updateWebhook(tx, row.id, {
        name,
        targetUrl,
        secret: body.secret === undefined ? row.secret : sealSecret(vault, row.uuid, body.secret),
        status: body.status === 'active' ? 'active' : row.status,
      });
      return this.#announce(tx, caller, row.uuid);
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.write(async (tx) => {
      const row = await own(tx, caller, id);
      await deleteWebhook(tx, row.id);
      tx.afterCommit(() => this.#parts.registry.remove(row.id));
    });
  }

  /** WH-9, WH-10 */
  async #mustBeWithinLimits(tx: Writer, caller: Caller, { ownedBy, resource, filter }: WebhookCreate): Promise<void> {
    const limit = this.#parts.mostPerPerson;
    if ((await countWebhooks(tx, caller.personId)) >= limit) throw new ApiError('tooManyWebhooks', { limit });
    if (ownedBy === 'org' && (await hasOrganizationWebhook(tx, caller.orgId, resource, filter || null))) {
      throw new ApiError('duplicateOrgWebhook');
    }
  }

  /** The webhook as the transaction leaves it; the registry has it once that is committed. */
  async #announce(tx: Writer, caller: Caller, uuid: string): Promise<ActiveWebhook> {
    const row = await findOwnWebhook(tx, caller.personId, uuid);
    if (!row) throw new Error('A webhook that was just written is not there.');
    const webhook = openWebhook(row, this.#parts.vault);
    tx.afterCommit(() => this.#parts.registry.put(webhook));
    return webhook;
  }
}

/** The caller's webhook; anybody else's is not there (ERR-5). */
async function own(reader: Reader, caller: Caller, id: string): Promise<WebhookRow> {
  const row = await findOwnWebhook(reader, caller.personId, pathKey('WEBHOOK', id, 'webhookNotFound'));
  if (!row) throw new ApiError('webhookNotFound');
  return row;
}
