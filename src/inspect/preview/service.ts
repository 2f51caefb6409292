import type { Notice, Preview, PreviewRequest } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import type { LoggedEvent } from '../../core/events.ts';
import { publicId } from '../../core/ids.ts';
import type { Reader } from '../../db/index.ts';
import { matches } from '../../delivery/conditions.ts';
import type { Matcher } from '../../delivery/matcher.ts';
import type { WebhookService } from '../../webhooks/index.ts';
import { presentEvent } from '../deliveries/present.ts';
import { firstEventSince } from '../deliveries/store.ts';
import { eventsBelow, roomsOf } from './store.ts';

/** How far back it looks, in ms and in events. */
const LOOK_BACK_MS = 24 * 60 * 60 * 1000;
const MOST_SCANNED = 100_000;
/** Events that are read at once; other work of the server goes on in between. */
const BATCH = 500;

export interface PreviewerParts {
  reader: Reader;
  clock: Clock;
  matcher: Pick<Matcher, 'sightOf'>;
  webhooks: Pick<WebhookService, 'pretend'>;
}

/** Which of the latest events a webhook would have matched, had it been there. */
export class Previewer {
  readonly #parts: PreviewerParts;

  constructor(parts: PreviewerParts) {
    this.#parts = parts;
  }

  async preview(caller: Caller, { max, ...wanted }: PreviewRequest): Promise<Preview> {
    const { reader, clock, matcher, webhooks } = this.#parts;
    const webhook = await webhooks.pretend(caller, wanted);
    const near = await this.#near(caller, wanted.ownedBy);
    const from = (await firstEventSince(reader, clock.now() - LOOK_BACK_MS)) ?? Number.MAX_SAFE_INTEGER;
    const preview: Preview = { scanned: 0, complete: true, matched: 0, items: [] };

    for (let below = Number.MAX_SAFE_INTEGER; preview.complete;) {
      const events = await eventsBelow(reader, { from, below, limit: BATCH });
      for (const event of events) {
        if (!near(event) || !matches(webhook, event, await matcher.sightOf(event))) continue;
        preview.matched += 1;
        if (preview.items.length < max) preview.items.push(present(event));
      }
      preview.scanned += events.length;
      const last = events.at(-1);
      if (!last || events.length < BATCH) break;
      below = last.seq;
      preview.complete = preview.scanned < MOST_SCANNED;
      await new Promise(setImmediate);
    }
    return preview;
  }

  /** Spares looking up the members of rooms that the caller is not in; `matches` has the last word. */
  async #near(caller: Caller, ownedBy: 'creator' | 'org'): Promise<(event: LoggedEvent) => boolean> {
    if (ownedBy === 'org') return ({ orgUuid }) => orgUuid === caller.orgUuid;
    const rooms = await roomsOf(this.#parts.reader, caller);
    return ({ roomUuid, facts }) => roomUuid === '' || rooms.has(roomUuid) || facts.personUuid === caller.uuid;
  }
}

function present(event: LoggedEvent): Preview['items'][number] {
  return {
    ...presentEvent(event),
    actorId: publicId('PEOPLE', event.actorUuid),
    data: JSON.parse(event.dataJson) as Notice['data'],
  };
}
