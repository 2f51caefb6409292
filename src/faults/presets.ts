import { FaultCreate, type FaultPresetCreate, type PresetName } from '../contract/index.ts';

interface Preset {
  description: string;
  rules: readonly Partial<FaultCreate>[];
}

/** What clients meet in production sooner or later, ready to be switched on. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  '429-storm': {
    description: 'Seven of ten requests are refused with 429 and `Retry-After: 1`.',
    rules: [{ status: 429, headers: { 'Retry-After': '1' }, probability: 0.7 }],
  },
  'brown-out': {
    description: 'Every request takes 0.2 to 2 seconds longer, and one in four is then answered with 503.',
    rules: [{ delayMs: { min: 200, max: 2_000 } }, { status: 503, headers: { 'Retry-After': '2' }, probability: 0.25 }],
  },
  'flaky-connection': {
    description: 'One connection in ten is reset before the request is carried out, and one in ten after it.',
    rules: [
      { reset: true, probability: 0.1 },
      { reset: true, when: 'after', probability: 0.1, seed: 1 },
    ],
  },
  'half-writes': {
    description: 'Every second write is carried out, and its connection reset in place of an answer.',
    rules: [{ methods: ['POST', 'PUT', 'DELETE'], reset: true, when: 'after', every: 2 }],
  },
  'post-then-404': {
    description:
      'A message cannot be read the first two times that somebody tries, as if it had not arrived everywhere.',
    rules: [
      {
        methods: ['GET'],
        path: '/v1/messages/{id}',
        per: 'path',
        to: 2,
        status: 404,
        message: 'Unable to get message.',
      },
    ],
  },
  'retry-after-garbage': {
    description: 'The first seven requests are refused with 429 and a `Retry-After` that is no positive whole number.',
    rules: ['soon', '-5', '0', '1.5', '99999999999999999999', '', 'Wed, 21 Oct 2015 07:28:00 GMT'].map((value) => ({
      status: 429,
      headers: { 'Retry-After': value },
      times: 1,
    })),
  },
  'slow-loris': {
    description: 'Answers come 16 bytes a second.',
    rules: [{ drip: { bytes: 16, everyMs: 1_000 } }],
  },
  'token-expired': {
    description: 'Every token is refused with 401.',
    rules: [{ status: 401 }],
  },
  truncated: {
    description: 'Three answers in ten break off after 20 bytes.',
    rules: [{ truncateAfter: 20, probability: 0.3 }],
  },
};

/** The rules of a preset, each narrowed by what was given with it. */
export function rulesOf({ preset, ...narrowing }: FaultPresetCreate): FaultCreate[] {
  return presets[preset].rules.map((rule) => FaultCreate.parse({ ...rule, ...narrowing }));
}
