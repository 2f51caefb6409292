import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { IncomingWebhook, Message } from '../../src/contract/index.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { installed } from './debian.ts';
import { underHostedNames } from './hosted-names.ts';

const debian = await installed('apprise', { packages: ['apprise'] });

test.skipIf(debian.missing !== undefined)(
  'Apprise posts through an incoming webhook, by either form of its address, and is told when there is none',
  { timeout: 60_000 },
  async () => {
    const server = await startServer();
    const room = await server.room('Alerts', 'alice');
    const { token, personId } = await server
      .as('alice')
      .ok<IncomingWebhook>('POST', '/hearth/v1/incoming-webhooks', { name: 'Apprise', roomId: room.id });
    const notify = await apprise(server);

    await notify('**db1** is down – ✓', `wxteams://${token}/`);
    await notify('and up', `https://api.ciscospark.com/v1/webhooks/incoming/${token}`);
    const { items } = await server.as('alice').ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${room.id}`);
    expect(items).toMatchObject([
      { personId, text: 'and up' },
      { personId, text: 'db1 is down – ✓', markdown: '**db1** is down – ✓', html: expect.stringContaining('<strong>') },
    ]);

    const nobodys = `wxteams://${'a'.repeat(80)}/`;
    await expect(notify('hello', nobodys)).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('404') });
  },
);

/** Sends a text to an address of Apprise's. */
async function apprise(server: TestServer): Promise<(body: string, address: string) => Promise<unknown>> {
  if (debian.missing !== undefined) expect.unreachable(debian.missing);
  const { file } = debian;
  const env = {
    PATH: process.env['PATH'],
    LC_ALL: 'C.UTF-8',
    HOME: server.folder,
    ...(await underHostedNames(server)),
  };
  return (body, address) => promisify(execFile)(file, ['-vv', `--body=${body}`, address], { env });
}
