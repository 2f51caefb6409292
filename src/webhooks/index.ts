export { holds, pins, type Clause, type Filter } from './filter.ts';
export { noticePrefix } from './present.ts';
export { WebhookRegistry, type WebhookChange } from './registry.ts';
export type { ActiveWebhook } from './store.ts';
