import { z } from 'zod';

/** Cut, not refused: the SDK sends the title of its process, which may be a whole command line. */
const words = z.string().transform((text) => text.slice(0, 256));

/** What the SDK says of itself when it registers for a socket; the rest of what it sends is not looked at. */
export const DeviceBody = z.object({
  name: words.optional(),
  deviceType: words.default('WEB'),
  model: words.optional(),
  localizedModel: words.optional(),
  systemName: words.optional(),
  systemVersion: words.optional(),
  ttl: z.number().positive().optional().meta({ description: 'Seconds without a socket after which it may go.' }),
});
export type DeviceBody = z.output<typeof DeviceBody>;
