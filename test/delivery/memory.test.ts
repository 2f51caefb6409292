import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { SlowDrip } from '../../bench/slow-drip.ts';
import { addWaiting } from '../../bench/waiting.ts';
import { Vault } from '../../src/core/vault.ts';
import { WebhookRegistry } from '../../src/webhooks/index.ts';
import { startServer } from '../support/server.ts';
import { until } from './support.ts';

const WEBHOOKS = 100;
const WAITING = 50_000;
const MIB = 1_048_576;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / MIB;
}

test('what waits stays out of memory, and receivers that never end an answer keep little of it (rule 3)', async () => {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, timeoutMs: 100, disabling: { failures: 0, windowMs: 1_000 } },
  }));
  const slowDrip = new SlowDrip();
  try {
    const targets = await slowDrip.listen(WEBHOOKS);
    await server.restart();
    const before = heap();

    addWaiting(`${server.folder}/hearth.db`, { rooms: 10, targets, deliveries: WAITING, now: server.clock.now() });
    await server.restart();
    await until(() => slowDrip.requests >= 500);
    const early = heap();
    await until(() => slowDrip.requests >= 1_000);
    const late = heap();
    console.info(
      `${before.toFixed(1)} MiB without, ${early.toFixed(1)} and ${late.toFixed(1)} with ${WAITING} waiting`,
    );

    // All of them would take some 60 MiB.
    expect(late - before).toBeLessThan(20);
    expect(late - early).toBeLessThan(5);
    const { count } = await server.app.db.reader.query
      .selectFrom('deliveries')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
    expect(count).toBe(WAITING);
  } finally {
    slowDrip.close();
  }
});

test('every webhook is loaded at the start, some at a time', async () => {
  const server = await startServer();
  const targets = Array.from({ length: 2_500 }, (_, at) => `https://bot.example/${at}`);
  addWaiting(`${server.folder}/hearth.db`, { rooms: 5, targets, deliveries: 0, now: server.clock.now() });
  const registry = new WebhookRegistry(new Vault([new Uint8Array(32)]));
  await registry.load(server.app.db.reader);
  expect([...registry.all()].map(({ targetUrl }) => targetUrl)).toEqual(targets);
});
