import { CLIENTS, CONNECTIONS, type Stage } from './stage.ts';
import type { Target } from './processes/load.ts';
import { percentile } from './statistics.ts';

/** What is still on its way when the load ends has this long to arrive. */
const PATIENCE_MS = 60_000;
/** Messages that may be answered and not yet delivered while deliveries are kept at their maximum. */
const MOST_AHEAD = 200;

export interface Throughput {
  perSecond: number;
  /** CPU time of the process that is measured, for each of them, in microseconds. */
  cpuMicroseconds: number;
}

export interface Latency {
  /** Milliseconds. */
  p50: number;
  p99: number;
}

/** JSON POSTs that a bare Fastify answers. */
export async function fastifyPosts({ fastify, load, targets }: Stage, seconds: number): Promise<Throughput> {
  const { value, cpu } = await withCpu(fastify, () =>
    load.ask('saturate', targets.fastify, { clients: CLIENTS, seconds, ahead: undefined }),
  );
  mustSucceed('bare Fastify', value.failed);
  return throughput(value.answered, value.ms, cpu);
}

/** POSTs that a bare undici loop gets answered. */
export async function undiciPosts({ undici, notice, receiver }: Stage, seconds: number): Promise<Throughput> {
  await receiver.ask('begin', {});
  const { value, cpu } = await withCpu(undici, () => undici.ask('loop', notice, { connections: CONNECTIONS, seconds }));
  return throughput(value.delivered, value.ms, cpu);
}

/** Messages that Hearth answers, and notices of them that arrive. The CPU time is that of both. */
export interface Traffic {
  messages: Throughput;
  deliveries: Throughput;
  /** Of the store, for each delivery, after the last message was answered: reading what waits, and recording. */
  statements: number;
}

/**
 * As many messages as the clients get answered, each delivered `fanOut` times; deliveries are counted until the last one
 * has arrived. `keepUp`: the clients wait while too many deliveries are missing, so that none goes by way of the table.
 */
export async function traffic(
  { hearth, load, receiver, targets }: Stage,
  { fanOut, seconds, keepUp }: { fanOut: 1 | 10; seconds: number; keepUp: boolean },
): Promise<Traffic> {
  await receiver.ask('begin', { report: keepUp });
  const { value, cpu } = await withCpu(hearth, async () => {
    const ahead = keepUp ? { most: MOST_AHEAD, fanOut } : undefined;
    const posted = await load.ask('saturate', targets.hearth[fanOut], { clients: CLIENTS, seconds, ahead });
    const before = { delivered: await receiver.ask('count'), statements: await hearth.ask('statements') };
    const received = await receiver.ask('counted', posted.answered * fanOut, PATIENCE_MS);
    await hearth.ask('settled');
    const statements = (await hearth.ask('statements')) - before.statements;
    return { posted, received, statements: statements / Math.max(1, received.count - before.delivered) };
  });
  const { posted, received, statements } = value;
  mustSucceed('Hearth', posted.failed);
  if (received.count !== posted.answered * fanOut) {
    throw new Error(
      `${posted.answered} messages were answered, and ${received.count} notices came instead of ${fanOut} of each.`,
    );
  }
  return {
    messages: throughput(posted.answered, posted.ms, cpu),
    deliveries: throughput(received.count, received.lastAt - posted.startedAt, cpu),
    statements,
  };
}

/** From the moment a POST is due until its notice has arrived. */
export async function latency(
  { load, receiver }: Stage,
  target: Target,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Latency> {
  await receiver.ask('begin', { record: true });
  const { sent, failed } = await load.ask('pace', target, { clients: CLIENTS, seconds, perSecond });
  mustSucceed(target.url, failed);
  await receiver.ask('counted', sent.length, PATIENCE_MS);
  const receipts = new Map((await receiver.ask('receipts')).map(({ id, at }) => [id, at]));
  const ms = sent.map(({ id, at }) => {
    const receivedAt = receipts.get(id);
    if (receivedAt === undefined) throw new Error(`The notice of ${id} has not come.`);
    return receivedAt - at;
  });
  return { p50: percentile(ms, 0.5), p99: percentile(ms, 0.99) };
}

/** `cpu`: what the process used meanwhile, in seconds. */
async function withCpu<T>(
  child: { ask(name: 'cpuSeconds'): Promise<number> },
  work: () => Promise<T>,
): Promise<{ value: T; cpu: number }> {
  const before = await child.ask('cpuSeconds');
  const value = await work();
  return { value, cpu: (await child.ask('cpuSeconds')) - before };
}

function throughput(count: number, ms: number, cpu: number): Throughput {
  return { perSecond: count / (ms / 1e3), cpuMicroseconds: (cpu * 1e6) / count };
}

function mustSucceed(who: string, failed: number): void {
  if (failed > 0) throw new Error(`${failed} requests to ${who} failed: the numbers would mean nothing.`);
}
