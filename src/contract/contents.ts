import { z } from 'zod';

/** FILE-4: nothing is scanned here, so there is nothing to allow; clients that say it are understood. */
export const ContentQuery = z.object({
  allow: z
    .string()
    .optional()
    .meta({ description: '`unscannable` is accepted, as at Webex; it changes nothing here.' }),
});

export const ContentBytes = z.string().meta({ description: 'The file, as it was sent.' });
