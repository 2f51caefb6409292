export type { Answered, Failed, FailureReason, Outcome } from './outcome.ts';
export { Sender, type OutgoingRequest, type SenderOptions } from './sender.ts';
