export { holds, parseFilter, pins, type Clause } from './filter.ts';
export { checkSubscription } from './matrix.ts';
export { targetMustBeCallable } from './policy.ts';
export { noticePrefix } from './present.ts';
export { WebhookRegistry } from './registry.ts';
export { sealSecret, type ActiveWebhook } from './store.ts';
