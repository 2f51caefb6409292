import { OpenSockets } from '../sockets/open-sockets.ts';
import { Places } from '../sockets/places.ts';
import { Devices } from '../sockets/service.ts';
import { Streams } from '../stream/streams.ts';
import type { Delivery } from './delivery.ts';
import type { Foundation } from './foundation.ts';
import type { AppOptions } from './options.ts';

export type Live = ReturnType<typeof composeLive>;

/** The ways to hear of events while they happen, without a webhook. */
export function composeLive(options: AppOptions, foundation: Foundation, delivery: Delivery) {
  const { allowMessagesUpdated } = options.webhooks;
  const { reader } = foundation.db;
  const sockets = { open: new OpenSockets(), places: new Places(foundation) };
  return {
    ...sockets,
    streams: new Streams({ ...foundation, ...delivery, reader, allowMessagesUpdated, limits: options.streams }),
    devices: new Devices({ ...foundation, ...sockets, limits: options.devices }),
  };
}
