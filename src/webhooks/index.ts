export { clauseInWords, holds, parseFilter, pins, type Clause, type Filter } from './filter.ts';
export { checkSubscription } from './matrix.ts';
export {
  filterMustNameVisible,
  mayHearOf,
  mayLookInto,
  mayRegister,
  overseesWebhooks,
  targetMustBeCallable,
} from './policy.ts';
export { noticePrefix, presentWithoutSecret } from './present.ts';
export { WebhookRegistry, type WebhookChange } from './registry.ts';
export { secretsOf } from './secrets.ts';
export type { WebhookService } from './service.ts';
export { switchOff, switchOffAll, switchOffOversight } from './switching.ts';
export { insertWebhook, sealSecret, updateWebhook, type ActiveWebhook } from './store.ts';
