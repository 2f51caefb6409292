import { duration, wholeNumber } from '../values.ts';
import type { Table } from './setting.ts';

/** Streams and sockets. */
export const liveSettings = {
  streams: {
    env: 'HEARTH_STREAMS',
    flag: 'streams',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '1000',
    description: 'Most streams, long polls and sockets that are open at the same time.',
  },
  streamsPerPerson: {
    env: 'HEARTH_STREAMS_PER_PERSON',
    flag: 'streams-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 100_000),
    default: '20',
    description: 'Most streams, long polls and sockets that one person or bot may have open at the same time.',
  },
  devicesPerPerson: {
    env: 'HEARTH_DEVICES_PER_PERSON',
    flag: 'devices-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 10_000),
    default: '20',
    description:
      'Most devices, which is what clients register to open a socket, that one person or bot may have. A new one takes the place of the one that had no socket for longest; when all of them have one, it is refused.',
  },
  deviceLifetime: {
    env: 'HEARTH_DEVICE_LIFETIME',
    flag: 'device-lifetime',
    takes: 'TIME',
    read: duration(60_000, 31_536_000_000),
    default: '7d',
    description:
      'How long a device is kept that has no socket. A client that comes back within that time is told what it missed.',
  },
} as const satisfies Table;
