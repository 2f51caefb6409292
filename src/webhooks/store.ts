import type { Vault } from '../core/vault.ts';
import { statement, type Reader, type Writer } from '../db/index.ts';
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
  ownerType: 'person' | 'bot';
  /** The owner's organization. */
  orgUuid: string;
  ownedBy: 'creator' | 'org';
  name: string;
  targetUrl: string;
  /** The filter as it was given (FLT-9). */
  filterText?: string;
  filter: Filter;
  /** In clear: never to be logged, shown to its owner only. */
  secret?: string;
  status: 'active' | 'inactive';
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
  createdAt: number;
}

export interface WebhookSettings {
  name: string;
  targetUrl: string;
  /** Sealed by `sealSecret`. */
  secret: Uint8Array | null;
  status: 'active' | 'inactive';
}

/** A webhook with what is stored of its owner; the secret is sealed. */
export type WebhookRow = Awaited<ReturnType<ReturnType<typeof selectWebhooks>['execute']>>[number];

export async function loadWebhooks(reader: Reader, vault: Vault): Promise<ActiveWebhook[]> {
  const rows = await selectWebhooks(reader.query).orderBy('webhooks.id').execute();
  return rows.map((row) => openWebhook(row, vault));
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
    .where('webhooks.resource', '=', resource)
    .where((eb) => (filter === null ? eb('webhooks.filter', 'is', null) : eb('webhooks.filter', '=', filter)))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

export async function insertWebhook(tx: Writer, webhook: NewWebhook): Promise<void> {
  await tx.query
    .insertInto('webhooks')
    .values({ ...webhook, status: 'active' })
    .execute();
}

export async function updateWebhook(tx: Writer, id: number, settings: WebhookSettings): Promise<void> {
  await tx.query.updateTable('webhooks').set(settings).where('id', '=', id).execute();
}

export async function deleteWebhook(tx: Writer, id: number): Promise<void> {
  await tx.query.deleteFrom('webhooks').where('id', '=', id).execute();
}

export function openWebhook(row: WebhookRow, vault: Vault): ActiveWebhook {
  const { filter, secret, ...columns } = row;
  // Both were checked when the webhook was registered.
  const resource = row.resource as WebhookResource;
  const event = row.event as WebhookEvent;
  return {
    ...columns,
    resource,
    event,
    filter: parseFilter(resource, filter ?? '', row.ownerUuid),
    ...(filter !== null && { filterText: filter }),
    ...(secret !== null && { secret: vault.openAlone(sealContext(row.uuid), secret) }),
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
    .select(['owner.uuid as ownerUuid', 'owner.type as ownerType', 'organizations.uuid as orgUuid']);
}

const ownWebhook = statement<{ ownerId: number; uuid: string }>()((db, param) =>
  selectWebhooks(db).where('webhooks.uuid', '=', param('uuid')).where('webhooks.ownerId', '=', param('ownerId')),
);

const count = statement<{ ownerId: number }>()((db, param) =>
  db
    .selectFrom('webhooks')
    .select((eb) => eb.fn.countAll().as('webhooks'))
    .where('ownerId', '=', param('ownerId')),
);
