import { Gauge, type Registry } from 'prom-client';
import type { Lane, Standing } from '../delivery/lanes/lane.ts';
import type { Lanes } from '../delivery/lanes/lanes.ts';
import type { Refresh } from './refresh.ts';

/** The lanes and what they hold in memory. */
export function measureLanes(registry: Registry, lanes: Lanes): Refresh {
  const registers = [registry];
  const byState = new Gauge({
    name: 'hearth_lanes',
    help: 'Lanes in memory, each in one state: `idle` (nothing to do), `behind` (first attempts wait in the store), else what is known of its receiver: `trusted`, `unknown` or `suspect` (slow or failing).',
    labelNames: ['state'],
    registers,
  });
  const busy = new Gauge({
    name: 'hearth_lanes_busy',
    help: 'Lanes with requests in flight.',
    registers,
  });
  const queued = new Gauge({
    name: 'hearth_deliveries_queued',
    help: 'Deliveries that wait in memory for their turn.',
    registers,
  });
  const inFlight = new Gauge({
    name: 'hearth_delivery_requests_in_flight',
    help: 'Requests to receivers that are out.',
    registers,
  });
  const taken = new Gauge({
    name: 'hearth_delivery_slots_taken',
    help: 'Slots held by requests in flight and outcomes that are not recorded yet, by what is known of the receivers of those who hold them.',
    labelNames: ['standing'],
    registers,
  });
  const slots = new Gauge({
    name: 'hearth_delivery_slots',
    help: 'Slots that all lanes may hold together.',
    registers,
  });
  const suspectSlots = new Gauge({
    name: 'hearth_delivery_slots_suspect',
    help: 'Slots that suspect lanes may hold together; unknown ones have as many of their own.',
    registers,
  });
  slots.set(lanes.slots);
  suspectSlots.set(lanes.suspectSlots);
  return () => {
    const count = { idle: 0, behind: 0, trusted: 0, unknown: 0, suspect: 0 };
    let [withRequests, waiting, out] = [0, 0, 0];
    for (const lane of lanes.all()) {
      count[stateOf(lane)] += 1;
      if (lane.inFlight > 0) withRequests += 1;
      waiting += lane.length;
      out += lane.inFlight;
    }
    for (const [state, value] of Object.entries(count)) byState.set({ state }, value);
    busy.set(withRequests);
    queued.set(waiting);
    inFlight.set(out);
    for (const [standing, value] of Object.entries(lanes.slotsBy)) taken.set({ standing }, value);
  };
}

function stateOf(lane: Lane): 'idle' | 'behind' | Standing {
  if (lane.idle) return 'idle';
  return lane.behind ? 'behind' : lane.standing;
}
