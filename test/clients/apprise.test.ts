import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startServer } from '../support/server.ts';
import { installed } from './debian.ts';
import { underHostedNames } from './hosted-names.ts';

const apprise = await installed('apprise', { packages: ['apprise'] });

test.skipIf(apprise.missing !== undefined)(
  'Apprise is told that there is no such incoming webhook',
  { timeout: 60_000 },
  async () => {
    if (apprise.missing !== undefined) expect.unreachable(apprise.missing);
    const server = await startServer();
    const env = {
      PATH: process.env['PATH'],
      LC_ALL: 'C.UTF-8',
      HOME: server.folder,
      ...(await underHostedNames(server)),
    };
    const args = ['-vv', '--body=hello', `wxteams://${'a'.repeat(80)}/`];
    const failed = await promisify(execFile)(apprise.file, args, { env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stdout: expect.stringContaining('404') });
  },
);
