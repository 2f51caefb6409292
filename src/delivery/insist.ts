import type { Logger } from 'pino';
import type { Clock } from '../core/clock.ts';
import { logLevelOf } from '../db/index.ts';

/** When to try again what failed on our own side, in ms. */
export const OWN_FAULT_DELAY_MS = 1_000;

export interface Insisting {
  clock: Clock;
  logger: Logger;
  signal: AbortSignal;
}

/** Tries again until it works or the signal aborts: what the store refuses now it may allow in a moment. */
export async function insist(
  { clock, logger, signal }: Insisting,
  complaint: string,
  work: () => Promise<void>,
): Promise<void> {
  while (!signal.aborted) {
    try {
      return await work();
    } catch (error) {
      logger[logLevelOf(error)]({ err: error }, complaint);
      await new Promise<void>((resolve) => clock.setTimer(OWN_FAULT_DELAY_MS, resolve));
    }
  }
}
