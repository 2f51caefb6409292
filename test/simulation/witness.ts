import type { LoggedEvent } from '../../src/core/events.ts';
import { maySee, matches } from '../../src/delivery/conditions.ts';
import { parseDeliveryId } from '../../src/delivery/delivery.ts';
import type { Lanes } from '../../src/delivery/lanes/lanes.ts';
import type { Outcome } from '../../src/delivery/sender/index.ts';
import type { ActiveWebhook } from '../../src/webhooks/index.ts';
import type { History, State } from './history.ts';
import { TIMEOUT_MS } from './receivers.ts';
import { STEADY, targetOf, type Scenario } from './scenario.ts';
import type { Truth } from './store.ts';
import type { Timeline } from './timeline.ts';

/** Something happened that must never happen. */
class Violation extends Error {
  override name = 'Violation';
}

export function must(holds: boolean, rule: string, about: object = {}): asserts holds {
  if (!holds) throw new Violation(`${rule} ${JSON.stringify(about, withoutBodies)}`);
}

function withoutBodies(key: string, value: unknown): unknown {
  return key === 'body' ? undefined : value;
}

/** A request as its receiver saw it. */
export interface Request {
  seq: number;
  webhookId: number;
  /** Of the attempt, from 1. */
  number: number;
  body: string;
  life: number;
  sentAt: number;
  answeredAt?: number;
  outcome?: Outcome;
}

interface Matching {
  event: LoggedEvent;
  webhooks: readonly ActiveWebhook[];
  at: number;
  /** Webhooks whose receivers were known to answer, and soon. */
  trusted: ReadonlySet<number>;
}

interface Sending {
  life: number;
  lanes: Lanes;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** Whether mentioning everybody shows a message to the bots. */
export const ALL_REACHES_BOTS = true;

/** Sees what is decided and sent, and holds it against what is committed. */
export class Witness {
  readonly #truth: Truth;
  readonly #history: History;
  readonly #timeline: Timeline;
  readonly #scenario: Scenario;
  /** By event and webhook, in the order in which they were sent. */
  readonly requests = new Map<string, Request[]>();
  /** Of the last matching of each event. */
  readonly matched = new Map<number, Matching>();
  /** Since when neither the store nor the program has been in trouble (ms). */
  calmSince = 0;
  readonly #everMatched = new Set<string>();
  /** The last event of which a first attempt was sent, by life, webhook and room. */
  readonly #firsts = new Map<string, number>();

  constructor(truth: Truth, history: History, timeline: Timeline, scenario: Scenario) {
    this.#truth = truth;
    this.#history = history;
    this.#timeline = timeline;
    this.#scenario = scenario;
  }

