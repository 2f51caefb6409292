import { z } from 'zod';
import { idInput, listOf, publicIdText, timestamp } from './common.ts';

/** A fault is a rule: which requests, which of those, and what goes wrong. docs/reference/faults.md explains the fields. */

const wholeNumber = (name: string, least: number, most = 1_000_000_000) => {
  const error = `${name} must be a whole number from ${least} to ${most}.`;
  return z.int({ error }).min(least, error).max(most, error);
};
const milliseconds = (name: string) => wholeNumber(name, 0, 300_000);

const methods = z
  .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']))
  .min(1, 'methods must name at least one.');
const path = z
  .string()
  .max(1024, 'path is longer than 1024 characters.')
  .regex(/^\/\S*$/, 'path must begin with a slash.')
  .meta({
    description: 'As `/openapi.json` writes it, or as it is called; `*` is any segment, at the end any number.',
  });
const probability = z
  .number('probability must be a number from 0 to 1.')
  .min(0, 'probability must be a number from 0 to 1.')
  .max(1, 'probability must be a number from 0 to 1.');

/** Which requests. */
const which = {
  methods: methods.optional().meta({ description: 'Absent: all.' }),
  path: path.default('/v1/*'),
  personId: idInput.optional().meta({ description: 'Requests with a token of this person or bot.' }),
  personEmail: z.string().max(1024, 'personEmail is longer than 1024 characters.').optional(),
};

/** Which of those, by their number. */
const often = {
  per: z.enum(['rule', 'path', 'person']).default('rule').meta({
    description: 'What is counted by itself: all requests, those to the same path, or those of the same person.',
  }),
  nth: wholeNumber('nth', 1).optional().meta({ description: 'The request with this number alone.' }),
  from: wholeNumber('from', 1).optional().meta({ description: 'From the request with this number on.' }),
  to: wholeNumber('to', 1).optional().meta({ description: 'Up to the request with this number.' }),
  every: wholeNumber('every', 1)
    .optional()
    .meta({ description: 'One in so many, the last of them; counted after `from`.' }),
  probability: probability.optional().meta({ description: 'So likely; drawn from `seed`, so the same in each run.' }),
  seed: wholeNumber('seed', 0, 4_294_967_295).default(0),
  times: wholeNumber('times', 1).optional().meta({ description: 'So often, and then never again.' }),
};

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// Node.js refuses to write any other.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They belong to the connection: `truncateAfter` and `reset` are the ways to break it. */
const framing = new Set(['connection', 'content-length', 'keep-alive', 'trailer', 'transfer-encoding', 'upgrade']);

const headers = z
  .record(z.string(), z.string().max(8_192, 'A header is longer than 8192 characters.'))
  .refine((given) => Object.keys(given).length <= 50, 'headers has more than 50.')
  .refine((given) => Object.keys(given).every((name) => HEADER_NAME.test(name)), 'headers has a name that is none.')
  .refine(
    (given) => Object.values(given).every((value) => HEADER_VALUE.test(value)),
    'headers has a value that is none.',
  )
  .refine(
    (given) => Object.keys(given).every((name) => !framing.has(name.toLowerCase())),
    `headers cannot set ${[...framing].join(', ')}.`,
  );

/** What was read without recursion may be too deep to be written again. */
function isShallow(body: unknown): boolean {
  try {
    JSON.stringify(body);
    return true;
  } catch {
    return false;
  }
}

const delayRange = z
  .object({ min: milliseconds('delayMs.min'), max: milliseconds('delayMs.max') })
  .refine(({ min, max }) => min <= max, 'delayMs.min is more than delayMs.max.');

/** What goes wrong. */
const effect = {
  when: z
    .enum(['before', 'after'])
    .default('before')
    .meta({ description: '`after`: the request has been carried out, and its answer is lost or changed.' }),
  status: wholeNumber('status', 200, 599).optional().meta({ description: 'Answered in place of the real status.' }),
  message: z.string().max(8_192, 'message is longer than 8192 characters.').optional(),
  body: z
    .unknown()
    .refine(isShallow, 'body is nested too deeply.')
    .optional()
    .meta({ description: 'In place of an error in the usual shape: text as it is, or JSON.' }),
  headers: headers.optional(),
  delayMs: z
    .union([milliseconds('delayMs'), delayRange], { error: 'delayMs must be 0 to 300000, or a min and a max.' })
    .optional(),
  reset: z.boolean().optional().meta({ description: 'The connection is reset; there is no answer.' }),
  truncateAfter: wholeNumber('truncateAfter', 0)
    .optional()
    .meta({ description: 'The answer ends after so many bytes of its body, short of its Content-Length.' }),
  drip: z
    .object({ bytes: wholeNumber('drip.bytes', 1), everyMs: milliseconds('drip.everyMs') })
    .optional()
    .meta({ description: 'The body comes in pieces of so many bytes, one in so many milliseconds.' }),
};

