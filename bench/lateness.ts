import { Child } from './child.ts';
import type { FailingOnce } from './processes/failing-once.ts';
import { openScene } from './scene.ts';
import { percentile } from './statistics.ts';

const WEBHOOKS = 20;
const MESSAGES = 500;
const PATIENCE_MS = 120_000;

export interface Lateness {
  retries: number;
  /** From the time that a retry was due until the receiver had its request, in ms. */
  p50: number;
  p99: number;
  most: number;
}

/** 10,000 retries that fall due within a minute, on the machine's own clock. */
export async function lateness(folder: string): Promise<Lateness> {
  const scene = await openScene(folder);
  const receiver = await Child.start<FailingOnce>('./processes/failing-once.ts');
  await scene.webhooks(WEBHOOKS, await receiver.ask('listen'));
  await scene.load.ask('pace', scene.target, { clients: 16, seconds: 5, perSecond: MESSAGES / 5 });
  const due = await dueTimes(scene, WEBHOOKS * MESSAGES);
  const deadline = Date.now() + PATIENCE_MS;
  while ((await receiver.ask('count')) < due.size && Date.now() < deadline) await passed(200);
  const came = await receiver.ask('came');
  const late = [...due].map(([id, dueAt]) => (came.get(id) ?? Infinity) - dueAt);
  await scene.close();
  await receiver.end();
  return { retries: late.length, p50: percentile(late, 0.5), p99: percentile(late, 0.99), most: Math.max(...late) };
}

/** When each delivery is due, once all of them have failed; the first fall due ten seconds after they did. */
async function dueTimes(scene: Awaited<ReturnType<typeof openScene>>, count: number): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  const deadline = Date.now() + PATIENCE_MS;
  while (all.size < count && Date.now() < deadline) {
    for (const [id, dueAt] of await scene.hearth.ask('retries')) if (!all.has(id)) all.set(id, dueAt);
    await passed(1_000);
  }
  if (all.size < count) throw new Error(`Only ${all.size} of ${count} deliveries wait for a retry.`);
  return all;
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
