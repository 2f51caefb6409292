import type { IncomingWebhook } from '../contract/index.ts';
import { isoTime } from '../core/clock.ts';
import { publicId } from '../core/ids.ts';
import type { IncomingWebhookRow } from './store.ts';

/** An incoming webhook whose token is open: for whoever made it. */
export interface OpenIncomingWebhook extends Omit<IncomingWebhookRow, 'token'> {
  token: string;
}

/** `baseUrl`: how the client called the server (HTTP-2). */
export function presentIncomingWebhook(webhook: OpenIncomingWebhook, baseUrl: string): IncomingWebhook {
  return {
    id: webhook.uuid,
    name: webhook.name,
    roomId: publicId('ROOM', webhook.roomUuid),
    personId: publicId('PEOPLE', webhook.personUuid),
    token: webhook.token,
    url: `${baseUrl}/v1/webhooks/incoming/${webhook.token}`,
    created: isoTime(webhook.createdAt),
  };
}
