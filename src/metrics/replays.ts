import { Gauge, type Registry } from 'prom-client';
import type { Reader } from '../db/index.ts';
import type { Refresh } from './refresh.ts';
import { countOpenReplays } from './statements.ts';

/** The jobs that send events anew. */
export function measureReplays(registry: Registry, reader: Reader): Refresh {
  const replays = new Gauge({
    name: 'hearth_replays',
    help: 'Replays that are not finished: `running` or `paused`.',
    labelNames: ['state'],
    registers: [registry],
  });
  return async () => {
    const count = { running: 0, paused: 0 };
    for (const { state, jobs } of await reader.all(countOpenReplays, {})) Object.assign(count, { [state]: jobs });
    for (const [state, value] of Object.entries(count)) replays.set({ state }, value);
  };
}
