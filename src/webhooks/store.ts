import type { Updateable } from 'kysely';
import type { PersonType } from '../core/caller.ts';
import type { Vault } from '../core/vault.ts';
import { statement, type Reader, type Writer } from '../db/index.ts';
import type { Ordering, WebhooksTable } from '../db/schema.ts';
import { parseFilter, type Filter } from './filter.ts';
import type { Subscription, WebhookEvent, WebhookResource } from './matrix.ts';

/** A webhook as the program works with it: who owns it is known, its filter is read, its secret is open. */
export interface ActiveWebhook extends Subscription {
  /** Internal key. */
  id: number;
  uuid: string;
  /** Internal key. */
  ownerId: number;
  ownerUuid: string;
  ownerType: PersonType;
  /** The owner's organization. */
  orgUuid: string;
  /** The owner was deleted: nothing is sent any more, and nothing waits. */
  ownerIsGone?: true;
  ownedBy: 'creator' | 'org';
  name: string;
  targetUrl: string;
  /** The filter as it was given (FLT-9). */
  filterText?: string;
  filter: Filter;
  /** In clear: never to be logged, shown to its owner only. */
  secret?: string;
  /** In clear; signs beside the present one until then. */
  previousSecret?: string;
  previousSecretUntil: number | null;
  status: 'active' | 'inactive';
  ordering: Ordering;
  /** Of the name and target that notices carry: grows when one of them changes. */
  revision: number;
  /** When it last became inactive, and why; stays when it is active again. */
  disabledAt: number | null;
  disabledReason: string | null;
  /** Events up to this one were matched before it became inactive. */
  disabledAfter: number | null;
  /** When it was last made active again. */
  enabledAt: number | null;
  appKey: string;
  createdAt: number;
}

export interface NewWebhook extends Subscription {
  uuid: string;
  ownerId: number;
  appKey: string;
  name: string;
  targetUrl: string;
  filter: string | null;
  /** Sealed by `sealSecret`. */
  secret: Uint8Array | null;
  ownedBy: 'creator' | 'org';
  ordering?: Ordering;
  createdAt: number;
}

/** What of a webhook may change; secrets sealed by `sealSecret`. */
export type WebhookChanges = Updateable<
  Omit<
    WebhooksTable,
    'id' | 'uuid' | 'ownerId' | 'appKey' | 'resource' | 'event' | 'ownedBy' | 'createdAt' | 'revision'
  >
>;

/** A webhook with what is stored of its owner; the secret is sealed. */
export type WebhookRow = Awaited<ReturnType<ReturnType<typeof selectWebhooks>['execute']>>[number];

/** So many rows are in memory twice while they are loaded. */
const LOADED_AT_ONCE = 1_000;

/** All of them, in the order of their registration. */
export async function* loadWebhooks(reader: Reader, vault: Vault): AsyncGenerator<ActiveWebhook> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const rows: WebhookRow[] = await reader.all(webhooksAfter, { after, limit: LOADED_AT_ONCE });
    for (const row of rows) yield openWebhook(row, vault);
    after = rows.at(-1)?.id;
  }
}

export async function findWebhook(reader: Reader, id: number): Promise<WebhookRow | undefined> {
  return reader.first(webhookByKey, { id });
}

export async function webhooksOf(reader: Reader, ownerId: number): Promise<WebhookRow[]> {
  return selectWebhooks(reader.query).where('webhooks.ownerId', '=', ownerId).orderBy('webhooks.id').execute();
}

/** Undefined too when it is somebody else's. */
export async function findOwnWebhook(reader: Reader, ownerId: number, uuid: string): Promise<WebhookRow | undefined> {
  return reader.first(ownWebhook, { ownerId, uuid });
}

/** Newest first, below the internal key `before`. */
export function selectNewest(reader: Reader, { before, limit }: { before: number | undefined; limit: number }) {
  const rows = selectWebhooks(reader.query).orderBy('webhooks.id', 'desc').limit(limit);
  return before === undefined ? rows : rows.where('webhooks.id', '<', before);
}

export async function countWebhooks(reader: Reader, ownerId: number): Promise<number> {
  const row = await reader.first(count, { ownerId });
  return Number(row?.webhooks ?? 0);
}

