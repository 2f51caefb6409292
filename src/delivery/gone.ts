import type { ActiveWebhook } from '../webhooks/index.ts';

/** Why nothing is sent to a webhook ever again, nor waits for it; undefined: it is there, be it inactive for now. */
export function goneReason(webhook: ActiveWebhook | undefined): string | undefined {
  if (!webhook) return 'The webhook was deleted.';
  return webhook.ownerIsGone ? "The webhook's owner was deleted." : undefined;
}

/** The webhook, unless it is gone. */
export function unlessGone(webhook: ActiveWebhook | undefined): ActiveWebhook | undefined {
  return webhook?.ownerIsGone ? undefined : webhook;
}
