import path from 'node:path';
import { expect, test } from 'vitest';
import { people, startServer } from '../support/server.ts';
import { ClientProgram } from './client-program.ts';
import { npmPackages } from './installed.ts';
import type { Report } from './sdk-3.ts';
import { newPerson, runClock } from './suites/suite.ts';

const sdk = await npmPackages('sdk-3');

test.skipIf(sdk.missing !== undefined)(
  'version 3 of the JavaScript SDK makes, reads, changes and removes one of each',
  { timeout: 60_000 },
  async () => {
    if (sdk.missing !== undefined) expect.unreachable(sdk.missing);
    const server = await startServer();
    runClock(server);
    const { token, email } = await newPerson(server, 'acme.example', 'person');
    const program = new ClientProgram<Report>(new URL('sdk-3.ts', import.meta.url), {
      env: {
        PACKAGES: path.join(sdk.folder, 'package.json'),
        HYDRA_SERVICE_URL: `${server.url}/v1`,
        U2C_SERVICE_URL: `${server.url}/u2c/api/v1`,
        WEBEX_ACCESS_TOKEN: token.access_token,
        BOB: people.bob.email,
      },
    });
    await program.reported({ kind: 'ended' });
    const did = program.reports.filter((report) => report.kind === 'did');
    const answers = Object.fromEntries(did.map(({ what, answer }) => [what, answer])) as Record<string, object>;
    expect(answers).toMatchObject({
      me: { emails: [email], type: 'person' },
      room: { title: 'Demo', type: 'group', isLocked: false },
      'room renamed': { title: 'Renamed' },
      membership: { personEmail: people.bob.email, isModerator: false },
      moderator: { personEmail: people.bob.email, isModerator: true },
      message: { text: 'Bob Brown grüß – ✓', personEmail: email },
      reply: { text: 'first' },
      'messages, one a page': ['first', 'Bob Brown grüß – ✓'],
      webhook: { name: 'w', status: 'active' },
      'webhook renamed': { name: 'changed', status: 'active' },
      'reply after that': { refused: 404 },
      'person by id': { emails: [email] },
    });
    expect(answers['room again']).toEqual(answers['room']);
    expect(answers['message again']).toEqual(answers['message']);
    const removed = did.filter(({ what }) => what.endsWith(' removed'));
    expect(removed.map(({ answer }) => answer)).toEqual([undefined, undefined, undefined, undefined]);
    expect(program.refused).toEqual([]);
  },
);
