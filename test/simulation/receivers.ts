import type { Outcome } from '../../src/delivery/sender/index.ts';
import type { Random } from './random.ts';

/** The deadline of an attempt (ms), as the sender keeps it. */
export const TIMEOUT_MS = 10_000;

export const behaviours = [
  'healthy',
  'slow',
  'hanging',
  'down',
  'failing',
  'refusing',
  'gone',
  'busy',
  'flapping',
  'garbage',
] as const;
export type Behaviour = (typeof behaviours)[number];

/** What a request comes to, and after how long. */
export function react(behaviour: Behaviour, random: Random, now: number): Outcome {
  switch (behaviour) {
    case 'healthy':
      return answered(random.pick([200, 201, 204]), random.between(0, 20));
    case 'slow':
      return answered(200, random.between(500, TIMEOUT_MS - 1));
    case 'hanging':
      return failed('timeout', TIMEOUT_MS);
    case 'down':
      return failed('connection', random.between(0, 5));
    case 'failing':
      return answered(random.pick([500, 502, 503]), random.between(0, 300));
    case 'refusing':
      return answered(random.pick([400, 401, 404, 422]), random.between(0, 50));
    case 'gone':
      return answered(410, random.between(0, 50));
    case 'busy':
      return answered(random.pick([429, 503]), random.between(0, 50), { 'retry-after': retryAfter(random, now) });
    case 'flapping':
      return react(random.pick(['healthy', 'healthy', 'failing', 'hanging', 'busy', 'refusing']), random, now);
    case 'garbage':
      return random.chance(0.5)
        ? failed(random.pick(['protocol', 'tls', 'dns', 'refused-address', 'invalid-request']), random.between(0, 50))
        : answered(random.pick([302, 304, 299, 408, 425, 599]), random.between(0, 50));
  }
}

/** In seconds, as a date, and in forms that mean nothing. */
function retryAfter(random: Random, now: number): string {
  const seconds = random.spread(1, 7_200);
  if (random.chance(0.1)) return random.pick(['soon', '-1', '1.5', '']);
  return random.chance(0.7) ? String(seconds) : new Date(now + seconds * 1_000).toUTCString();
}

function answered(status: number, totalMs: number, headers: Record<string, string> = {}): Outcome {
  return { kind: 'response', status, headers, body: Buffer.from('done'), truncated: false, timings: { totalMs } };
}

function failed(reason: Extract<Outcome, { kind: 'error' }>['reason'], totalMs: number): Outcome {
  return { kind: 'error', reason, message: `It came to nothing (${reason}).`, timings: { totalMs } };
}
