import { randomUUID } from 'node:crypto';
import fastify from 'fastify';
import { Pool } from 'undici';
import { answer, cpuSeconds } from '../child.ts';
import type { Notice } from '../notice.ts';

/** Forwards each POST at once and stores nothing: what comes from a request to a receipt costs at the least. */
const app = fastify();
let forward: (id: string) => void = () => {};
app.post('/v1/messages', async () => {
  const id = randomUUID();
  forward(id);
  return { id };
});

const commands = {
  cpuSeconds,

  /** Sends copies of `notice`, each with an id of its own, over at most `connections`. */
  listen({ url, headers, body }: Notice, connections: number): Promise<string> {
    const { origin, pathname } = new URL(url);
    const pool = new Pool(origin, { connections });
    const { id: sampleId } = (JSON.parse(body) as { data: { id: string } }).data;
    const [before = '', after = ''] = body.split(sampleId);
    forward = (id) => {
      void pool
        .request({ method: 'POST', path: pathname, headers, body: `${before}${id}${after}` })
        .then((response) => response.body.dump());
    };
    return app.listen({ host: '127.0.0.1', port: 0 });
  },
};
export type BareRelay = typeof commands;

answer(commands);
