import { z } from 'zod';

const Authorization = z.object({ type: z.literal('authorization'), data: z.object({ token: z.string() }) });
const Ack = z.object({ type: z.literal('ack'), messageId: z.string() });
const Ping = z.object({ type: z.literal('ping'), id: z.string() });
/** Later versions may say more than we know. */
const Other = z.object({}).transform(() => ({ type: 'other' as const }));

const Frame = z.union([Ack, Ping, Authorization, Other]);
/** What a client says. */
export type Frame = z.output<typeof Frame>;

/** Undefined: it is no JSON object. */
export function parseFrame(text: string): Frame | undefined {
  try {
    return Frame.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
