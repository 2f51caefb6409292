import type { StreamDelivery, StreamGap } from '../contract/index.ts';
import type { LoggedEvent } from '../core/events.ts';
import type { EventLog } from '../eventlog/index.ts';
import type { WebhookRegistry } from '../webhooks/index.ts';
import type { Cursor } from './cursor.ts';
import type { Interest } from './interest.ts';
import { presentDelivery } from './present.ts';
import type { ChangedDelivery } from './store.ts';
import type { Tail } from './tail.ts';

/** Items looked at in one step. */
const STEP = 100;

export interface FollowingParts {
  log: Pick<EventLog, 'head' | 'oldest'>;
  registry: WebhookRegistry;
  events: Tail<LoggedEvent>;
  deliveries: Tail<ChangedDelivery>;
}

/** Something to tell. Who has read it goes on from its cursor. */
export type Message = { cursor: Cursor } & (
  | { kind: 'event'; event: LoggedEvent }
  | { kind: 'delivery'; delivery: StreamDelivery }
  | { kind: 'gap'; gap: StreamGap }
);

export interface Step {
  messages: readonly Message[];
  /** False: there is nothing more for now. */
  moved: boolean;
}

/** Somebody's way through the log and the changes of deliveries. All that it holds is where it is. */
export class Following {
  readonly #parts: FollowingParts;
  readonly #interest: Interest;
  #cursor: Cursor;
  /** Whether events before the next one may be gone. */
  #unsure = true;

  constructor(parts: FollowingParts, interest: Interest, cursor: Cursor) {
    this.#parts = parts;
    this.#interest = interest;
    this.#cursor = cursor;
  }

  /** Everything up to here has been looked at, and told of where it is wanted. */
  get cursor(): Cursor {
    return this.#cursor;
  }

  /** The next at most `most` messages, each exactly once; fewer, or none, when much is passed over. */
  async next(most: number): Promise<Step> {
    const before = this.#cursor;
    const messages: Message[] = [];
    await this.#readEvents(messages, most);
    if (this.#interest.follows) await this.#readDeliveries(this.#interest.follows, messages, most);
    return { messages, moved: this.#cursor !== before };
  }

  async #readEvents(messages: Message[], most: number): Promise<void> {
    const events = await this.#parts.events.after(this.#cursor.event, STEP);
    const [first] = events;
    if (this.#unsure || (first && first.seq > this.#cursor.event + 1)) await this.#tellGap(messages);
    for (const event of events) {
      if (messages.length >= most) return;
      // Retention may have taken it since it was read: it was told of as missing then.
      if (event.seq <= this.#cursor.event) continue;
      this.#moveTo({ event: event.seq });
      if (await this.#interest.wants(event)) messages.push({ kind: 'event', cursor: this.#cursor, event });
    }
  }

  async #readDeliveries(follows: NonNullable<Interest['follows']>, messages: Message[], most: number): Promise<void> {
    for (const delivery of await this.#parts.deliveries.after(this.#cursor.change, STEP)) {
      if (messages.length >= most) return;
      this.#moveTo({ change: delivery.change });
      const webhook = this.#parts.registry.get(delivery.webhookId);
      if (!webhook || !follows(webhook)) continue;
      const shown = presentDelivery(delivery, webhook.uuid);
      messages.push({ kind: 'delivery', cursor: this.#cursor, delivery: shown });
    }
  }

  /** What lies between the cursor and the log that is there cannot be told; that it is missing can. */
  async #tellGap(messages: Message[]): Promise<void> {
    this.#unsure = false;
    const { head } = this.#parts.log;
    const oldest = await this.#parts.log.oldest();
    const { event } = this.#cursor;
    if (event > head) {
      const reason = 'The log of this server ends before the cursor: it was set back, or the cursor is of another one.';
      this.#skip(messages, { from: head + 1, to: event, reason }, head);
    } else if (event + 1 < oldest) {
      const reason = 'These events are no longer kept.';
      this.#skip(messages, { from: event + 1, to: oldest - 1, reason }, oldest - 1);
    }
  }

  #skip(messages: Message[], gap: StreamGap, event: number): void {
    this.#moveTo({ event });
    messages.push({ kind: 'gap', cursor: this.#cursor, gap });
  }

  #moveTo(position: Partial<Cursor>): void {
    this.#cursor = { ...this.#cursor, ...position };
  }
}
