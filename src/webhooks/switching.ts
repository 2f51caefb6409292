import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { NewEvent } from '../core/events.ts';
import type { Vault } from '../core/vault.ts';
import type { Database, Writer } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { presentSwitch } from './present.ts';
import type { WebhookRegistry } from './registry.ts';
import { findWebhook, openWebhook, updateWebhook, type ActiveWebhook, type WebhookRow } from './store.ts';

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
    if (row?.status !== 'active') return undefined;
    await updateWebhook(tx, row, {
      status: 'inactive',
      disabledAt: parts.clock.now(),
      disabledReason: reason,
      disabledAfter: after,
    });
    return tell(parts, tx, id, { uuid: actorUuid });
  });
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
