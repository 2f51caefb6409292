import { Child } from './child.ts';
import type { LimitedReceiver } from './processes/limited-receiver.ts';
import { openScene } from './scene.ts';

export interface Drain {
  backlog: number;
  /** Of the receiver, from request to answer in ms: while deliveries come one by one, and while the backlog is drained. */
  baseline: { p50: number; p99: number };
  draining: { p50: number; p99: number; perSecond: number };
}

/**
 * A receiver that was down while so many deliveries piled up for it comes back: how much longer its answers take while it
 * gets them all.
 */
export async function drain(folder: string, backlog: number): Promise<Drain> {
  const scene = await openScene(folder);
  const receiver = await Child.start<LimitedReceiver>('./processes/limited-receiver.ts');
  await scene.webhooks(1, await receiver.ask('listen'));

  await scene.load.ask('pace', scene.target, { clients: 16, seconds: 5, perSecond: 100 });
  await passed(1_000);
  const baseline = await receiver.ask('answered');

  await receiver.ask('setDown', true);
  await scene.hearth.ask('startWithBacklog', backlog);
  await passed(2_000);
  await receiver.ask('setDown', false);
  await receiver.ask('answered');
  const startedAt = Date.now();
  while ((await receiver.ask('count')) < backlog) {
    const before = await receiver.ask('count');
    await passed(5_000);
    const after = await receiver.ask('count');
    if (after === before) throw new Error(`The drain stands still at ${after} of ${backlog}.`);
  }
  const perSecond = backlog / ((Date.now() - startedAt) / 1e3);
  const { p50, p99 } = await receiver.ask('answered');
  await scene.close();
  await receiver.end();
  return { backlog, baseline, draining: { p50, p99, perSecond } };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
