export { holds, parseFilter, pins, type Clause, type Filter } from './filter.ts';
export { checkSubscription } from './matrix.ts';
export { filterMustNameVisible, mayLookInto, mayRegister, targetMustBeCallable } from './policy.ts';
export { noticePrefix } from './present.ts';
export { WebhookRegistry, type WebhookChange } from './registry.ts';
export { secretsOf } from './secrets.ts';
export { switchOff } from './switching.ts';
export { insertWebhook, sealSecret, updateWebhook, type ActiveWebhook } from './store.ts';
