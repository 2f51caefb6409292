import { Readable } from 'node:stream';
import type { Plan } from './plan.ts';

/** What the hooks of Fastify call a payload. */
export type Payload = string | Uint8Array | Readable;

/** Undefined: it is not known, or there is no body. */
export function lengthOf(payload: unknown): number | undefined {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload instanceof Uint8Array ? payload.length : undefined;
}

export function isPayload(payload: unknown): payload is Payload {
  return typeof payload === 'string' || payload instanceof Uint8Array || payload instanceof Readable;
}

type Shape = Pick<Plan, 'truncateAfter' | 'drip'>;

/** The body in pieces with a pause after each, or only its beginning. */
export async function* shaped(
  payload: Payload,
  { truncateAfter = Infinity, drip }: Shape,
  pause: (drip: NonNullable<Shape['drip']>) => Promise<void>,
): AsyncGenerator<Uint8Array> {
  let left = truncateAfter;
  for await (const chunk of chunksOf(payload)) {
    const size = drip?.bytes ?? Math.max(1, chunk.length);
    for (let at = 0; at < chunk.length; at += size) {
      if (left <= 0) return;
      const piece = chunk.subarray(at, Math.min(at + size, at + left));
      left -= piece.length;
      yield piece;
      if (drip) await pause(drip);
    }
  }
}

async function* chunksOf(payload: Payload): AsyncGenerator<Uint8Array> {
  if (payload instanceof Readable) for await (const chunk of payload) yield Buffer.from(chunk as string | Uint8Array);
  else yield Buffer.from(payload);
}
