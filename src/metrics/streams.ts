import { Gauge, type Registry } from 'prom-client';
import type { Streams } from '../stream/streams.ts';
import type { Refresh } from './refresh.ts';

/** Those who follow events as they happen. */
export function measureStreams(registry: Registry, streams: Pick<Streams, 'open'>): Refresh {
  const open = new Gauge({
    name: 'hearth_streams_open',
    help: 'Clients that follow the stream, wait for its next page, or hear of events on a web socket.',
    registers: [registry],
  });
  return () => open.set(streams.open);
}
