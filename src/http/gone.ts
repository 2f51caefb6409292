import type { FastifyReply } from 'fastify';

/** Aborted when the connection of an answer is closed, or the answer is complete. */
export function signalOfEnd({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
