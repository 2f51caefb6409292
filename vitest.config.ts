import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // A process per file: tests open SQLite files, start servers, send signals to children and change the environment.
    pool: 'forks',
    // Most tests wait for the network more than they compute, so each core gets a worker (the default leaves one out).
    maxWorkers: '100%',
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // A test that asserts nothing cannot fail.
    expect: { requireAssertions: true },
    // A test that passes at the second try hides a race.
    retry: 0,
    setupFiles: ['test/official/observe.ts'],
    reporters: ['default', './test/official/report.ts', './test/support/closing-line.ts'],
  },
});
