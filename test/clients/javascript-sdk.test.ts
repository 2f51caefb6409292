import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { npmPackages } from './installed.ts';
import { compareToRecord, runClock, runSuite } from './suites/suite.ts';

/** The integration tests that ship inside the plugins of Webex's JavaScript SDK, run as they are against Hearth. */

const plugins = ['rooms','messages','memberships','people','teams','team-memberships','attachment-actions','webhooks'];
const runner = await npmPackages('runner');
const third = await npmPackages('sdk-3');

describe.each([
  ['2.4.2', { folder: path.resolve(import.meta.dirname, '../..') }],
  ['3.12.0', third],
] as const)('version %s', (version, installed) => {
  const missing = runner.missing ?? installed.missing;
  test.skipIf(missing !== undefined).each(plugins)('plugin-%s', { timeout: 180_000 }, async (plugin) => {
    if (runner.missing !== undefined || installed.missing !== undefined) expect.unreachable();
    const tests = path.join(installed.folder, 'node_modules/@webex', `plugin-${plugin}`, 'test/integration/spec');
    const [file] = ['attachmentActions.js', `${plugin}.js`].map((name) => path.join(tests, name)).filter(existsSync);
    const server = await startServer();
    runClock(server);
    const plan = {
      files: [file ?? expect.unreachable()],
      tests,
      cwd: installed.folder,
      runner: path.join(runner.folder, 'package.json'),
      modules: {
        '@webex/test-helper-test-users': path.join(import.meta.dirname, 'suites/test-users.ts'),
        '@webex/test-helper-file': path.join(import.meta.dirname, 'suites/test-files.ts'),
      },
      timeoutMs: 20_000,
    };
    const outcomes = await runSuite(server, plan, {});
    for (const { title, error } of outcomes) if (error) process.stderr.write(`${title}: ${error.slice(0, 600)}\n`);
    await compareToRecord(`plugin-${plugin}-${version}`, outcomes);
  });
});
