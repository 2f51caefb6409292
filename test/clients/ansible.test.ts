import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Message } from '../../src/contract/index.ts';
import { startServer, tokenOf, type TestServer } from '../support/server.ts';
import { installed, unpacked } from './debian.ts';
import { underHostedNames } from './hosted-names.ts';

/** Debian's `ansible` brings every collection, 250 MB of them: this is the one with the module. */
const collection = 'usr/lib/python3/dist-packages/ansible_collections/community/general';
const ansible = await installed('ansible', { packages: ['ansible-core', 'openssh-client'] });
const modules = await unpacked('ansible', collection);

test.skipIf((ansible.missing ?? modules.missing) !== undefined)(
  "Ansible's cisco_webex sends to a room and to a person, and is told when it may not",
  { timeout: 120_000 },
  async () => {
    const server = await startServer();
    const { id } = await server.room('Deployments', 'alice', 'robot');
    const environment = { ...(await underHostedNames(server)), HOME: server.folder };

    const toRoom = { recipient_type: 'roomId', recipient_id: id, msg_type: 'markdown', msg: '**done** – ✓' };
    expect(await play(toRoom)).toMatch(/localhost \| SUCCESS/);
    const { items } = await server.as('alice').ok<{ items: Message[] }>('GET', `/v1/messages?roomId=${id}`);
    expect(items).toMatchObject([{ text: 'done – ✓', markdown: '**done** – ✓' }]);

    const toAlice = { recipient_type: 'toPersonEmail', recipient_id: 'alice@acme.example', msg: 'done' };
    expect(await play(toAlice)).toMatch(/localhost \| SUCCESS/);
    expect(await direct(server)).toMatchObject([{ text: 'done' }]);

    expect(await play(toAlice, 'unknown')).toMatch(/FAILED!.*"status_code": 401/s);

    async function play(task: Record<string, string>, token = tokenOf('robot')): Promise<string> {
      if (ansible.missing !== undefined || modules.missing !== undefined) expect.unreachable();
      const run = promisify(execFile);
      const args = [
        'localhost',
        '-m',
        'community.general.cisco_webex',
        '-a',
        JSON.stringify({ ...task, personal_token: token }),
      ];
      const env = {
        PATH: process.env['PATH'],
        LC_ALL: 'C.UTF-8',
        ANSIBLE_COLLECTIONS_PATHS: path.join(modules.folder, 'usr/lib/python3/dist-packages'),
        ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
        ...environment,
      };
      return run(ansible.file, args, { env }).then(
        ({ stdout }) => stdout,
        // A task that fails ends the program with a status.
        (failed: unknown) => String(Reflect.get(Object(failed), 'stdout')),
      );
    }
  },
);

async function direct(server: TestServer): Promise<Message[]> {
  const path = '/v1/messages/direct?personEmail=robot@webex.bot';
  return (await server.as('alice').ok<{ items: Message[] }>('GET', path)).items;
}
