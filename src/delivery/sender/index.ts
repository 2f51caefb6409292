export { failureOf } from './failure.ts';
export type { FailureReason, Outcome, Timings } from './outcome.ts';
export { connectorTo, Sender, type SenderOptions } from './sender.ts';
export type { Sending } from './sending.ts';
export { ThreadedSender, type ThreadedSenderOptions } from './threads/threaded-sender.ts';
export { automaticThreads } from './threads/automatic.ts';
