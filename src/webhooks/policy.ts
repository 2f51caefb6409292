import { hasRole, hasScope, type Caller, type Role, type Scope } from '../core/caller.ts';
import { ApiError } from '../core/errors.ts';
import { statement, type Reader } from '../db/index.ts';
import { findPersonByUuid } from '../people/index.ts';
import { findRoomFor } from '../rooms/index.ts';
import type { Clause, Filter } from './filter.ts';
import type { WebhookResource } from './matrix.ts';

type OwnedBy = 'creator' | 'org';

/** WH-8: a webhook shows what reading the resource shows. */
const readScopes: Readonly<Record<WebhookResource, readonly Scope[]>> = {
  messages: ['spark:messages_read'],
  memberships: ['spark:memberships_read'],
  rooms: ['spark:rooms_read'],
  attachmentActions: ['spark:messages_read'],
  all: ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'],
  // Whoever registers webhooks may hear of them.
  webhooks: [],
};

interface Overseer {
  role: Role;
  scope: Scope;
  /** What of their organization they may subscribe to. */
  resources: readonly WebhookResource[];
}

/** WH-9, AUD-9: who may listen to a whole organization. Compliance officers read all of it anyway (VIS-5). */
const overseers: readonly Overseer[] = [
  { role: 'admin', scope: 'spark-admin:people_read', resources: ['rooms'] },
  {
    role: 'compliance',
    scope: 'spark-compliance:events_read',
    resources: ['messages', 'memberships', 'rooms', 'attachmentActions', 'all'],
  },
];

export function mayRegister(caller: Caller, resource: WebhookResource, ownedBy: OwnedBy): void {
  const may =
    ownedBy === 'org'
      ? overseers.some((overseer) => isOverseer(caller, overseer) && overseer.resources.includes(resource))
      : mayHearOf(caller, resource);
  if (!may) throw new ApiError('forbidden');
}

/** Whether the token shows what the resource's events tell. */
export function mayHearOf(caller: Caller, resource: WebhookResource): boolean {
  return readScopes[resource].every((scope) => hasScope(caller, scope));
}

export function mayListOrganization(caller: Caller): void {
  if (!overseers.some((overseer) => isOverseer(caller, overseer))) throw new ApiError('forbidden');
}

/** Who may look into a webhook and what became of its deliveries: its owner, and administrators of the owner's organization. */
export function mayLookInto(caller: Caller, webhook: { ownerId: number; orgUuid: string }): boolean {
  return webhook.ownerId === caller.personId || (overseesWebhooks(caller) && webhook.orgUuid === caller.orgUuid);
}

/** A token that an administrator gave a narrow purpose does not open the webhooks of everybody. */
export function overseesWebhooks(caller: Caller): boolean {
  return hasRole(caller, 'admin') && hasScope(caller, 'spark-admin:people_read');
}

/** Whether these roles are enough for an organization's webhook about the resource. */
export function mayOversee(roles: ReadonlySet<string>, resource: string): boolean {
  return overseers.some(({ role, resources }) => roles.has(role) && resources.some((name) => name === resource));
}

function isOverseer(caller: Caller, { role, scope }: Overseer): boolean {
  return hasRole(caller, role) && hasScope(caller, scope);
}

/** WH-3. `refusal` says why this server may not call an address; it is asked about well-formed ones only. */
export function targetMustBeCallable(url: string, refusal: (url: string) => string | undefined): void {
  // URL.canParse forgives blanks and line breaks, and a missing `//`.
  const reason =
    /^https?:\/\/\S+$/i.test(url) && URL.canParse(url)
      ? refusal(url)
      : 'targetUrl must be an absolute http or https URL.';
  if (reason !== undefined) throw new ApiError('webhookTargetInvalid', { reason });
}

/** WH-7: what a filter names exists, and the webhook may see it. */
export async function filterMustNameVisible(
  reader: Reader,
  caller: Caller,
  ownedBy: OwnedBy,
  filter: Filter,
): Promise<void> {
  for (const clause of filter) {
    if (await namesVisible(reader, caller, ownedBy, clause)) continue;
    const reason = 'Nothing with this id exists, or the webhook may not see it.';
    throw new ApiError('filterInvalid', { key: clause.key }, [reason]);
  }
}

async function namesVisible(reader: Reader, caller: Caller, ownedBy: OwnedBy, clause: Clause): Promise<boolean> {
  switch (clause.key) {
    case 'roomId':
      return seesRoom(reader, caller, ownedBy, clause.uuid);
    case 'messageId': {
      const room = await reader.first(roomOfMessage, { messageUuid: clause.uuid });
      return room !== undefined && (await seesRoom(reader, caller, ownedBy, room.uuid));
    }
    case 'personId':
      return (await findPersonByUuid(reader, clause.uuid)) !== undefined;
    case 'mentionedPeople':
      for (const uuid of clause.people) if (!(await findPersonByUuid(reader, uuid))) return false;
      return true;
    default:
      return true;
  }
}

/** An organization's webhook sees the rooms that the organization owns, whoever is in them (AUD-9). */
async function seesRoom(reader: Reader, caller: Caller, ownedBy: OwnedBy, roomUuid: string): Promise<boolean> {
  const room =
    ownedBy === 'org'
      ? await reader.first(roomOfOrganization, { orgId: caller.orgId, roomUuid })
      : await findRoomFor(reader, caller.personId, roomUuid);
  return room !== undefined;
}

const roomOfMessage = statement<{ messageUuid: string }>()((db, param) =>
  db
    .selectFrom('messages')
    .innerJoin('rooms', 'rooms.id', 'messages.roomId')
    .select('rooms.uuid')
    .where('messages.uuid', '=', param('messageUuid')),
);

const roomOfOrganization = statement<{ orgId: number; roomUuid: string }>()((db, param) =>
  db
    .selectFrom('rooms')
    .select('rooms.id')
    .where('rooms.uuid', '=', param('roomUuid'))
    .where('rooms.archivedAt', 'is', null)
    .where('rooms.ownerOrgId', '=', param('orgId')),
);
