export type { FailureReason, Outcome } from './outcome.ts';
export { Sender, type SenderOptions } from './sender.ts';
