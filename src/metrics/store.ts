import { Counter, Histogram, type Registry } from 'prom-client';
import type { Database } from '../db/index.ts';

/** The store: how much is written, and how many operations share a commit. */
export function measureStore(registry: Registry, { stats, onCommit }: Pick<Database, 'stats' | 'onCommit'>): void {
  const counters = {
    statements: 'Statements that were run.',
    commits: 'Commits.',
    operations: 'Units of work that were asked for; several share a commit.',
    syncs: 'Times the disk was waited for.',
  };
  for (const [key, help] of Object.entries(counters) as [keyof typeof counters, string][]) {
    const counter: Counter = new Counter({
      name: `hearth_store_${key}_total`,
      help,
      registers: [registry],
      collect() {
        counter.reset();
        counter.inc(stats[key]);
      },
    });
  }
  const sizes = new Histogram({
    name: 'hearth_store_commit_operations',
    help: 'Units of work that shared one commit.',
    buckets: [1, 2, 5, 10, 20, 50, 100, 200, 500],
    registers: [registry],
  });
  const durations = new Histogram({
    name: 'hearth_store_commit_duration_seconds',
    help: 'Time from the beginning of a commit, the work in it included, until its callers are answered.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers: [registry],
  });
  onCommit((operations, ms) => {
    sizes.observe(operations);
    durations.observe(ms / 1_000);
  });
}
