import type { DeliveryEngine } from '../../src/delivery/engine.ts';
import type { DeliveryRow } from './store.ts';
import { must } from './witness.ts';
import type { World } from './world.ts';

/** What must hold whenever nothing is under way. */
export function checkLanes({ scenario: { limits }, history }: World, { lanes }: DeliveryEngine): void {
  const all = [...lanes.all()];
  const slots = all.reduce((sum, lane) => sum + lane.slots, 0);
  must(slots === lanes.slotsTaken && slots <= limits.slots, 'Slots are counted.', { slots, taken: lanes.slotsTaken });
  const share = Math.max(1, Math.floor(limits.slots * limits.suspectShare));
  for (const standing of ['trusted', 'unknown', 'suspect'] as const) {
    const held = all.filter((lane) => lane.standing === standing).reduce((sum, lane) => sum + lane.slots, 0);
    must(held === lanes.slotsBy[standing], 'Slots are counted by standing.', { standing, held, by: lanes.slotsBy });
  }
  must(lanes.slotsBy.unknown <= share, 'Unknown receivers keep to their share.', lanes.slotsBy);
  for (const lane of all) {
    const { webhookId, length, inFlight } = lane;
    const most = limits.queueLength + REFILL * limits.perWebhook;
    const letGo = history.reordered.has(webhookId) || !history.now.webhooks.has(webhookId);
    const rooms = letGo ? ROOMS_AT_MOST * BEHIND_AT_MOST : ROOMS_AT_MOST;
    must(length <= most + rooms, 'A lane holds only so much in memory (rule 3).', { webhookId, length, most });
    must(inFlight <= limits.perWebhook && inFlight <= lane.slots, 'Requests in flight hold slots.', {
      webhookId,
      inFlight,
    });
  }
}

/** A lane is filled from the table up to so many times its cap. */
const REFILL = 8;
/** Heads of rooms come on top: as many as there are rooms, and the one that belongs to no room. */
const ROOMS_AT_MOST = 5;
/** What waits in memory behind a room's head; it goes at once when the ordering is given up, or the webhook is gone. */
const BEHIND_AT_MOST = 100;

/** Whether nothing is left to do. */
export function isSettled({ store: { truth }, history, timeline }: World): boolean {
  const last = truth.eventIds().at(-1) ?? 0;
  if (truth.position() < last) return false;
  const waits = ({ state, webhookId }: DeliveryRow) =>
    state === 'waiting' && history.now.webhooks.get(webhookId)?.status !== 'inactive';
  return timeline.now > 0 && !truth.deliveries().some(waits);
}

/** What must hold when everything has had its time. */
export function checkOutcome(world: World): void {
  const { store, witness } = world;
  const { truth } = store;
  const rows = truth.deliveries();
  const byKey = new Map(rows.map((row) => [`${row.eventId}/${row.webhookId}`, row]));
  for (const seq of truth.eventIds()) {
    const matched = witness.matched.get(seq);
    must(matched !== undefined, 'Every event is matched.', { seq });
    for (const { id } of matched.webhooks)
      must(byKey.has(`${seq}/${id}`), 'Every match has a record (rule 2).', { seq, id });
  }
  const { stored, told } = truth.messages();
  must(
    JSON.stringify(stored) === JSON.stringify(told),
    'No event without its change, no change without its event (rule 1).',
  );
  const attempts = Map.groupBy(truth.attempts(), ({ deliveryId }) => deliveryId);
  for (const row of rows) checkDelivery(world, row, attempts.get(row.id) ?? []);
  must(new Set(rows.map(({ change }) => change)).size === rows.length, 'Each change has its own number.');
}

function checkDelivery(world: World, row: DeliveryRow, failed: { number: number; status: number | null }[]): void {
  const { witness } = world;
  must(witness.everMatched(row.eventId, row.webhookId), 'Only what matched has a record.', row);
  const sent = witness.requests.get(`${row.eventId}/${row.webhookId}`) ?? [];
  must(row.state === 'delivered' || (row.reason ?? '') !== '', 'What is not delivered has a reason.', row);
  const expected = row.attempts - (row.state === 'delivered' ? 1 : 0);
  const numbers = failed.map(({ number }) => number);
  must(
    numbers.length === expected && numbers.every((number, at) => number === at + 1),
    'Each failed attempt is recorded once.',
    {
      row,
      numbers,
    },
  );
  for (let number = 1; number <= row.attempts; number++) {
    const status = number > expected ? row.lastStatus : (failed[number - 1]?.status ?? null);
    const answered = sent.some(({ number: of, outcome }) => {
      return of === number && outcome !== undefined && (outcome.kind === 'response' ? outcome.status : null) === status;
    });
    must(answered, 'What is recorded of an attempt is what the receiver did.', { row, number, status });
  }
  if (row.state === 'delivered')
    must((row.lastStatus ?? 0) >= 200 && (row.lastStatus ?? 0) < 300, 'Any 2xx is a success.', row);
}

/** Nothing is left in memory of deliveries that are done. */
export function checkMemory({ history }: World, { lanes, backlog, eventsOpen }: DeliveryEngine): void {
  // What waits for an inactive webhook waits on.
  const active = [...lanes.all()].filter(({ webhookId }) => history.now.webhooks.get(webhookId)?.status !== 'inactive');
  const left = active.map(({ webhookId, length, inFlight, slots, spilling, loaded, behind, order, line }) => {
    return {
      webhookId,
      length,
      inFlight,
      slots,
      spilling,
      loaded: [...loaded],
      behind,
      ordered: order !== undefined,
      line,
    };
  });
  must(left.length === 0, 'Lanes with nothing to do are forgotten.', { left });
  must(lanes.slotsTaken === 0, 'All slots are free.');
  const inactive = [...history.now.webhooks.values()].filter(({ status }) => status === 'inactive');
  must(eventsOpen === 0 && backlog.size <= inactive.length, 'Nothing is open, nothing waits.', {
    eventsOpen,
    waiting: backlog.size,
  });
}