const settings = {
  name: z.string().max(128, 'name is longer than 128 characters.').optional(),
  ...which,
  ...often,
  ...effect,
};

/** Used by the world file too, which knows no unknown fields. */
export const FaultFields = z.object(settings);

export const FaultCreate = FaultFields.superRefine((fault, context) => {
  for (const message of faultContradictions(fault)) context.addIssue({ code: 'custom', message });
});
export type FaultCreate = z.output<typeof FaultCreate>;

/** What no field can know by itself. */
export function faultContradictions(fault: z.output<typeof FaultFields>): string[] {
  const { status, headers: added, delayMs, reset, truncateAfter, drip, message, body } = fault;
  const answers = status !== undefined;
  const shapes = [added, truncateAfter, drip].some((part) => part !== undefined);
  return [
    ...(!answers && !shapes && reset !== true && delayMs === undefined
      ? ['Say what goes wrong: give at least one of status, headers, delayMs, reset, truncateAfter, drip.']
      : []),
    ...(reset === true && (answers || shapes)
      ? ['A connection that is reset has no answer: leave out reset or the rest.']
      : []),
    ...(!answers && (message !== undefined || body !== undefined) ? ['message and body need a status.'] : []),
    ...(message !== undefined && body !== undefined ? ['Give message or body, not both.'] : []),
    ...(fault.personId !== undefined && fault.personEmail !== undefined
      ? ['Give personId or personEmail, not both.']
      : []),
    ...(fault.from !== undefined && fault.to !== undefined && fault.from > fault.to ? ['from is more than to.'] : []),
  ];
}

/** What a preset is narrowed with. */
const narrowing = {
  methods: which.methods,
  path: path.optional(),
  personId: which.personId,
  personEmail: which.personEmail,
  probability: often.probability,
  seed: often.seed.unwrap().optional(),
  times: often.times,
};

export const presetNames = [
  '429-storm',
  'brown-out',
  'flaky-connection',
  'half-writes',
  'post-then-404',
  'retry-after-garbage',
  'slow-loris',
  'token-expired',
  'truncated',
] as const;
export type PresetName = (typeof presetNames)[number];

const presetName = z.enum(presetNames);

/** Used by the world file too. */
export const FaultPresetFields = z.object({ preset: presetName, ...narrowing });

export const FaultPresetCreate = FaultPresetFields.refine(
  ({ personId, personEmail }) => personId === undefined || personEmail === undefined,
  { error: 'Give personId or personEmail, not both.' },
);
export type FaultPresetCreate = z.output<typeof FaultPresetCreate>;

const FaultHit = z.object({
  at: timestamp,
  number: z.int().meta({ description: 'Which of the requests that match it was, in its count.' }),
  method: z.string(),
  path: z.string(),
  personId: publicIdText.optional(),
  trackingId: z.string(),
});
export type FaultHit = z.output<typeof FaultHit>;

/** A rule as it is, and what it has done. */
export const Fault = z
  .object({
    id: z.string(),
    ...settings,
    preset: presetName.optional(),
    path,
    per: often.per.unwrap(),
    seed: often.seed.unwrap(),
    when: effect.when.unwrap(),
    matched: z.int().meta({ description: 'Requests that it looked at and that match.' }),
    hits: z.int().meta({ description: 'Those of them that it made fail.' }),
    lastHits: z.array(FaultHit).meta({ description: 'The newest 20, newest first.' }),
    created: timestamp,
    createdBy: publicIdText.optional().meta({ description: 'Absent: the world file.' }),
  })
  .meta({ id: 'Fault' });
export type Fault = z.output<typeof Fault>;

export const FaultList = listOf(Fault);

const FaultPreset = z.object({ name: presetName, description: z.string() }).meta({ id: 'FaultPreset' });

export const FaultPresetList = listOf(FaultPreset);

/** Which rules to list or to delete. */
export const FaultsQuery = z.object({ preset: presetName.optional() });
export type FaultsQuery = z.output<typeof FaultsQuery>;
