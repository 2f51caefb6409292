import type { Clock } from '../core/clock.ts';
import { Alarm } from './bell.ts';
import { formatCursor, type Cursor } from './cursor.ts';
import type { Message } from './following.ts';
import { bodyOf } from './present.ts';
import type { Listener } from './streams.ts';

/** Between two comments, in ms: shorter than the idle limits of the proxies that one meets. */
const KEEP_ALIVE_MS = 15_000;
/** How long a client waits before it comes back, in ms. */
const RETRY_MS = 1_000;
/** Messages written at once; the next ones are read when the socket has taken these. */
const MOST_AT_ONCE = 100;

interface Speaking {
  clock: Clock;
  /** Whether the token that opened the stream is still good; asked with each keep-alive. */
  stillTrusted: () => Promise<boolean>;
}

/**
 * A stream as text. Nothing is read ahead: whoever takes the pieces at a slow pace is told at that pace. Each cursor
 * stands in the `id` of a message, or alone where nothing had to be told, so that a client that comes back goes on from
 * there and what was passed over is not looked at again.
 */
export async function* speak(
  { following, bell, ended }: Listener,
  { clock, stillTrusted }: Speaking,
): AsyncGenerator<string> {
  let keepAlive = new Alarm(clock, KEEP_ALIVE_MS, bell);
  try {
    yield `retry: ${RETRY_MS}\n${place(following.cursor)}`;
    while (!ended.aborted) {
      if (keepAlive.over) {
        const trusted = await stillTrusted();
        if (trusted) keepAlive = new Alarm(clock, KEEP_ALIVE_MS, bell);
        yield comment(trusted ? 'keep-alive' : 'the token is no longer valid', following.cursor);
        if (!trusted) return;
      }
      const { messages, moved } = await following.next(MOST_AT_ONCE);
      if (messages.length > 0) yield messages.map(write).join('');
      else if (!moved) await bell.heard();
    }
    yield comment('the server is stopping', following.cursor);
  } finally {
    keepAlive.cancel();
  }
}

function comment(words: string, cursor: Cursor): string {
  return `: ${words}\n${place(cursor)}`;
}

/** A block without data: clients take its id and dispatch nothing. */
function place(cursor: Cursor): string {
  return `id: ${formatCursor(cursor)}\n\n`;
}

function write(message: Message): string {
  return `id: ${formatCursor(message.cursor)}\nevent: ${message.kind}\ndata: ${bodyOf(message)}\n\n`;
}
