import { availableParallelism, cpus } from 'node:os';
import type { Latency, Throughput } from './measures.ts';
import type { LoadRound, Measured } from './rounds.ts';
import { spread, type Spread } from './statistics.ts';

export interface Line {
  what: string;
  /** In `unit`; of the baseline, and of Hearth. */
  baseline: Spread;
  hearth: Spread;
  unit: string;
  /** Hearth over its baseline, round by round. */
  ratio: Spread;
  /** The same for what one CPU second does; absent for latencies. */
  cpuRatio?: Spread;
  /** The ratio that is aimed at, and which side of it is good. */
  aim?: { least: number } | { most: number } | { leastPerCpu: number };
}

export interface Report {
  machine: { cores: number; model: string; node: string; platform: string };
  /** Of one durable write, in milliseconds. */
  disk: Latency;
  /** Messages a second while latency was measured. */
  pace: number;
  lines: Line[];
  /** Statements of the store for each delivery while a burst is drained. */
  statements: Spread;
  /** CPU time for each message or delivery, in microseconds. */
  cpu: Record<'fastify' | 'undici' | 'single' | 'tenfold' | 'burst', Spread>;
}

export function reportOf({ load, pace, latency }: Measured, disk: Latency): Report {
  const cpuOf = (pick: (round: LoadRound) => Throughput) => spread(load.map((round) => pick(round).cpuMicroseconds));
  return {
    machine: {
      cores: availableParallelism(),
      model: cpus()[0]?.model ?? 'unknown',
      node: process.version,
      platform: `${process.platform} ${process.arch}`,
    },
    disk,
    pace,
    lines: [
      throughputLine(
        'messages, 1 webhook',
        load,
        ({ fastify }) => fastify,
        ({ single }) => single.messages,
        { least: 0.25 },
      ),
      throughputLine(
        'deliveries, 1 webhook',
        load,
        ({ undici }) => undici,
        ({ single }) => single.deliveries,
      ),
      throughputLine(
        'deliveries, 10 webhooks',
        load,
        ({ undici }) => undici,
        ({ tenfold }) => tenfold.deliveries,
        { leastPerCpu: 0.6 },
      ),
      throughputLine(
        'deliveries, 10 webhooks, burst',
        load,
        ({ undici }) => undici,
        ({ burst }) => burst.deliveries,
      ),
      ...(['p50', 'p99'] as const).map((name): Line => ({
        what: `POST to receipt, ${name}`,
        unit: 'ms',
        baseline: spread(latency.map(({ relay }) => relay[name])),
        hearth: spread(latency.map(({ hearth }) => hearth[name])),
        ratio: spread(latency.map(({ relay, hearth }) => hearth[name] / relay[name])),
        aim: { most: 2 },
      })),
    ],
    statements: spread(load.map(({ burst }) => burst.statements)),
    cpu: {
      fastify: cpuOf(({ fastify }) => fastify),
      undici: cpuOf(({ undici }) => undici),
      single: cpuOf(({ single }) => single.messages),
      tenfold: cpuOf(({ tenfold }) => tenfold.deliveries),
      burst: cpuOf(({ burst }) => burst.deliveries),
    },
  };
}

function throughputLine(
  what: string,
  rounds: readonly LoadRound[],
  baseline: (round: LoadRound) => Throughput,
  hearth: (round: LoadRound) => Throughput,
  aim?: Line['aim'],
): Line {
  return {
    what,
    unit: '/s',
    baseline: spread(rounds.map((round) => baseline(round).perSecond)),
    hearth: spread(rounds.map((round) => hearth(round).perSecond)),
    ratio: spread(rounds.map((round) => hearth(round).perSecond / baseline(round).perSecond)),
    cpuRatio: spread(rounds.map((round) => baseline(round).cpuMicroseconds / hearth(round).cpuMicroseconds)),
    ...(aim && { aim }),
  };
}

export function asText({ machine, disk, pace, lines, statements, cpu }: Report): string {
  const rows = lines.map(({ what, unit, baseline, hearth, ratio, cpuRatio, aim }) => [
    what,
    amount(baseline.median, unit),
    amount(hearth.median, unit),
    `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})`,
    cpuRatio ? cpuRatio.median.toFixed(2) : '',
    aim ? verdict(aim, ratio.median, cpuRatio?.median) : '',
  ]);
  const head = ['', 'baseline', 'Hearth', 'ratio (least to most)', 'per CPU second', 'aim'];
  const costs = Object.entries(cpu).map(
    ([name, { median }]) => `${names[name as keyof Report['cpu']]} ${median.toFixed(0)}`,
  );
  return [
    `${machine.cores} cores (${machine.model}), Node.js ${machine.node}, ${machine.platform}`,
    '',
    ...table([head, ...rows]),
    '',
    `Latency at ${pace} messages a second; a durable write alone takes ${disk.p50.toFixed(2)} ms (p99 ${disk.p99.toFixed(2)} ms).`,
    `CPU time in µs: ${costs.join(', ')}.`,
    `Statements for each delivery while a burst is drained: ${statements.median.toFixed(2)} (aim ≤ 0.2).`,
  ].join('\n');
}

const names: Record<keyof Report['cpu'], string> = {
  fastify: 'bare Fastify POST',
  undici: 'bare undici POST',
  single: 'message with its delivery',
  tenfold: 'delivery with its tenth of a message',
  burst: 'the same in a burst',
};

function verdict(aim: NonNullable<Line['aim']>, ratio: number, cpuRatio = Number.NaN): string {
  if ('most' in aim) return `≤ ${aim.most} ${ratio <= aim.most ? 'met' : 'not met'}`;
  if ('least' in aim) return `≥ ${aim.least} ${ratio >= aim.least ? 'met' : 'not met'}`;
  return `≥ ${aim.leastPerCpu} per CPU second ${cpuRatio >= aim.leastPerCpu ? 'met' : 'not met'}`;
}

function amount(value: number, unit: string): string {
  return unit === 'ms' ? `${value.toFixed(2)} ms` : `${Math.round(value).toLocaleString('en')} ${unit}`;
}

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
