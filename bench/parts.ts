import path from 'node:path';
import { diskLatency } from './disk.ts';
import { drain } from './drain.ts';
import { isolation } from './isolation.ts';
import { lateness } from './lateness.ts';
import { listing } from './listing.ts';
import { matching } from './matcher.ts';
import { measureMemory } from './memory.ts';
import { asText, reportOf } from './report.ts';
import { measure, type Effort } from './rounds.ts';
import { closeStage, openStage } from './stage.ts';
import type { Spread } from './statistics.ts';

/** What a part has found: for people, and for whoever compares runs. */
export interface Finding {
  text: string;
  result: unknown;
}

export interface PartOptions {
  /** Git ignores it. Beside the sources, because a temporary folder may be in memory and would flatter the commits. */
  folder: string;
  quick: boolean;
  /** Write a CPU profile of the server beside the results. */
  profile: boolean;
  progress: (text: string) => void;
}

interface Part {
  summary: string;
  /** Whether it runs when no part is named. */
  always: boolean;
  run(options: PartOptions): Promise<Finding>;
}

const thorough: Effort = { rounds: 5, seconds: 2.5, latencyRounds: 4, latencySeconds: 5 };
const quick: Effort = { rounds: 1, seconds: 1, latencyRounds: 1, latencySeconds: 1.5 };

export const parts: Readonly<Record<string, Part>> = {
  speed: {
    summary: 'messages, deliveries and latency against bare Fastify, bare undici and a bare relay',
    always: true,
    async run({ folder, quick: isQuick, profile, progress }) {
      const stage = await openStage(folder);
      try {
        if (profile) await stage.hearth.ask('startProfile');
        const measured = await measure(stage, isQuick ? quick : thorough, progress);
        if (profile) await stage.hearth.ask('stopProfile', path.join(folder, 'hearth.cpuprofile'));
        const report = reportOf(measured, await diskLatency(folder));
        return { text: asText(report), result: { ...report, measured } };
      } finally {
        await closeStage(stage);
      }
    },
  },
  isolation: {
    summary: 'healthy webhooks beside 60 of 200 that hang',
    always: true,
    async run({ folder, quick: isQuick }) {
      const found = await isolation(folder, isQuick ? { rounds: 1, seconds: 3 } : { rounds: 3, seconds: 8 });
      const { throughput, p99 } = found;
      const text = [
        'Beside 60 of 200 webhooks that accept and never answer:',
        `deliveries to the others ${rate(throughput.without)} without, ${rate(throughput.with)} with: ${ratio(throughput.ratio)} (aim ≥ 0.95)`,
        `their p99 ${ms(p99.without)} without, ${ms(p99.with)} with: ${ratio(p99.ratio)} (aim ≤ 1.5)`,
      ];
      return { text: text.join('\n'), result: found };
    },
  },
  lateness: {
    summary: '10,000 retries that fall due within a minute (takes a minute and a half)',
    always: true,
    async run({ folder }) {
      const found = await lateness(folder);
      const { retries, p50, p99, most } = found;
      const text = `${retries} retries within a minute: ${p50} ms late in the median, p99 ${p99} ms (aim ≤ 50), at the most ${most} ms`;
      return { text, result: found };
    },
  },
  matching: {
    summary: 'what an event costs with 100,000 webhooks in other rooms',
    always: true,
    async run({ folder }) {
      const found = await matching(folder);
      const text = `Matching an event: ${found.alone.toFixed(1)} µs with 20 webhooks, ${found.crowded.toFixed(1)} µs with 100,000 more in other rooms (aim ≤ 50)`;
      return { text, result: found };
    },
  },
  listing: {
    summary: 'pages of long lists: 5,000 rooms, 20,000 messages, 3,000 members (takes some two minutes)',
    always: false,
    async run({ folder, progress }) {
      const walks = await listing(folder, progress);
      const lines = walks.map(
        ({ list, pages, first, last, ratio: grown }) =>
          `${list}, ${pages} pages: ${ms(first)} at the beginning, ${ms(last)} at the end: ${ratio(grown)} (aim ≤ 1.5)`,
      );
      return { text: lines.join('\n'), result: walks };
    },
  },
  memory: {
    summary: 'what is held with a million deliveries that wait and a thousand slow receivers (takes some ten minutes)',
    always: false,
    async run({ folder, quick: isQuick, progress }) {
      const effort = isQuick ? { seconds: 15, waitingSeconds: 20 } : { seconds: 60, waitingSeconds: 240 };
      const text = await measureMemory(folder, effort, progress);
      return { text, result: text };
    },
  },
  drain: {
    summary: 'a backlog of 100,000 for one webhook after its receiver has come back (takes some three minutes)',
    always: false,
    async run({ folder, quick: isQuick }) {
      const found = await drain(folder, isQuick ? 10_000 : 100_000);
      const { backlog, baseline, draining } = found;
      const text = [
        `A backlog of ${backlog} for a receiver that can do 640 a second: drained at ${draining.perSecond.toFixed(0)} a second.`,
        `Its answers took p50 ${baseline.p50.toFixed(1)} ms, p99 ${baseline.p99.toFixed(1)} ms before; p50 ${draining.p50.toFixed(1)} ms, p99 ${draining.p99.toFixed(1)} ms meanwhile: ${(draining.p99 / baseline.p99).toFixed(2)} times (aim ≤ 2)`,
      ];
      return { text: text.join('\n'), result: found };
    },
  },
};

function rate({ median }: Spread): string {
  return `${Math.round(median).toLocaleString('en')} /s`;
}

function ms({ median }: Spread): string {
  return `${median.toFixed(1)} ms`;
}

function ratio({ median, least, most }: Spread): string {
  return `${median.toFixed(2)} (${least.toFixed(2)} to ${most.toFixed(2)})`;
}
