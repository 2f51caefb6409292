import type { LaneLimits } from '../../src/delivery/lanes/lanes.ts';
import { parseSchedule, type RetrySchedule } from '../../src/delivery/schedule.ts';
import type { WebhookEvent, WebhookResource } from '../../src/webhooks/matrix.ts';
import type { Random } from './random.ts';
import { behaviours, type Behaviour } from './receivers.ts';

export const PEOPLE = 5;
export const ROOMS = 4;
export const RECEIVERS = 5;
/** This receiver is healthy throughout: what the others do must not touch it. */
export const STEADY = 0;

/** Where webhooks of this receiver send to. */
export function targetOf(receiver: number): string {
  return `http://${receiver}.example/`;
}

export const filters = ['room', 'person', 'me', 'email', 'roomType', 'files', 'room and person'] as const;
export type FilterKind = 'none' | (typeof filters)[number];
export type Outage = 'reads' | 'writes' | 'both';

/** One thing that people, receivers or the machine do. Webhooks are numbered in the order of their registration. */
export type Action =
  | { kind: 'post'; room: number; person: number; count: number; rolledBack: boolean }
  | { kind: 'change'; what: 'room' | 'membership' | 'message'; room: number; person: number }
  | {
      kind: 'register';
      owner: number;
      receiver: number;
      resource: WebhookResource;
      event: WebhookEvent;
      filter: FilterKind;
      room: number;
      person: number;
      ordered: boolean;
      org: boolean;
    }
  | { kind: 'remove' | 'disable' | 'enable' | 'rename' | 'move' | 'order' | 'unorder'; webhook: number }
  | { kind: 'join' | 'leave'; room: number; person: number }
  | { kind: 'behave'; receiver: number; behaviour: Behaviour }
  | { kind: 'outage'; of: Outage; ms: number }
  | { kind: 'stop'; graceMs: number; downMs: number }
  | { kind: 'pass'; ms: number };

export interface Scenario {
  limits: LaneLimits;
  schedule: RetrySchedule;
  firstMessageDelayMs: number;
  /** How often the store lets the program wait. */
  storeDelays: number;
  /** After how many steps each life of the program ends, and for how long nothing runs then (ms). */
  crashes: { afterSteps: number; downMs: number }[];
  actions: Action[];
}

export function makeScenario(random: Random): Scenario {
  const count = random.between(10, 60);
  return {
    limits: {
      slots: random.pick([2, 4, 16]),
      perWebhook: random.pick([1, 2, 4, 8]),
      queueLength: random.pick([1, 3, 10, 1_000]),
      suspectShare: random.pick([0.25, 0.5, 1]),
    },
    schedule: parseSchedule(random.pick(['0s,5s', '0s,5s,30s', '0s,1s,2s,4s,8s,16s', 'webex', 'default'])),
    firstMessageDelayMs: random.pick([0, 0, 250]),
    storeDelays: random.pick([0, 0.1, 0.4]),
    crashes: Array.from({ length: random.pick([0, 0, 1, 2, 4]) }, () => ({
      afterSteps: random.spread(1, 500),
      downMs: random.pick([0, 50, 5_000, 60_000]),
    })),
    actions: [
      ...Array.from({ length: random.between(1, 5) }, () => register(random)),
      ...Array.from({ length: count }, () => act(random)),
    ],
  };
}

function act(random: Random): Action {
  const [room, person, webhook] = [random.between(0, ROOMS - 1), random.between(0, PEOPLE - 1), random.between(0, 5)];
  switch (
    random.pick([
      ...(['post', 'post', 'post', 'post', 'post', 'post', 'post', 'post', 'post', 'pass', 'pass', 'pass'] as const),
      ...(['pass', 'pass', 'behave', 'behave', 'behave', 'register', 'register', 'people', 'people'] as const),
      ...(['webhook', 'webhook', 'webhook', 'change', 'outage', 'stop'] as const),
    ])
  ) {
    case 'post':
      return { kind: 'post', room, person, count: random.spread(1, 20), rolledBack: random.chance(0.1) };
    case 'change':
      return { kind: 'change', what: random.pick(['room', 'membership', 'message']), room, person };
    case 'register':
      return register(random);
    case 'webhook':
      return {
        kind: random.pick(['remove', 'disable', 'enable', 'enable', 'rename', 'move', 'order', 'unorder']),
        webhook,
      };
    case 'people':
      return { kind: random.pick(['join', 'join', 'leave']), room, person };
    case 'behave':
      return {
        kind: 'behave',
        receiver: random.between(STEADY + 1, RECEIVERS - 1),
        behaviour: random.pick(['healthy', ...behaviours]),
      };
    case 'outage':
      return { kind: 'outage', of: random.pick(['reads', 'writes', 'both']), ms: random.spread(1, 20_000) };
    case 'stop':
      return { kind: 'stop', graceMs: random.pick([0, 1_000, 20_000]), downMs: random.pick([0, 1_000]) };
    case 'pass':
      return { kind: 'pass', ms: random.spread(1, random.chance(0.1) ? 3_600_000 : 20_000) };
  }
}

function register(random: Random): Action {
  const resource = random.pick<WebhookResource>([
    'messages',
    'messages',
    'messages',
    'all',
    'memberships',
    'rooms',
    'webhooks',
  ]);
  return {
    kind: 'register',
    owner: random.between(0, PEOPLE - 1),
    receiver: random.between(0, RECEIVERS - 1),
    resource,
    event: resource === 'messages' ? random.pick(['created', 'all']) : 'all',
    filter: random.chance(0.5) ? 'none' : random.pick(filters),
    room: random.between(0, ROOMS - 1),
    person: random.between(0, PEOPLE - 1),
    ordered: random.chance(0.35),
    org: random.chance(0.1),
  };
}
