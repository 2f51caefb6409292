import type { Clock } from '../core/clock.ts';
import { Alarm } from './bell.ts';
import { formatCursor } from './cursor.ts';
import type { Message } from './following.ts';
import { bodyOf } from './present.ts';
import type { Listener } from './streams.ts';

/** Steps that pass over everything before an answer says how far they came. */
const MOST_STEPS = 100;

interface Patience {
  clock: Clock;
  /** How long to wait while there is nothing to tell. */
  waitMs: number;
  /** Messages in one answer. */
  most: number;
}

/** What there is after the cursor, waited for when it is nothing yet; JSON of an `EventsPage`. */
export async function poll(listener: Listener, { clock, waitMs, most }: Patience): Promise<string> {
  const { following, bell, ended } = listener;
  const patience = new Alarm(clock, waitMs, bell);
  try {
    const found: Message[] = [];
    for (let steps = 0; steps < MOST_STEPS && found.length < most && !ended.aborted;) {
      const { messages, moved } = await following.next(most - found.length);
      found.push(...messages);
      if (moved) steps += 1;
      else if (found.length > 0 || patience.over) break;
      else await bell.heard();
    }
    return page(found, formatCursor(following.cursor));
  } finally {
    patience.cancel();
  }
}

function page(found: readonly Message[], cursor: string): string {
  const bodies = (wanted: Message['kind']) => found.filter(({ kind }) => kind === wanted).map(bodyOf);
  const [items, deliveries, [gap]] = [bodies('event'), bodies('delivery'), bodies('gap')];
  const parts = [
    `"items":[${items.join(',')}]`,
    ...(deliveries.length > 0 ? [`"deliveries":[${deliveries.join(',')}]`] : []),
    ...(gap === undefined ? [] : [`"gap":${gap}`]),
    `"cursor":${JSON.stringify(cursor)}`,
  ];
  return `{${parts.join(',')}}`;
}
