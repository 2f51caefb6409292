import type { Clock } from '../core/clock.ts';
import type { LoggedEvent } from '../core/events.ts';
import { newUuid } from '../core/ids.ts';
import type { Reader } from '../db/index.ts';
import { Alarm } from '../stream/bell.ts';
import type { Message } from '../stream/following.ts';
import type { Listener } from '../stream/streams.ts';
import { eventFrame } from './activities.ts';
import type { Wire } from './wire.ts';

/** Events that a client may have before it acknowledges the first of them. */
const MOST_UNACKNOWLEDGED = 200;

interface TellingParts {
  reader: Reader;
  clock: Clock;
  wire: Wire;
  listener: Listener;
  /** How long (ms) the first message of a 1:1 room is held back. */
  firstMessageDelayMs: number;
  /** The URL under which the client knows this server. */
  base: string;
  /** Calls with where the client is to go on if it were cut off now. */
  reached: (position: number) => void;
  told: () => void;
}

/** What is said on a socket that has been authorized, until it ends. */
export class Telling {
  readonly #parts: TellingParts;
  /** By the id of the event's frame: the position before it, in the order of telling. */
  readonly #unacknowledged = new Map<string, number>();
  /** Events up to here were acknowledged, or stand in the map, or are none of the client's business. */
  #lookedAt: number;

  constructor(parts: TellingParts) {
    this.#parts = parts;
    this.#lookedAt = parts.listener.following.cursor.event;
  }

  /** Everything up to here is done with. */
  get place(): number {
    const [first = this.#lookedAt] = this.#unacknowledged.values();
    return first;
  }

  acknowledge(frameId: string): void {
    const full = this.#unacknowledged.size >= MOST_UNACKNOWLEDGED;
    if (!this.#unacknowledged.delete(frameId)) return;
    this.#parts.reached(this.place);
    if (full) this.#parts.listener.bell.ring();
  }

  async run(): Promise<void> {
    const { following, bell, ended } = this.#parts.listener;
    while (!ended.aborted) {
      const room = MOST_UNACKNOWLEDGED - this.#unacknowledged.size;
      if (room > 0 && (await this.#step(following, room))) continue;
      await bell.heard();
    }
  }

  /** Whether there may be more at once. */
  async #step(following: Listener['following'], most: number): Promise<boolean> {
    const { messages, moved } = await following.next(most);
    if (!moved) return false;
    for (const message of messages) {
      if (message.kind === 'event') this.#unacknowledged.set(message.event.uuid, message.event.seq - 1);
    }
    this.#lookedAt = following.cursor.event;
    this.#parts.reached(this.place);
    for (const message of messages) await this.#tell(message);
    return true;
  }

  async #tell(message: Message): Promise<void> {
    const { reader, base, wire, told } = this.#parts;
    if (message.kind === 'gap') {
      await wire.send({ id: newUuid(), data: { eventType: 'hearth.gap', ...message.gap } });
    } else if (message.kind === 'event') {
      await this.#holdBack(message.event);
      await wire.send(await eventFrame(reader, message.event, base));
      told();
    }
  }

  /** As before webhooks are told: frameworks drop messages of a room that they are still reading about. */
  async #holdBack({ facts, createdAt }: LoggedEvent): Promise<void> {
    const { clock, firstMessageDelayMs, listener } = this.#parts;
    const wait = facts.opensRoom === true ? createdAt + firstMessageDelayMs - clock.now() : 0;
    if (wait <= 0) return;
    const due = new Alarm(clock, wait, listener.bell);
    while (!due.over && !listener.ended.aborted) await listener.bell.heard();
    due.cancel();
  }
}
