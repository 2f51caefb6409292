import { Gauge, type Registry } from 'prom-client';
import type { Lane } from '../delivery/lanes/lane.ts';
import type { Lanes } from '../delivery/lanes/lanes.ts';
import type { Refresh } from './refresh.ts';

/** The lanes and what they hold in memory. */
export function measureLanes(registry: Registry, lanes: Lanes): Refresh {
  const registers = [registry];
  const byState = new Gauge({
    name: 'hearth_lanes',
    help: 'Lanes in memory, each in one state: `idle` (nothing to do), `behind` (first attempts wait in the store), `suspect` (its receiver is slow, failing or unknown), `trusted`.',
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
    help: 'Slots held by requests in flight and outcomes that are not recorded yet, by who holds them.',
    labelNames: ['lanes'],
    registers,
  });
  const most = new Gauge({
    name: 'hearth_delivery_slots',
    help: 'Slots that lanes may hold together: all of them, and those that are suspect.',
    labelNames: ['lanes'],
    registers,
  });
  most.set({ lanes: 'all' }, lanes.slots);
  most.set({ lanes: 'suspect' }, lanes.suspectSlots);
  return () => {
    const count = { idle: 0, behind: 0, suspect: 0, trusted: 0 };
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
    taken.set({ lanes: 'all' }, lanes.slotsTaken);
    taken.set({ lanes: 'suspect' }, lanes.suspectTaken);
  };
}

function stateOf(lane: Lane): 'idle' | 'behind' | 'suspect' | 'trusted' {
  if (lane.idle) return 'idle';
  if (lane.behind) return 'behind';
  return lane.suspect ? 'suspect' : 'trusted';
}
