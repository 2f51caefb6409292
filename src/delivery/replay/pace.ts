/** Every replay begins with one delivery, the oldest, to find out whether the receiver is back; so it does after one that failed. */
export const FIRST_PACE = 1;
/** What a replay has waiting in the table at the most, and what a receiver that has gone away again costs. */
export const MOST_PACE = 512;

/** The deliveries of the next step, when all of this one were delivered. */
export function nextPace(pace: number): number {
  return Math.min(pace * 2, MOST_PACE);
}
