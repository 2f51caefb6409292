import { Child } from './child.ts';
import type { Hanging } from './processes/hanging.ts';
import { openScene, type Scene } from './scene.ts';
import { percentile, spread, type Spread } from './statistics.ts';

const HEALTHY = 140;
const HANGING = 60;
/** Messages that may be answered and not yet delivered to all healthy webhooks. */
const MOST_AHEAD = 20;
const PATIENCE_MS = 120_000;

interface Healthy {
  perSecond: number;
  p99: number;
}

export interface Isolation {
  /** Deliveries a second to the healthy webhooks: without the hanging ones, with them, and the ratio. */
  throughput: Record<'without' | 'with' | 'ratio', Spread>;
  /** From POST to receipt by each of them, in ms, at half that pace. */
  p99: Record<'without' | 'with' | 'ratio', Spread>;
}

/** 30 % of 200 webhooks accept each request and never answer: what the others notice of it. */
export async function isolation(
  folder: string,
  { rounds, seconds }: { rounds: number; seconds: number },
): Promise<Isolation> {
  const scene = await openScene(folder);
  const hanging = await Child.start<Hanging>('./processes/hanging.ts');
  const hangingUrl = await hanging.ask('listen');
  await scene.webhooks(HEALTHY, scene.hookUrl);
  const without: Healthy[] = [];
  const beside: Healthy[] = [];
  await healthy(scene, 1, 10);
  for (let round = 0; round < rounds; round++) {
    const alone = await healthy(scene, seconds);
    without.push(alone);
    const ids = await scene.webhooks(HANGING, hangingUrl);
    beside.push(await healthy(scene, seconds, alone.perSecond / HEALTHY / 2));
    await scene.remove(ids);
    await scene.hearth.ask('settled');
  }
  await scene.close();
  await hanging.end();
  return { throughput: compared(without, beside, 'perSecond'), p99: compared(without, beside, 'p99') };
}

function compared(without: Healthy[], beside: Healthy[], key: keyof Healthy) {
  return {
    without: spread(without.map((one) => one[key])),
    with: spread(beside.map((one) => one[key])),
    ratio: spread(beside.map((one, at) => one[key] / (without[at]?.[key] ?? Number.NaN))),
  };
}

/** `pace`: messages a second for the latency; else half of what the throughput is. */
async function healthy(scene: Scene, seconds: number, pace?: number): Promise<Healthy> {
  const { load, receiver, target } = scene;
  await receiver.ask('begin', { report: true });
  const ahead = { most: MOST_AHEAD, fanOut: HEALTHY };
  const posted = await load.ask('saturate', target, { clients: 16, seconds, ahead });
  const received = await receiver.ask('counted', posted.answered * HEALTHY, PATIENCE_MS);
  const perSecond = received.count / ((received.lastAt - posted.startedAt) / 1e3);

  await receiver.ask('begin', { record: true });
  const messagesPerSecond = pace ?? perSecond / HEALTHY / 2;
  const { sent } = await load.ask('pace', target, { clients: 16, seconds, perSecond: messagesPerSecond });
  await receiver.ask('counted', sent.length * HEALTHY, PATIENCE_MS);
  const sentAt = new Map(sent.map(({ id, at }) => [id, at]));
  const ms = (await receiver.ask('receipts')).map(({ id, at }) => at - (sentAt.get(id) ?? Number.NaN));
  return { perSecond, p99: percentile(ms, 0.99) };
}
