import fastify from 'fastify';
import { answer, cpuSeconds } from '../child.ts';

/** What Fastify does for a JSON POST when nobody checks, authorizes or stores anything. */
const app = fastify();
app.post<{ Body: { roomId: string; text: string } }>('/v1/messages', async ({ body }) => ({
  id: body.roomId,
  text: body.text,
}));

const commands = {
  cpuSeconds,
  listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
};
export type BareFastify = typeof commands;

answer(commands);
