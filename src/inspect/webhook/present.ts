import type { InspectedWebhook, WebhookHealth } from '../../contract/index.ts';
import { isoTime } from '../../core/clock.ts';
import { presentWithoutSecret, secretsOf, type ActiveWebhook } from '../../webhooks/index.ts';

export function presentInspected(webhook: ActiveWebhook, health: WebhookHealth, now: number): InspectedWebhook {
  const { ordering, secret, previousSecretUntil } = webhook;
  const overlaps = secretsOf(webhook, now).length > 1 && previousSecretUntil !== null;
  return {
    ...presentWithoutSecret(webhook),
    ordering,
    signed: secret !== undefined,
    ...(overlaps && { formerSecretUntil: isoTime(previousSecretUntil) }),
    health,
  };
}
