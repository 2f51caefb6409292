import type { ComplianceEvent, ComplianceEventsQuery } from '../contract/index.ts';
import type { Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { ApiError } from '../core/errors.ts';
import type { LoggedEvent } from '../core/events.ts';
import type { Vault } from '../core/vault.ts';
import type { Database } from '../db/index.ts';
import type { EventLog } from '../eventlog/index.ts';
import { bodyKey, keyset, pathKey, type Page } from '../http/index.ts';
import { fullData } from './content.ts';
import { mayAsk, mayReadEvents } from './policy.ts';
import { presentEvent } from './present.ts';
import { eventsIn, findEventPosition, type Range } from './store.ts';

/** Events that one page looks at: what nearly nobody did is found over several, some of them empty (PAGE-2). */
export const MOST_LOOKED_AT = 10_000;

interface Parts {
  db: Database;
  log: EventLog;
  vault: Vault;
  clock: Clock;
}

const newestFirst = keyset('events', 'number');

/** The event log, as compliance officers read it (EVT-6). */
export class EventService {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async list(caller: Caller, query: ComplianceEventsQuery): Promise<Page<ComplianceEvent>> {
    mayReadEvents(caller);
    mayAsk(query, this.#parts.clock.now());
    const actorUuid = query.actorId === undefined ? undefined : bodyKey('PEOPLE', query.actorId);
    const { from, below } = await this.#rangeOf(query);
    const looked = { from: Math.max(from, below - MOST_LOOKED_AT), below };
    const { resource, type, max } = query;
    const rows = await eventsIn(this.#parts.db.reader, caller, looked, { resource, type, actorUuid, limit: max + 1 });
    const page = newestFirst.page(rows, max, ({ seq }) => [seq]);
    const items = await this.#present(page.items);
    if (page.next) return { items, next: page.next };
    return looked.from > from ? { items, next: ['events', looked.from] } : { items };
  }

  async get(caller: Caller, id: string): Promise<ComplianceEvent> {
    mayReadEvents(caller);
    const { db, log } = this.#parts;
    const position = await findEventPosition(db.reader, pathKey('EVENT', id, 'eventNotFound'));
    // Told of only once it is on the disk.
    if (position === undefined || position > log.head) throw new ApiError('eventNotFound');
    const only = { from: position, below: position + 1 };
    const rows = await eventsIn(db.reader, caller, only, { limit: 1 });
    const [event] = await this.#present(rows);
    if (!event) throw new ApiError('eventNotFound');
    return event;
  }

  /** The positions that the times and the cursor leave. */
  async #rangeOf({ from, to, cursor }: ComplianceEventsQuery): Promise<Range> {
    const { log } = this.#parts;
    const before = async (time: string) => (await log.positionBefore(Date.parse(time))) + 1;
    const [after] = newestFirst.after(cursor) ?? [];
    return {
      from: from === undefined ? await log.oldest() : await before(from),
      below: Math.min(after ?? Infinity, to === undefined ? log.head + 1 : await before(to)),
    };
  }

  async #present(events: readonly LoggedEvent[]): Promise<ComplianceEvent[]> {
    const { db, vault } = this.#parts;
    const data = await fullData(db.reader, vault, events);
    return events.map((event, at) => presentEvent(event, data[at] ?? {}));
  }
}
