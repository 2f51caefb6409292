import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Membership, Message } from '../../src/contract/index.ts';
import { createToken, findPersonByUuid } from '../../src/people/index.ts';
import { people, personId, personUuid, startServer, type Name, type TestServer } from '../support/server.ts';
import type { Report } from './listening.ts';
import { ClientProgram } from './program.ts';

/** Seconds go by before the SDK is loaded. */
const patience = { timeout: 60_000 };

const here = import.meta.dirname;
const versions = [
  { version: 'webex 2.4.2', folder: path.resolve(here, '../..'), sdk: 'webex' },
  { version: '@webex 3.12.0', folder: path.join(here, 'packages/sdk-3'), sdk: 'plugins' },
].filter(({ folder }) => existsSync(path.join(folder, 'node_modules')));

describe.each(versions)('listen() of $version', ({ folder, sdk }) => {
  test('tells of everything', patience, async () => {
    const server = await startServer();
    const listener = await Listener.start(server, 'alice', { folder, sdk });
    const room = await server.room('Demo', 'alice');
    console.log(listener.reports);
  });
});

class Listener extends ClientProgram<Report> {
  static async start(
    server: TestServer,
    name: Name,
    { folder, sdk, url = server.url }: { folder: string; sdk: string; url?: string },
  ): Promise<Listener> {
    const listener = new Listener('listening.ts', {
      SDK_FOLDER: folder,
      SDK: sdk,
      HYDRA_SERVICE_URL: `${url}/v1`,
      U2C_SERVICE_URL: `${url}/u2c/api/v1`,
      WEBEX_LOG_LEVEL: process.env['LL'] ?? 'warn',
      WEBEX_ACCESS_TOKEN: await sdkToken(server, name),
    });
    await listener.reported({ kind: 'listening' });
    return listener;
  }
}

/** A token as Hearth makes them: the SDK reads the organization out of it. */
function sdkToken({ app: { db, clock } }: TestServer, name: Name): Promise<string> {
  return db.write(async (tx) => {
    const person = await findPersonByUuid(tx, personUuid(name));
    return createToken(tx, { personId: person?.id ?? 0, now: clock.now() });
  });
}
