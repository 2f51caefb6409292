import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { expect, onTestFailed, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import type { Fault, Message } from '../../src/contract/index.ts';
import { startServer, tokenOf } from '../support/server.ts';
import { installed } from './debian.ts';

const faults = '/hearth/v1/faults';
const debian = await installed('prometheus-alertmanager', { packages: ['prometheus-alertmanager'], isService: true });

test.skipIf(debian.missing !== undefined)(
  'Prometheus Alertmanager posts an alert after 503 twice and 429',
  { timeout: 60_000 },
  async () => {
    if (debian.missing !== undefined) expect.unreachable(debian.missing);
    const server = await startServer((options) => ({
      ...options,
      faults: { by: 'everybody', rules: [], presets: [] },
    }));
    const room = await server.room('Alerts', 'alice', 'robot');
    const receiver = await server.receiver();
    await server.webhook('alice', receiver, {});
    const posting = { methods: ['POST'], path: '/v1/messages' };
    await server.as('alice').ok('POST', faults, { ...posting, to: 2, status: 503 });
    await server.as('alice').ok('POST', faults, { ...posting, nth: 1, status: 429, headers: { 'Retry-After': '1' } });

    const config = {
      route: { receiver: 'hearth', group_wait: '0s', group_interval: '1s' },
      receivers: [
        {
          name: 'hearth',
          webex_configs: [
            {
              api_url: `${server.url}/v1/messages`,
              room_id: room.id,
              message: '**{{ .CommonLabels.alertname }}** is {{ .Status }} – ✓',
              http_config: { authorization: { credentials: tokenOf('robot') } },
            },
          ],
        },
      ],
    };
    const alertmanager = await start(debian.file, server.folder, config);
    const alerts = await fetch(`${alertmanager}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ labels: { alertname: 'DiskFull' } }]),
    });
    expect(alerts.status).toBe(200);

    const { notice } = await receiver.next();
    expect(await server.as('alice').ok<Message>('GET', `/v1/messages/${notice.data.id}`)).toMatchObject({
      roomId: room.id,
      text: 'DiskFull is firing – ✓',
      markdown: '**DiskFull** is firing – ✓',
    });
    // The second rule has seen what the first one let pass: a refusal, and the message.
    const { items } = await server.as('alice').ok<{ items: Fault[] }>('GET', faults);
    expect(items.map(({ status, matched, hits }) => ({ status, matched, hits }))).toEqual([
      { status: 503, matched: 4, hits: 2 },
      { status: 429, matched: 2, hits: 1 },
    ]);
  },
);

/** Resolves with its address when it listens. */
async function start(program: string, folder: string, config: object): Promise<string> {
  const file = path.join(folder, 'alertmanager.yml');
  await writeFile(file, stringify(config));
  const child: ChildProcessByStdio<null, null, Readable> = spawn(
    program,
    [
      `--config.file=${file}`,
      `--storage.path=${folder}/alertmanager`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'], env: {} },
  );
  const said: string[] = [];
  onTestFailed(() => void process.stderr.write(`${said.join('\n')}\n`));
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
  });
  const lines = createInterface(child.stderr);
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      said.push(line);
      const [, address] = /msg="?Listening.*address=(\S+)/.exec(line) ?? [];
      if (address !== undefined) resolve(`http://${address}`);
    });
    lines.on('close', () => reject(new Error('Alertmanager has ended.')));
  });
}
