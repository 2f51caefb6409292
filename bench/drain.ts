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
  let count = 0;
  let worst = { p50: 0, p99: 0 };
  while (count < backlog) {
    await passed(5_000);
    const slice = await receiver.ask('answered');
    if (slice.count === 0) throw new Error(`The drain stands still at ${count} of ${backlog}.`);
    count += slice.count;
    if (slice.p99 > worst.p99) worst = { p50: slice.p50, p99: slice.p99 };
  }
  const perSecond = count / ((Date.now() - startedAt) / 1e3);
  await scene.close();
  await receiver.end();
  return { backlog, baseline, draining: { ...worst, perSecond } };
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
