import { oneOf, rate, wholeNumber } from '../values.ts';
import type { Table } from './setting.ts';

/** What one person may make of the server. */
export const usageSettings = {
  webhooksPerPerson: {
    env: 'HEARTH_WEBHOOKS_PER_PERSON',
    flag: 'webhooks-per-person',
    takes: 'COUNT',
    read: wholeNumber(1, 1_000_000),
    default: '30000',
    description: 'Most webhooks that one person or bot may have.',
  },
  rateLimit: {
    env: 'HEARTH_RATE_LIMIT',
    flag: 'rate-limit',
    takes: 'RATE',
    read: rate(),
    default: { dev: 'off', serve: '30:300' },
    description:
      'How many requests a person or bot may make, all of their tokens together: `off`, or so many a second in the long run and so many at once, such as `30:300`. What is beyond is answered with 429 and `Retry-After`.',
  },
  incomingRateLimit: {
    env: 'HEARTH_INCOMING_RATE_LIMIT',
    flag: 'incoming-rate-limit',
    takes: 'RATE',
    read: rate(),
    default: { dev: 'off', serve: '5:50' },
    description: 'How many messages may come through one incoming webhook, in the same words.',
  },
  faults: {
    env: 'HEARTH_FAULTS',
    flag: 'faults',
    takes: 'WHOM',
    read: oneOf('off', 'administrators', 'everybody'),
    default: { dev: 'everybody', serve: 'off' },
    description:
      'Who may make rules by which this server fails on purpose, for tests of clients: nobody (`off`), `administrators`, or `everybody`. A rule concerns the requests of all organizations.',
  },
} as const satisfies Table;
