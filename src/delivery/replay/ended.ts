import type { Writer } from '../../db/index.ts';
import type { Recorded } from '../store/records.ts';
import { countEnded } from './store.ts';

/**
 * Counts what ended of replays in the transaction that records it, so that their counts are right after a crash too.
 * A delivery that was given up sets its replay back to the first pace; one that was dropped says nothing of the receiver.
 */
export async function countReplayed(tx: Writer, records: readonly Recorded[], now: number): Promise<void> {
  const ended = records.filter(
    ({ delivery, settlement }) => delivery.replayId !== undefined && settlement.state !== 'waiting',
  );
  if (ended.length === 0) return;
  for (const [id, of] of Map.groupBy(ended, ({ delivery }) => delivery.replayId)) {
    if (id === undefined) continue;
    const states = of.map(({ settlement }) => settlement.state);
    const delivered = states.filter((state) => state === 'delivered').length;
    const gaveUp = states.includes('failed');
    await countEnded(tx, id, { delivered, failed: of.length - delivered, gaveUp }, now);
  }
}
