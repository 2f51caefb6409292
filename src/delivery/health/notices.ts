import { publicId } from '../../core/ids.ts';
import type { ActiveWebhook } from '../../webhooks/index.ts';
import type { FailureWindow } from './health-book.ts';

/** What the owner of a webhook reads half way to its being disabled. Markdown. */
export function warningNotice(
  webhook: ActiveWebhook,
  failures: number,
  { failures: limit, windowMs }: FailureWindow,
  lastError: string,
): string {
  return `Your webhook ${named(webhook)} is failing: ${failures} notifications within ${windowMs / 60_000} minutes, the last one so: ${lastError} At ${limit} it is disabled.`;
}

/** What the owner reads when it has happened. Markdown. */
export function disabledNotice(webhook: ActiveWebhook, reason: string): string {
  const id = publicId('WEBHOOK', webhook.uuid);
  return `Your webhook ${named(webhook)} is disabled. ${reason} What happens from now on is kept. When its receiver works again, enable it with \`PUT /v1/webhooks/${id}\` and \`{"status": "active"}\`, or with \`POST /hearth/v1/webhooks/${id}/enable\` and \`{"replay": "since-disabled"}\` to get what it has missed.`;
}

/** Its name and target as text that stays what it is in markdown. */
function named({ name, targetUrl }: ActiveWebhook): string {
  return `${code(name)} (${code(targetUrl)})`;
}

function code(text: string): string {
  const quoted = text.replaceAll('`', "'").replaceAll(/\s+/g, ' ');
  return `\`${quoted.length > 200 ? `${quoted.slice(0, 200)}…` : quoted}\``;
}