/** WH-9: whether the organization has a webhook for this resource with this filter. */
export async function hasOrganizationWebhook(
  reader: Reader,
  orgId: number,
  resource: string,
  filter: string | null,
): Promise<boolean> {
  const row = await reader.query
    .selectFrom('webhooks')
    .innerJoin('people', 'people.id', 'webhooks.ownerId')
    .select('webhooks.id')
    .where('webhooks.ownedBy', '=', 'org')
    .where('people.orgId', '=', orgId)
    .where('people.deletedAt', 'is', null)
    .where('webhooks.resource', '=', resource)
    .where((eb) => (filter === null ? eb('webhooks.filter', 'is', null) : eb('webhooks.filter', '=', filter)))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Answers its key. */
export async function insertWebhook(tx: Writer, webhook: NewWebhook): Promise<number> {
  const { id } = await tx.query
    .insertInto('webhooks')
    .values({ ...webhook, status: 'active' })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Where notices will say something else of it, what they said so far is kept (WH-20). */
export async function updateWebhook(
  tx: Writer,
  { id, revision, name, targetUrl }: Pick<WebhookRow, 'id' | 'revision' | 'name' | 'targetUrl'>,
  changes: WebhookChanges,
): Promise<void> {
  const revised = (changes.name ?? name) !== name || (changes.targetUrl ?? targetUrl) !== targetUrl;
  if (revised) {
    await tx.query.insertInto('formerWebhooks').values({ webhookId: id, revision, name, targetUrl }).execute();
  }
  await tx.query
    .updateTable('webhooks')
    .set({ ...changes, ...(revised && { revision: revision + 1 }) })
    .where('id', '=', id)
    .execute();
}

export async function deleteWebhook(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('webhooks').where('id', '=', id).execute();
}

export function openWebhook(row: WebhookRow, vault: Vault): ActiveWebhook {
  const { filter, secret, previousSecret, ownerDeletedAt, ...columns } = row;
  const open = (sealed: Uint8Array) => vault.openAlone(sealContext(row.uuid), sealed);
  // Both were checked when the webhook was registered.
  const resource = row.resource as WebhookResource;
  const event = row.event as WebhookEvent;
  return {
    ...columns,
    resource,
    event,
    filter: parseFilter(resource, filter ?? '', row.ownerUuid),
    ...(filter !== null && { filterText: filter }),
    ...(ownerDeletedAt !== null && { ownerIsGone: true }),
    ...(secret !== null && { secret: open(secret) }),
    ...(previousSecret !== null && { previousSecret: open(previousSecret) }),
  };
}

/** An empty secret is none. */
export function sealSecret(vault: Vault, uuid: string, secret: string): Uint8Array | null {
  return secret === '' ? null : vault.sealAlone(sealContext(uuid), secret);
}

function sealContext(uuid: string): string {
  return `webhook:${uuid}`;
}

/** The select that every reader of webhooks starts from. */
function selectWebhooks(query: Reader['query']) {
  return query
    .selectFrom('webhooks')
    .innerJoin('people as owner', 'owner.id', 'webhooks.ownerId')
    .innerJoin('organizations', 'organizations.id', 'owner.orgId')
    .selectAll('webhooks')
    .select(['owner.uuid as ownerUuid', 'owner.type as ownerType', 'organizations.uuid as orgUuid'])
    .select('owner.deletedAt as ownerDeletedAt');
}

const webhooksAfter = statement<{ after: number; limit: number }>()((db, param) =>
  selectWebhooks(db).where('webhooks.id', '>', param('after')).orderBy('webhooks.id').limit(param('limit')),
);

const webhookByKey = statement<{ id: number }>()((db, param) =>
  selectWebhooks(db).where('webhooks.id', '=', param('id')),
);

const ownWebhook = statement<{ ownerId: number; uuid: string }>()((db, param) =>
  selectWebhooks(db).where('webhooks.uuid', '=', param('uuid')).where('webhooks.ownerId', '=', param('ownerId')),
);

const count = statement<{ ownerId: number }>()((db, param) =>
  db
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll().as('webhooks'))
    .where('ownerId', '=', param('ownerId')),
);
