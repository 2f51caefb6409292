import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { npmPackages, type Installed } from './installed.ts';
import { fileHost } from './file-host.ts';
import { nameAndVersion } from './suites/package.ts';
import { compareToRecord } from './suites/record.ts';
import { runClock, runSuite } from './suites/suite.ts';

/** The integration tests that ship inside the plugins of Webex's JavaScript SDK, run as they are against Hearth. */

const plugins = [
  'rooms',
  'messages',
  'memberships',
  'people',
  'teams',
  'team-memberships',
  'attachment-actions',
  'webhooks',
];
const runner = await npmPackages('runner');
const second: Installed = { folder: path.resolve(import.meta.dirname, '../..') };

describe.each([
  ['2', second],
  ['3', await npmPackages('sdk-3')],
] as const)('version %s', (_, sdk) => {
  const missing = runner.missing ?? sdk.missing;
  test.skipIf(missing !== undefined).each(plugins)('plugin-%s', { timeout: 180_000 }, async (plugin) => {
    if (runner.missing !== undefined || sdk.missing !== undefined) expect.unreachable(missing);
    const folder = path.join(sdk.folder, 'node_modules/@webex', `plugin-${plugin}`);
    const tests = path.join(folder, 'test/integration/spec');
    const [file] = ['attachmentActions.js', `${plugin}.js`].map((name) => path.join(tests, name)).filter(existsSync);
    const rewrite = [
      { from: { origin: 'https://download.ciscospark.com', path: '' }, to: { origin: await fileHost(), path: '' } },
    ];
    const server = await startServer((options) => ({ ...options, delivery: { ...options.delivery, rewrite } }));
    runClock(server);
    const plan = {
      files: [file ?? expect.unreachable()],
      tests,
      cwd: folder,
      runner: path.join(runner.folder, 'package.json'),
      modules: {
        '@webex/test-helper-test-users': path.join(import.meta.dirname, 'suites/test-users.ts'),
        '@webex/test-helper-file': path.join(import.meta.dirname, 'suites/test-files.ts'),
      },
      timeoutMs: 20_000,
    };
    await compareToRecord(nameAndVersion(folder), 'integration', await runSuite(server, plan, {}));
  });
});
