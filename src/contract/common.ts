import { z } from 'zod';

/** An id as clients send it: the public id, padded or not, of any cluster, or a bare UUID (ID-2). */
export const idInput = z.string().meta({ description: 'A public id, or the UUID inside it.' });

export const publicIdText = z.string().meta({ description: 'Opaque id; compare as text.' });

/** Of a room or a team; a blank one is none. */
export const descriptionText = z.string().max(4096, 'description is longer than 4096 characters.');

/** TIME-1 */
export const timestamp = z.string().meta({ format: 'date-time', example: '2016-07-08T02:28:33.000Z' });

/** TIME-2: with or without a fraction, `Z` or an offset. */
export const timestampInput = z.iso.datetime({ offset: true, local: false });

/** PAGE-10: above the limit is clamped, below 1 or not a number is refused. */
export function maxParameter(standard: number, limit: number) {
  return z.coerce
    .number({ error: 'max must be a whole number of at least 1.' })
    .int('max must be a whole number of at least 1.')
    .min(1, 'max must be a whole number of at least 1.')
    .default(standard)
    .transform((max) => Math.min(max, limit));
}

/** A flag in a query, in any case, as Python writes it too; absent: false. */
export const flagParameter = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['true', 'false'], { error: ({ path }) => `${path?.join('.') ?? 'It'} must be true or false.` }))
  .default('false')
  .transform((text) => text === 'true');

export const cursorParameter = z.string().optional().meta({ description: 'Where to go on; taken from a Link header.' });

export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item) });
}

export const ErrorBody = z
  .object({
    message: z.string(),
    errors: z.array(z.object({ description: z.string() })),
    trackingId: z.string(),
    error: z.string().optional().meta({ description: 'What OAuth 2 calls it; only where tokens are asked for.' }),
    error_description: z.string().optional(),
  })
  .meta({ id: 'Error' });

/** The parameters of `/v1/…/{id}`. */
export const IdParameter = z.object({ id: z.string() });

/** Nothing: the answer to DELETE. */
export const NoContent = z.undefined().meta({ description: 'Done.' });
