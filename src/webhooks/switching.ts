import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { NewEvent } from '../core/events.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { mayOversee } from './policy.ts';
import { presentSwitch } from './present.ts';
import type { WebhookRegistry } from './registry.ts';
import { findWebhook, openWebhook, updateWebhook, webhooksOf, type ActiveWebhook, type WebhookRow } from './store.ts';

export interface SwitchingParts {
  db: Database;
  log: EventLog;
  clock: Clock;
  vault: Vault;
  registry: WebhookRegistry;
}

/** The webhook as the transaction leaves it; the registry has it once that is committed. */
export async function announce(
  { vault, registry }: Pick<SwitchingParts, 'vault' | 'registry'>,
  tx: Writer,
  id: number,
): Promise<ActiveWebhook> {
  const row = await findWebhook(tx, id);
  if (!row) throw new Error('A webhook that was just written is not there.');
  const webhook = openWebhook(row, vault);
  tx.afterCommit(() => registry.put(webhook));
  return webhook;
}

/** Who did it, and as part of which trace. */
type Actor = Pick<Caller, 'uuid' | 'trace'>;

/** DEL-6: an inactive webhook is active again. */
export async function switchOn(
  parts: Omit<SwitchingParts, 'db'>,
  tx: Writer,
  row: WebhookRow,
  actor: Actor,
): Promise<ActiveWebhook> {
  await updateWebhook(tx, row, { status: 'active', enabledAt: parts.clock.now() });
  return tell(parts, tx, row.id, actor);
}

/**
 * DEL-5: an active webhook becomes inactive, with the reason in words. Undefined when it is inactive already, or gone.
 * `after`: events up to this position were matched while it was active.
 */
export async function switchOff(
  parts: SwitchingParts,
  id: number,
  { reason, after, actorUuid }: { reason: string; after: number; actorUuid: string },
): Promise<ActiveWebhook | undefined> {
  return parts.db.write(async (tx) => {
    const row = await findWebhook(tx, id);
    return row?.status === 'active'
      ? switchRowOff(parts, tx, row, { reason, after, actor: { uuid: actorUuid } })
      : undefined;
  });
}

/** WH-14: nobody is there any more to see what the webhooks of somebody who is deleted would tell. */
export async function switchOffAll(parts: Omit<SwitchingParts, 'db'>, tx: Writer, ownerId: number, actor: Actor) {
  for (const row of await webhooksOf(tx, ownerId)) {
    const how = { reason: 'Its owner was deleted.', after: parts.log.settled, actor };
    if (row.status === 'active') await switchRowOff(parts, tx, row, how);
    // What waits for one that was inactive already has nothing to wait for either.
    else await announce(parts, tx, row.id);
  }
}

/** AUD-9: a webhook of the organization is for those who oversee it, as long as they do. */
export async function switchOffOversight(
  parts: Omit<SwitchingParts, 'db'>,
  tx: Writer,
  { id, roles }: { id: number; roles: string },
  actor: Actor,
): Promise<void> {
  const held = new Set(roles.split(' '));
  for (const row of await webhooksOf(tx, id)) {
    if (row.status !== 'active' || row.ownedBy !== 'org' || mayOversee(held, row.resource)) continue;
    const reason = 'Its owner no longer has the role that it takes.';
    await switchRowOff(parts, tx, row, { reason, after: parts.log.settled, actor });
  }
}

async function switchRowOff(
  parts: Omit<SwitchingParts, 'db'>,
  tx: Writer,
  row: WebhookRow,
  { reason, after, actor }: { reason: string; after: number; actor: Actor },
): Promise<ActiveWebhook> {
  await updateWebhook(tx, row, {
    status: 'inactive',
    disabledAt: parts.clock.now(),
    disabledReason: reason,
    disabledAfter: after,
  });
  return tell(parts, tx, row.id, actor);
}

/** The change and its event commit together (rule 1). It concerns the owner alone. */
async function tell(parts: Omit<SwitchingParts, 'db'>, tx: Writer, id: number, actor: Actor): Promise<ActiveWebhook> {
  const webhook = await announce(parts, tx, id);
  const switched: NewEvent = {
    resource: 'webhooks',
    event: 'updated',
    actorUuid: actor.uuid,
    roomUuid: '',
    orgUuid: webhook.orgUuid,
    facts: { personUuid: webhook.ownerUuid, audience: [webhook.ownerUuid] },
    data: presentSwitch(webhook),
  };
  await parts.log.append(tx, [switched], actor.trace);
  return webhook;
}
