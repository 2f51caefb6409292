import type { Caller } from '../core/caller.ts';
import { overseesWebhooks, type ActiveWebhook } from '../webhooks/index.ts';

/** Whose deliveries somebody may follow: their own webhooks', and an admin those of the whole organization. */
export function mayFollow(caller: Caller, webhook: ActiveWebhook): boolean {
  return webhook.ownerId === caller.personId || (overseesWebhooks(caller) && webhook.orgUuid === caller.orgUuid);
}
