import { hasRole, type Caller } from '../core/caller.ts';
import type { ActiveWebhook } from '../webhooks/index.ts';

/** Whose deliveries somebody may follow: their own webhooks', and an admin those of the whole organization. */
export function mayFollow(caller: Caller, webhook: ActiveWebhook): boolean {
  return webhook.ownerId === caller.personId || (hasRole(caller, 'admin') && webhook.orgUuid === caller.orgUuid);
}
