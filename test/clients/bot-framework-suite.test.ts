import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { people, startServer, type TestServer } from '../support/server.ts';
import { npmPackages } from './installed.ts';
import { fileHost } from './file-host.ts';
import { nameAndVersion } from './suites/package.ts';
import { compareToRecord } from './suites/record.ts';
import { newPerson, runClock, runSuite } from './suites/suite.ts';

const runner = await npmPackages('runner');
const framework = path.resolve(import.meta.dirname, '../../node_modules/webex-node-bot-framework');

/** Named as in its package.json; the tests of its MongoDB storage are not about the server. */
const suites = [
  'bot-tests',
  'integration-tests',
  'invalid-config-tests',
  'late-discovery-tests',
  'membership-rules-tests',
  'guide-rules-tests',
];

/** Its tests give it no `webhookUrl`, so that it hears by the SDK's socket, unless it is exchanged. */
const modes = [
  ['websocket', {}],
  ['webhook', { '../lib/framework': path.join(import.meta.dirname, 'suites/webhook-framework.ts') }],
] as const;

describe.each(modes)('%s mode', (mode, modules) => {
  test.skipIf(runner.missing !== undefined).each(suites)('%s', { timeout: 600_000 }, async (suite) => {
    if (runner.missing !== undefined) expect.unreachable();
    const server = await startServer((options) => ({
      ...options,
      delivery: { ...options.delivery, firstMessageDelayMs: 250 },
    }));
    runClock(server);
    const tests = path.join(framework, 'test');
    const plan = {
      files: [path.join(tests, `${suite}.js`)],
      tests,
      cwd: framework,
      runner: path.join(runner.folder, 'package.json'),
      modules,
      timeoutMs: 10_000,
    };
    await compareToRecord(
      nameAndVersion(framework),
      `${mode}-${suite}`,
      await runSuite(server, plan, await seed(server)),
    );
  });
});

/** Tokens and the like, in the variables that its tests read; a direct room of bot and user is expected to be there. */
async function seed(server: TestServer): Promise<Record<string, string>> {
  const bot = await newPerson(server, 'webex.bot', 'bot');
  const user = await newPerson(server, 'acme.example', 'person');
  const authorized = await newPerson(server, 'acme.example', 'person');
  const disallowed = await newPerson(server, 'elsewhere.example', 'person');
  for (const toPersonEmail of [bot.email, authorized.email]) {
    await server.withToken(user.token.access_token).ok('POST', '/v1/messages', { toPersonEmail, text: 'hello' });
  }
  return {
    BOT_API_TOKEN: bot.token.access_token,
    USER_API_TOKEN: user.token.access_token,
    AUTHORIZED_USER_API_TOKEN: authorized.token.access_token,
    VALID_USER_API_TOKEN: user.token.access_token,
    DISALLOWED_USER_API_TOKEN: disallowed.token.access_token,
    ANOTHER_DISALLOWED_USERS_EMAIL: people.eve.email,
    ALLOWED_DOMAINS: 'acme.example',
    HOSTED_FILE: `${await fileHost()}/photo.png`,
    INIT_STORAGE: '{"initKey":"initVal","initCount":0,"subObj":{"subKey":"subVal"}}',
  };
}
