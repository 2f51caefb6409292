import { ApiError } from '../core/errors.ts';
import { encodeCursor, keyset } from '../http/index.ts';

/** How far somebody has read. */
export interface Cursor {
  /** Position in the log of events. */
  event: number;
  /** Number of a change of deliveries. */
  change: number;
}

const LIST = 'stream';
const positions = keyset(LIST, 'number', 'number');

/** Opaque to clients: one text for both positions. */
export function formatCursor({ event, change }: Cursor): string {
  return encodeCursor([LIST, event, change]);
}

/** Throws `invalidCursor` for what `formatCursor` never made. */
export function parseCursor(text: string): Cursor {
  const [event = -1, change = -1] = positions.after(text) ?? [];
  if (![event, change].every((position) => Number.isSafeInteger(position) && position >= 0)) {
    throw new ApiError('invalidCursor');
  }
  return { event, change };
}
