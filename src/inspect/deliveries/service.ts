import type { DeliveriesQuery, Delivery, InspectedDelivery } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import type { Clock } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { LoggedEvent } from '../../core/events.ts';
import type { Database, Reader } from '../../db/index.ts';
import { parseDeliveryId } from '../../delivery/delivery.ts';
import { noticeBody } from '../../delivery/envelope.ts';
import type { Recorder } from '../../delivery/recorder.ts';
import { sendAnew } from '../../delivery/store/anew.ts';
import { bodyKey, type Page } from '../../http/index.ts';
import { mayLookInto, type ActiveWebhook, type WebhookRegistry } from '../../webhooks/index.ts';
import { ownWebhooks, webhookFor } from '../access.ts';
import { listDeliveries, type Choice } from './list.ts';
import { presentAttempt, presentDelivery } from './present.ts';
import {
  attemptsOf,
  eventsAbout,
  findDelivery,
  findEvent,
  firstEventSince,
  formerlyTold,
  reachOf,
  type AttemptRow,
  type DeliveryRow,
  type Range,
  type WholeDeliveryRow,
} from './store.ts';

export interface DeliveriesParts {
  db: Database;
  clock: Clock;
  registry: WebhookRegistry;
  recorder: Pick<Recorder, 'nextChange'>;
  /** A delivery of this webhook has become due. */
  wake: (webhookId: number) => void;
  /** Headers that every request has, which are not kept with each attempt. */
  standingHeaders: Readonly<Record<string, string>>;
}

interface Found {
  row: WholeDeliveryRow;
  event: LoggedEvent;
  webhook: ActiveWebhook;
}

const EVERYTHING: Range = { from: 0, below: Number.MAX_SAFE_INTEGER };

/** What became of deliveries, for those who may look into their webhooks. */
export class Deliveries {
  readonly #parts: DeliveriesParts;
  readonly #reader: Reader;

  constructor(parts: DeliveriesParts) {
    this.#parts = parts;
    this.#reader = parts.db.reader;
  }

  async list(caller: Caller, query: DeliveriesQuery): Promise<Page<Delivery>> {
    const { registry } = this.#parts;
    const page = await listDeliveries(this.#reader, await this.#choose(caller, query), query);
    const items = page.items.flatMap((row) => {
      const webhook = registry.get(row.webhookId);
      return webhook ? [presentDelivery(row, webhook.uuid)] : [];
    });
    return { ...page, items };
  }

  async get(caller: Caller, id: string): Promise<InspectedDelivery> {
    const { row, event, webhook } = await this.#find(caller, id);
    const body = noticeBody(webhook, event, (await this.#toldBy(row)) ?? webhook);
    const attempts: AttemptRow[] = [...(await attemptsOf(this.#reader, row.id)), ...success(row)];
    return {
      ...presentDelivery(row, webhook.uuid),
      attemptLog: attempts.map((attempt) => presentAttempt(attempt, body, this.#parts.standingHeaders)),
    };
  }

  /** Makes it wait for an attempt at once: the same id, the same bytes. */
  async resend(caller: Caller, id: string): Promise<Delivery> {
    const { db, clock, recorder, wake } = this.#parts;
    const { row, webhook } = await this.#find(caller, id);
    if (webhook.status !== 'active') throw new ApiError('webhookInactive');
    const key = { eventId: row.eventId, webhookId: webhook.id };
    return db.write(async (tx) => {
      const now = clock.now();
      const made = await sendAnew(tx, { ...key, replayId: null, change: recorder.nextChange(), now });
      const waiting = await findDelivery(tx, key);
      if (!made || !waiting) throw new ApiError('deliveryWaiting');
      tx.afterCommit(() => wake(webhook.id));
      return presentDelivery(waiting, webhook.uuid);
    });
  }

  async #find(caller: Caller, id: string): Promise<Found> {
    const parsed = parseDeliveryId(id.toLowerCase());
    const webhook = parsed && this.#parts.registry.get(parsed.webhookId);
    const event = parsed && (await findEvent(this.#reader, parsed.eventUuid));
    if (!webhook || !event || !mayLookInto(caller, webhook)) throw new ApiError('deliveryNotFound');
    const row = await findDelivery(this.#reader, { eventId: event.seq, webhookId: webhook.id });
    if (!row) throw new ApiError('deliveryNotFound');
    return { row, event, webhook };
  }

  async #toldBy({ webhookId, revision }: DeliveryRow) {
    return revision === null ? undefined : formerlyTold(this.#reader, webhookId, revision);
  }

  /** Whose deliveries, of which events. */
  async #choose(caller: Caller, query: DeliveriesQuery): Promise<Choice> {
    const { webhookId, eventId, messageId, replayId } = query;
    const reader = this.#reader;
    const webhooks =
      webhookId === undefined
        ? await ownWebhooks(reader, caller)
        : [(await webhookFor({ ...this.#parts, reader }, caller, bodyKey('WEBHOOK', webhookId))).id];
    const choice: Choice = { webhooks, ranges: [await this.#between(query)] };
    if (eventId !== undefined) {
      const event = await findEvent(reader, eventId.toLowerCase());
      narrow(choice, event ? [only(event)] : []);
    }
    if (messageId !== undefined) narrow(choice, (await eventsAbout(reader, bodyKey('MESSAGE', messageId))).map(only));
    if (replayId !== undefined) {
      const reach = await reachOf(reader, replayId.toLowerCase());
      choice.webhooks = choice.webhooks.filter((id) => id === reach?.webhookId);
      narrow(choice, reach ? [reach] : []);
    }
    return choice;
  }

  async #between({ since, until }: DeliveriesQuery): Promise<Range> {
    const positionOf = (time: string) => firstEventSince(this.#reader, Date.parse(time));
    return {
      from: since === undefined ? EVERYTHING.from : ((await positionOf(since)) ?? EVERYTHING.below),
      below: (until === undefined ? undefined : await positionOf(until)) ?? EVERYTHING.below,
    };
  }
}

function only({ seq }: LoggedEvent): Range {
  return { from: seq, below: seq + 1 };
}

/** What the choice and these ranges have in common. */
function narrow(choice: Choice, ranges: readonly Range[]): void {
  choice.ranges = choice.ranges.flatMap((one) =>
    ranges.map((other) => ({ from: Math.max(one.from, other.from), below: Math.min(one.below, other.below) })),
  );
}

/** The attempt that delivered it, which has no row of its own (ADR 0002). */
function success({
  state,
  attempts,
  lastAttemptAt,
  lastDurationMs,
  lastStatus,
  exchange,
}: WholeDeliveryRow): AttemptRow[] {
  if (state !== 'delivered' || lastAttemptAt === null) return [];
  const outcome = { durationMs: lastDurationMs ?? 0, status: lastStatus, error: null, exchange };
  return [{ number: attempts, startedAt: lastAttemptAt, ...outcome }];
}
