import type { Stage } from './stage.ts';
import {
  fastifyPosts,
  latency,
  traffic,
  undiciPosts,
  type Latency,
  type Throughput,
  type Traffic,
} from './measures.ts';

/** How long to measure. */
export interface Effort {
  rounds: number;
  /** Each part of a round. */
  seconds: number;
  latencyRounds: number;
  latencySeconds: number;
}

/** One value of each measure, taken one after the other, so that what disturbs the machine disturbs all of them. */
export interface LoadRound {
  fastify: Throughput;
  undici: Throughput;
  /** One webhook, clients that never wait. */
  single: Traffic;
  /** Ten webhooks, deliveries at their maximum. */
  tenfold: Traffic;
  /** Ten webhooks, a second of messages at their maximum: most deliveries wait in the table. */
  burst: Traffic;
}

export interface LatencyRound {
  relay: Latency;
  hearth: Latency;
}

export interface Measured {
  load: LoadRound[];
  /** Messages a second while latency is measured. */
  pace: number;
  latency: LatencyRound[];
}

export async function measure(
  stage: Stage,
  { rounds, seconds, latencyRounds, latencySeconds }: Effort,
  progress: (text: string) => void,
): Promise<Measured> {
  progress('warming up');
  await loadRound(stage, Math.min(1, seconds));
  await latencyRound(stage, { perSecond: 200, seconds: 0.5 });

  const load: LoadRound[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`throughput, round ${round} of ${rounds}`);
    load.push(await loadRound(stage, seconds));
  }
  const pace = Math.round(sustained(load) / 2);
  const latencies: LatencyRound[] = [];
  for (let round = 1; round <= latencyRounds; round++) {
    progress(`latency at ${pace} messages a second, round ${round} of ${latencyRounds}`);
    latencies.push(await latencyRound(stage, { perSecond: pace, seconds: latencySeconds }));
  }
  return { load, pace, latency: latencies };
}

/** What Hearth takes in and delivers in the long run, in its slowest round: half of it is no overload in any. */
function sustained(rounds: readonly LoadRound[]): number {
  return Math.min(...rounds.map(({ single }) => Math.min(single.messages.perSecond, single.deliveries.perSecond)));
}

async function loadRound(stage: Stage, seconds: number): Promise<LoadRound> {
  return {
    fastify: await fastifyPosts(stage, seconds),
    single: await traffic(stage, { fanOut: 1, seconds, keepUp: false }),
    undici: await undiciPosts(stage, seconds),
    tenfold: await traffic(stage, { fanOut: 10, seconds, keepUp: true }),
    burst: await traffic(stage, { fanOut: 10, seconds: Math.min(1, seconds), keepUp: false }),
  };
}

async function latencyRound(stage: Stage, pace: { perSecond: number; seconds: number }): Promise<LatencyRound> {
  return {
    relay: await latency(stage, stage.targets.relay, pace),
    hearth: await latency(stage, stage.targets.hearth[1], pace),
  };
}
