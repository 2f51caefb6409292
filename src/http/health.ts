import { z } from 'zod';
import { StoreUnavailableError } from '../db/index.ts';
import type { Api } from './server.ts';

const Health = z.object({ status: z.enum(['ok', 'unavailable']), checks: z.record(z.string(), z.string()) });

/** Answers each part's own word for how it is; throws when it cannot serve. */
export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;

/** `/healthz`: the process answers. `/readyz`: every part it needs answers too. Both without a token. */
export function healthRoutes(app: Api, checks: ReadinessChecks): void {
  const schema = { tags: ['health'], security: [], response: { 200: Health, 503: Health } };
  app.get('/healthz', { schema: { ...schema, summary: 'Whether the process answers' } }, () => ({
    status: 'ok' as const,
    checks: {},
  }));
  app.get(
    '/readyz',
    { schema: { ...schema, summary: 'Whether the server can do its work' } },
    async (request, reply) => {
      const results = await Promise.all(
        Object.entries(checks).map(async ([name, check]) => {
          try {
            await check();
            return { name, word: 'ok', ok: true };
          } catch (error) {
            // An outage of the store is told once, by the store.
            const level = error instanceof StoreUnavailableError ? 'debug' : 'warn';
            request.log[level]({ err: error, part: name }, 'not ready');
            return { name, word: 'unavailable', ok: false };
          }
        }),
      );
      const ready = results.every(({ ok }) => ok);
      return reply.code(ready ? 200 : 503).send({
        status: ready ? 'ok' : 'unavailable',
        checks: Object.fromEntries(results.map(({ name, word }) => [name, word])),
      });
    },
  );
}
