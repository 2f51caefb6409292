import type { WebhookCreate, WebhooksQuery, WebhookUpdate } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import { newUuid } from '../core/ids.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Reader, Writer } from '../db/index.ts';
import type { Ordering } from '../db/schema.ts';
import type { EventLog } from '../eventlog/index.ts';
import { keyset, mapPage, pathKey, type Page } from '../http/index.ts';
import { mustBeThere } from '../people/index.ts';
import { parseFilter, type Filter } from './filter.ts';
import { checkSubscription, type Subscription } from './matrix.ts';
import { filterMustNameVisible, mayListOrganization, mayRegister, targetMustBeCallable } from './policy.ts';
import type { WebhookRegistry } from './registry.ts';
import { announce, switchOn } from './switching.ts';
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
  log: EventLog;
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

  /** `ours`: with what Webex has no word for. */
  async create(
    caller: Caller,
    body: WebhookCreate,
    { ours = false, ordering = 'none' }: { ours?: boolean; ordering?: Ordering } = {},
  ): Promise<ActiveWebhook> {
    const { db, clock, vault, checkTarget } = this.#parts;
    const { filter, ...subscription } = this.#wanted(caller, body, ours);
    targetMustBeCallable(body.targetUrl, checkTarget);

    return db.write(async (tx) => {
      await mustBeThere(tx, caller);
      await filterMustNameVisible(tx, caller, body.ownedBy, filter);
      await this.#mustBeWithinLimits(tx, caller, body);
      const uuid = newUuid();
      const id = await insertWebhook(tx, {
        ...subscription,
        uuid,
        ownerId: caller.personId,
        appKey: caller.appKey,
        name: body.name,
        targetUrl: body.targetUrl,
        filter: body.filter || null,
        secret: sealSecret(vault, uuid, body.secret ?? ''),
        ownedBy: body.ownedBy,
        ordering,
        createdAt: clock.now(),
      });
      return this.#announce(tx, id);
    });
  }

  /** The webhook that `create` would make of this, stored nowhere. Throws what `create` would. */
  async pretend(caller: Caller, body: Omit<WebhookCreate, 'name' | 'targetUrl'>): Promise<ActiveWebhook> {
    const { db } = this.#parts;
    const wanted = this.#wanted(caller, body, true);
    await filterMustNameVisible(db.reader, caller, body.ownedBy, wanted.filter);
    return {
      ...wanted,
      id: 0,
      uuid: '',
      name: '',
      targetUrl: '',
      ownerId: caller.personId,
      ownerUuid: caller.uuid,
      ownerType: caller.type,
      orgUuid: caller.orgUuid,
      ownedBy: body.ownedBy,
      status: 'active',
      ordering: 'none',
      revision: 1,
      previousSecretUntil: null,
      disabledAt: null,
      disabledReason: null,
      disabledAfter: null,
      enabledAt: null,
      appKey: caller.appKey,
      createdAt: 0,
    };
  }

  /** Changes what may be changed and ignores the rest, so that a webhook that was read can be sent back whole. */
  async update(caller: Caller, id: string, body: WebhookUpdate): Promise<ActiveWebhook> {
    const { db, vault, checkTarget } = this.#parts;
    return db.write(async (tx) => {
      const row = await own(tx, caller, id);
      const { name = row.name, targetUrl = row.targetUrl } = body;
      const turnsOn = body.status === 'active' && row.status === 'inactive';
      if (turnsOn || targetUrl !== row.targetUrl) await mustStillHear(tx, caller, openWebhook(row, vault));
      if (targetUrl !== row.targetUrl) targetMustBeCallable(targetUrl, checkTarget);
      await updateWebhook(tx, row, {
        name,
        targetUrl,
        ...(body.secret !== undefined && {
          secret: sealSecret(vault, row.uuid, body.secret),
          previousSecret: null,
          previousSecretUntil: null,
        }),
      });
      if (turnsOn) {
        return switchOn(this.#parts, tx, { ...row, name, targetUrl }, caller);
      }
      return this.#announce(tx, row.id);
    });
  }

  /** What Webex has no word for: the order of deliveries. */
  async configure(caller: Caller, id: string, { ordering }: { ordering: Ordering }): Promise<ActiveWebhook> {
    return this.#parts.db.write(async (tx) => {
      const row = await own(tx, caller, id);
      await updateWebhook(tx, row, { ordering });
      return this.#announce(tx, row.id);
    });
  }

  /**
   * Puts `secret` in the place of the present one, which goes on signing beside it for `overlapMs`: a receiver has that
   * long to learn the new one.
   */
  async rotateSecret(
    caller: Caller,
    id: string,
    { secret, overlapMs }: { secret: string; overlapMs: number },
  ): Promise<ActiveWebhook> {
    const { db, vault, clock } = this.#parts;
    return db.write(async (tx) => {
      const row = await own(tx, caller, id);
      await updateWebhook(tx, row, {
        secret: sealSecret(vault, row.uuid, secret),
        previousSecret: overlapMs > 0 ? row.secret : null,
        previousSecretUntil: overlapMs > 0 && row.secret !== null ? clock.now() + overlapMs : null,
      });
      return this.#announce(tx, row.id);
    });
  }

  /**
   * Makes an inactive webhook active again; one that is active stays as it is (DEL-6). `alongside` is done in the same
   * transaction, after it.
   */
  async enable(
    caller: Caller,
    id: string,
    alongside: (tx: Writer, webhook: ActiveWebhook) => Promise<void> = async () => {},
  ): Promise<ActiveWebhook> {
    return this.#parts.db.write(async (tx) => {
      const row = await own(tx, caller, id);
      let webhook = openWebhook(row, this.#parts.vault);
      if (webhook.status === 'inactive') {
        await mustStillHear(tx, caller, webhook);
        webhook = await switchOn(this.#parts, tx, row, caller);
      }
      await alongside(tx, webhook);
      return webhook;
    });
  }

  async remove(caller: Caller, id: string): Promise<void> {
    await this.#parts.db.write(async (tx) => {
      const row = await own(tx, caller, id);
      await deleteWebhook(tx, row.id);
      tx.afterCommit(() => this.#parts.registry.remove(row.id));
    });
  }

  #wanted(
    caller: Caller,
    { resource, event, filter, ownedBy }: Pick<WebhookCreate, 'resource' | 'event' | 'filter' | 'ownedBy'>,
    ours: boolean,
  ): Subscription & { filter: Filter } {
    const { allowMessagesUpdated } = this.#parts;
    const subscription = checkSubscription(resource, event, { allowMessagesUpdated, ours });
    mayRegister(caller, subscription.resource, ownedBy);
    return { ...subscription, filter: parseFilter(subscription.resource, filter ?? '', caller.uuid) };
  }

  /** WH-9, WH-10 */
  async #mustBeWithinLimits(tx: Writer, caller: Caller, { ownedBy, resource, filter }: WebhookCreate): Promise<void> {
    const limit = this.#parts.mostPerPerson;
    if ((await countWebhooks(tx, caller.personId)) >= limit) throw new ApiError('tooManyWebhooks', { limit });
    if (ownedBy === 'org' && (await hasOrganizationWebhook(tx, caller.orgId, resource, filter || null))) {
      throw new ApiError('duplicateOrgWebhook');
    }
  }

  #announce(tx: Writer, id: number): Promise<ActiveWebhook> {
    return announce(this.#parts, tx, id);
  }
}

/** The caller's webhook; anybody else's is not there (ERR-5). */
async function own(reader: Reader, caller: Caller, id: string): Promise<WebhookRow> {
  const row = await findOwnWebhook(reader, caller.personId, pathKey('WEBHOOK', id, 'webhookNotFound'));
  if (!row) throw new ApiError('webhookNotFound');
  return row;
}

/** Who has it told anew, or told elsewhere, may hear of it by the roles and the token of now. */
async function mustStillHear(tx: Writer, caller: Caller, { resource, ownedBy }: ActiveWebhook): Promise<void> {
  await mustBeThere(tx, caller);
  mayRegister(caller, resource, ownedBy);
}
