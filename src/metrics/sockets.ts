import { Counter, Gauge, type Registry } from 'prom-client';
import type { OpenSockets } from '../sockets/open-sockets.ts';

/** Devices whose web socket is open, and what they are told. */
export function measureSockets(registry: Registry, sockets: Pick<OpenSockets, 'size' | 'eventsTold'>): void {
  const registers = [registry];
  const open: Gauge = new Gauge({
    name: 'hearth_sockets_open',
    help: 'Web sockets of devices that are open and authorized. Each counts in `hearth_streams_open` too.',
    registers,
    collect() {
      open.set(sockets.size);
    },
  });
  const told: Counter = new Counter({
    name: 'hearth_socket_events_total',
    help: 'Events told on web sockets. One that a device is told again, because it was cut off, counts again.',
    registers,
    collect() {
      told.reset();
      told.inc(sockets.eventsTold);
    },
  });
}
