import { hasRole, type Caller } from '../../core/caller.ts';
import type { ActiveWebhook } from '../../webhooks/index.ts';

/** The owner of a webhook, and an administrator of the owner's organization. */
export function mayReplay(caller: Caller, { ownerUuid, orgUuid }: ActiveWebhook): boolean {
  return caller.uuid === ownerUuid || (hasRole(caller, 'admin') && caller.orgUuid === orgUuid);
}
