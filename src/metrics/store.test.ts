import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { measureStore, type StoreStats } from './store.ts';

test('the counters of the store are read at the scrape, its commits as they happen', async () => {
  let tell: Parameters<StoreStats['onCommit']>[0] = () => {};
  const stats = {
    statements: 0,
    commits: 0,
    operations: 0,
    syncs: 0,
    onCommit: (listener: typeof tell) => (tell = listener),
  };
  const registry = new Registry();
  measureStore(registry, stats);
  Object.assign(stats, { statements: 40, commits: 2, operations: 9, syncs: 1 });
  tell({ operations: 4, durationMs: 2 });
  tell({ operations: 5, durationMs: 1 });
  await registry.metrics();
  Object.assign(stats, { statements: 41 });

  const lines = (await registry.metrics()).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'hearth_store_statements_total 41',
      'hearth_store_commits_total 2',
      'hearth_store_operations_total 9',
      'hearth_store_syncs_total 1',
      'hearth_store_commit_operations_sum 9',
      'hearth_store_commit_operations_count 2',
      'hearth_store_commit_operations_bucket{le="2"} 0',
      'hearth_store_commit_operations_bucket{le="5"} 2',
      'hearth_store_commit_duration_seconds_sum 0.003',
    ]),
  );
});