  /** What was matched follows from a state that was committed between the beginning and the end of the matching. */
  sawMatching(
    event: LoggedEvent,
    webhooks: readonly ActiveWebhook[],
    { states, lanes }: { states: readonly State[]; lanes: Lanes },
  ): void {
    const matchedIds = new Set(webhooks.map(({ id }) => id));
    must(matchedIds.size === webhooks.length, 'A webhook matches an event once.', { seq: event.seq });
    for (const id of this.#history.everyWebhook.keys()) {
      const verdicts = new Set(states.flatMap((state) => states.map((other) => wants(event, id, state, other))));
      const about = { seq: event.seq, webhook: id };
      if (matchedIds.has(id))
        must(verdicts.has(true), 'Only a webhook that wants an event and may see it matches.', about);
      else must(verdicts.has(false), 'A webhook that wants an event and may see it matches.', about);
    }
    const trusted = new Set([...matchedIds].filter((id) => lanes.find(id)?.standing === 'trusted'));
    this.matched.set(event.seq, { event, webhooks, at: this.#timeline.now, trusted });
    for (const id of matchedIds) this.#everMatched.add(`${event.seq}/${id}`);
  }

  everMatched(seq: number, webhookId: number): boolean {
    return this.#everMatched.has(`${seq}/${webhookId}`);
  }

  sawRequest({ life, lanes, headers, body }: Sending): Request {
    const named = parseDeliveryId(headers['x-hearth-delivery-id'] ?? '');
    const request: Request = {
      seq: Number(headers['x-hearth-sequence']),
      webhookId: named?.webhookId ?? -1,
      number: Number(headers['x-hearth-attempt']),
      body,
      life,
      sentAt: this.#timeline.now,
    };
    const event = this.#truth.event(request.seq);
    must(event?.uuid === named?.eventUuid, 'Only what is committed is told of (rule 1).', request);
    const key = `${request.seq}/${request.webhookId}`;
    const earlier = this.requests.get(key) ?? [];
    this.#followsTheRecord(request, lanes);
    this.#followsTheAttemptBefore(request, earlier);
    this.#keepsOrder(request);
    this.#keepsLimits(request, lanes);
    if (earlier.length === 0) this.#keepsNobodyWaiting(request);
    this.requests.set(key, [...earlier, request]);
    return request;
  }

  /** A life has ended: what was sent and is not recorded will be sent again. */
  sawEnd(life: number): void {
    const unrecorded = [...this.requests.values()].flat().filter((request) => {
      if (request.life !== life) return false;
      const row = this.#truth.delivery(request.seq, request.webhookId);
      return row === undefined || (row.state === 'waiting' && row.attempts < request.number);
    });
    const { slots } = this.#scenario.limits;
    must(unrecorded.length <= slots, 'A crash repeats no more than the slots.', {
      unrecorded: unrecorded.length,
      slots,
    });
  }

  /** The number of the attempt, its time, and that there is one at all follow from the row. */
  #followsTheRecord(request: Request, lanes: Lanes): void {
    const { seq, webhookId, number } = request;
    const row = this.#truth.delivery(seq, webhookId);
    const webhook = this.#history.now.webhooks.get(webhookId);
    must(webhook?.status === 'active', 'Nothing is sent for a webhook that is inactive or gone.', request);
    if (!row) {
      must(number === 1, 'What has no row was never tried.', request);
      // From its lane to here without a pause: what holds now held when it was given a slot.
      const lane = lanes.of(webhookId);
      must(lane.isAsking || lane.inFlight <= lane.cap.value, 'A lane keeps to its cap.', {
        ...request,
        cap: lane.cap.value,
      });
      const share = Math.max(1, Math.floor(this.#scenario.limits.slots * this.#scenario.limits.suspectShare));
      must(
        lane.isAsking || lane.standing !== 'suspect' || lanes.slotsBy.suspect <= share,
        'Suspect lanes keep to their share.',
        request,
      );
      return;
    }
    must(row.state === 'waiting', 'What is delivered or given up is never sent again.', { ...request, row });
    must(row.attempts === number - 1, 'Attempts are numbered without gaps.', { ...request, row });
    const ordered = webhook.ordering === 'room' || this.#reordered(webhookId);
    must(row.dueAt === null ? ordered : row.dueAt <= request.sentAt, 'Nothing is sent before it is due.', {
      request,
      row,
    });
    const event = this.matched.get(seq)?.event;
    must(event !== undefined, 'What is sent was matched.', request);
    must(
      sees(webhook, event, this.#history.now),
      'What waited is sent only if the owner sees the room (rule 5).',
      request,
    );
  }

  #followsTheAttemptBefore(request: Request, earlier: readonly Request[]): void {
    const { schedule } = this.#scenario;
    must(request.number <= schedule.length, 'There are no more attempts than the schedule has.', request);
    if (request.number === 1) return;
    const before = earlier.findLast(({ number }) => number === request.number - 1);
    must(before?.outcome !== undefined, 'An attempt follows the outcome of the one before.', { request, before });
    must(before.body === request.body, 'Every attempt has the same bytes (WH-20).', { request, before });
    const { outcome, answeredAt = 0 } = before;
    const status = outcome.kind === 'response' ? outcome.status : 0;
    must(!(status >= 200 && status < 300) && status !== 410, 'A success and a 410 end a delivery.', {
      request,
      before,
    });
    const earliest = answeredAt + Math.max((schedule[before.number] ?? 0) * 0.8 - 1, askedToWait(outcome, answeredAt));
    must(request.sentAt >= earliest, 'The schedule and Retry-After are kept.', { request, before, earliest });
  }

  /** DEL-10, and the order of those that ask for their room's. */
  #keepsOrder(request: Request): void {
    const { seq, webhookId, number, life } = request;
    const event = this.matched.get(seq)?.event;
    const webhook = this.#history.now.webhooks.get(webhookId);
    if (!event || !webhook || this.#isHeldBack(event) || this.#reordered(webhookId)) return;
    const { ordering, disabledAt } = webhook;
    // What happened while it was inactive may be matched all the same after a crash, when later ones wait already.
    if (ordering === 'room' && disabledAt !== null) return;
    if (number === 1) {
      const key = `${life}/${webhookId}/${event.roomUuid}`;
      const last = this.#firsts.get(key) ?? 0;
      must(last < seq, 'First attempts of a room leave in the order of events (DEL-10).', { ...request, last });
      this.#firsts.set(key, seq);
    }
    if (ordering !== 'room') return;
    for (const [before, { event: other, webhooks }] of this.matched) {
      if (before >= seq || other.roomUuid !== event.roomUuid || this.#isHeldBack(other)) continue;
      if (!webhooks.some(({ id }) => id === webhookId)) continue;
      const state = this.#truth.delivery(before, webhookId)?.state ?? 'not recorded';
      const done = state === 'delivered' || state === 'failed' || state === 'dropped';
      must(done, 'With ordering: room each delivery waits for those before it.', { ...request, before, state });
    }
  }

  #keepsLimits({ webhookId, life }: Request, lanes: Lanes): void {
    const { slots, perWebhook } = this.#scenario.limits;
    const out = [...this.requests.values()].flat().filter((sent) => sent.life === life && sent.outcome === undefined);
    const own = out.filter((sent) => sent.webhookId === webhookId);
    must(out.length < slots && lanes.slotsTaken <= slots, 'There are no more requests than slots.', {
      out: out.length,
    });
    must(own.length < perWebhook, 'One webhook has no more requests in flight than it may.', { webhookId });
  }

  /** Rule 4: a receiver that always answers at once is called soon, whatever the others do: they hold their slots until a deadline. */
  #keepsNobodyWaiting({ seq, webhookId, sentAt }: Request): void {
    const matched = this.matched.get(seq);
    const webhook = this.#history.now.webhooks.get(webhookId);
    if (!matched || !webhook || matched.at < this.calmSince || this.#isHeldBack(matched.event)) return;
    const { targetUrl, ordering, revision, disabledAt } = webhook;
    const isSteady = targetUrl === targetOf(STEADY) && revision === 1 && disabledAt === null && ordering === 'none';
    const waited = sentAt - matched.at;
    // Who is not known yet waits in line with those who hang.
    const rounds = matched.trusted.has(webhookId) ? 2 : 2 * this.#history.now.webhooks.size;
    must(!isSteady || waited < rounds * TIMEOUT_MS, 'Nobody waits for anybody else (rule 4).', {
      seq,
      webhookId,
      waited,
    });
  }

  #isHeldBack({ facts }: LoggedEvent): boolean {
    return facts.opensRoom === true && this.#scenario.firstMessageDelayMs > 0;
  }

  /** Whether its ordering was changed after its registration: what was under way by then keeps no order. */
  #reordered(webhookId: number): boolean {
    return this.#history.reordered.has(webhookId);
  }
}

function wants(event: LoggedEvent, id: number, { webhooks }: State, { members }: State): boolean {
  const webhook = webhooks.get(id);
  return webhook !== undefined && matches(webhook, event, sightOf(event, members));
}

function sees(webhook: ActiveWebhook, event: LoggedEvent, { members }: State): boolean {
  return maySee(webhook, event, sightOf(event, members));
}

function sightOf({ roomUuid, facts }: LoggedEvent, members: State['members']) {
  const inRoom = members.get(roomUuid) ?? new Map<string, number>();
  const concerned = new Map(facts.audience?.map((uuid) => [uuid, 0]));
  return {
    members: roomUuid === '' ? concerned : inRoom,
    allReachesBots: ALL_REACHES_BOTS,
    allowMessagesUpdated: true,
  };
}

/** How long the receiver asked to be left alone (ms). */
function askedToWait(outcome: Outcome, now: number): number {
  if (outcome.kind !== 'response' || (outcome.status !== 429 && outcome.status !== 503)) return 0;
  const value = outcome.headers['retry-after'] ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  return value.endsWith('GMT') ? Date.parse(value) - now : 0;
}
