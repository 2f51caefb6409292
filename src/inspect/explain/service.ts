import type { ExplainQuery, ExplainedEvent, Explanation, Hint } from '../../contract/index.ts';
import type { Caller } from '../../core/caller.ts';
import { isoTime } from '../../core/clock.ts';
import { ApiError } from '../../core/errors.ts';
import type { LoggedEvent } from '../../core/events.ts';
import { publicId } from '../../core/ids.ts';
import type { Reader } from '../../db/index.ts';
import { judge, type Verdict } from '../../delivery/conditions.ts';
import { deliveryId, parseDeliveryId } from '../../delivery/delivery.ts';
import type { Lanes } from '../../delivery/lanes/lanes.ts';
import type { Matcher } from '../../delivery/matcher.ts';
import type { EventLog } from '../../eventlog/index.ts';
import { bodyKey } from '../../http/index.ts';
import { findMessageFor } from '../../messages/index.ts';
import { findPersonByEmail } from '../../people/index.ts';
import type { ActiveWebhook, WebhookRegistry } from '../../webhooks/index.ts';
import { webhookFor } from '../access.ts';
import { presentDelivery, presentEvent } from '../deliveries/present.ts';
import { eventsAbout, findDelivery, findEvent, type DeliveryRow } from '../deliveries/store.ts';
import { lastError } from '../webhook/store.ts';
import type { Case } from './case.ts';
import { hintsOf } from './hints.ts';
import { outcomeOf } from './outcome.ts';
import { duplicatesOf, headOfRoom, lastFailureOf, oldestEvent, type FailedAttempt } from './store.ts';

export interface ExplainerParts {
  reader: Reader;
  registry: WebhookRegistry;
  matcher: Pick<Matcher, 'sightOf'>;
  lanes: Pick<Lanes, 'find'>;
  log: Pick<EventLog, 'settled'>;
}

/** Why a webhook was told of an event, or was not: the matcher's own conditions, and what became of the delivery. */
export class Explainer {
  readonly #parts: ExplainerParts;

  constructor(parts: ExplainerParts) {
    this.#parts = parts;
  }

  async explain(caller: Caller, { webhookId, messageId, eventId = '' }: ExplainQuery): Promise<Explanation> {
    const { reader } = this.#parts;
    const webhook = await webhookFor(this.#parts, caller, bodyKey('WEBHOOK', webhookId));
    const found =
      messageId === undefined
        ? await this.#oneEvent(eventId)
        : await eventsAbout(reader, bodyKey('MESSAGE', messageId));
    const events: ExplainedEvent[] = [];
    for (const event of found) {
      const row = await findDelivery(reader, { eventId: event.seq, webhookId: webhook.id });
      if (row || (await this.#mayKnow(caller, webhook, event)))
        events.push(await this.#explainEvent(webhook, event, row));
    }
    const hints = await this.#duplicates(webhook);
    if (events.length > 0) return { webhookId: publicId('WEBHOOK', webhook.uuid), events, hints };
    if (messageId === undefined) throw new ApiError('eventNotFound');
    const message = await findMessageFor(reader, caller.personId, bodyKey('MESSAGE', messageId));
    if (!message || found.length > 0) throw new ApiError('messageNotFound');
    return { webhookId: publicId('WEBHOOK', webhook.uuid), events, hints: [await this.#noEvent(), ...hints] };
  }

  /** By its id, or that of one of its deliveries. */
  async #oneEvent(id: string): Promise<LoggedEvent[]> {
    const lower = id.toLowerCase();
    const event = await findEvent(this.#parts.reader, parseDeliveryId(lower)?.eventUuid ?? lower);
    return event ? [event] : [];
  }

  /**
   * What nobody may know of is not there (ERR-5). Whoever is in the room may ask, a bot also about what does not mention
   * it: that it does not is the answer.
   */
  async #mayKnow(caller: Caller, webhook: ActiveWebhook, event: LoggedEvent): Promise<boolean> {
    const { members } = await this.#parts.matcher.sightOf(event);
    return members.has(caller.uuid) || (webhook.ownedBy === 'org' && webhook.orgUuid === event.orgUuid);
  }

  async #explainEvent(
    webhook: ActiveWebhook,
    event: LoggedEvent,
    row: DeliveryRow | undefined,
  ): Promise<ExplainedEvent> {
    const given = await this.#gather(webhook, event, row);
    const { because, verdicts } = given;
    const { answer, outcome } = outcomeOf(given);
    return {
      event: presentEvent(event),
      answer,
      ...(because && { because: because.condition }),
      outcome,
      conditions: [...verdicts],
      ...(row && { delivery: presentDelivery(row, webhook.uuid) }),
      hints: hintsOf(given),
    };
  }

  async #gather(webhook: ActiveWebhook, event: LoggedEvent, row: DeliveryRow | undefined): Promise<Case> {
    const { matcher, lanes, log } = this.#parts;
    const verdicts = judge(webhook, event, await matcher.sightOf(event));
    const because = verdicts.find(({ holds }) => !holds);
    return {
      webhook,
      event,
      verdicts,
      because,
      row,
      inMemory: lanes.find(webhook.id)?.whereIs(event.seq),
      settled: log.settled >= event.seq,
      failure: row && (await this.#failureBehind(row)),
      head: row && (await this.#headFor(row, event)),
      unknownEmail: because && (await this.#unknownEmail(webhook, because)),
    };
  }

  /** Of one that was never tried it is not the own failure that it waits for. */
  async #failureBehind({ id, state, attempts, webhookId }: DeliveryRow): Promise<FailedAttempt | undefined> {
    const { reader } = this.#parts;
    if (state === 'failed' || (state === 'waiting' && attempts > 0)) return lastFailureOf(reader, id);
    return state === 'waiting' ? lastError(reader, webhookId) : undefined;
  }

  async #headFor({ state, dueAt, webhookId, eventId }: DeliveryRow, { roomUuid }: LoggedEvent): Promise<Case['head']> {
    if (state !== 'waiting' || dueAt !== null) return undefined;
    const head = await headOfRoom(this.#parts.reader, { webhookId, eventId, roomUuid });
    return head && { deliveryId: deliveryId(head.eventUuid, webhookId), reason: head.reason ?? '' };
  }

  async #unknownEmail({ filter }: ActiveWebhook, because: Verdict): Promise<string | undefined> {
    const clause = filter.find(({ text }) => because.condition === `filter ${text}`);
    if (clause?.key !== 'personEmail') return undefined;
    return (await findPersonByEmail(this.#parts.reader, clause.email)) ? undefined : clause.email;
  }

  async #duplicates(webhook: ActiveWebhook): Promise<Hint[]> {
    const others = await duplicatesOf(this.#parts.reader, webhook);
    if (others.length === 0) return [];
    const ids = others.map((uuid) => publicId('WEBHOOK', uuid)).join(', ');
    const sentence = `The same owner has other webhooks for the same events and the same target, which gets each of them once more: ${ids}.`;
    return [{ code: 'duplicate', sentence }];
  }

  async #noEvent(): Promise<Hint> {
    const since = await oldestEvent(this.#parts.reader);
    const kept = since === undefined ? 'It is empty.' : `It goes back to ${isoTime(since)}.`;
    return { code: 'noEvent', sentence: `The log holds no event about this message. ${kept}` };
  }
}
