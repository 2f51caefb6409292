export type { FailureReason, Outcome, Timings } from './outcome.ts';
export { Sender, type SenderOptions } from './sender.ts';
