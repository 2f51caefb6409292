import { once } from 'node:events';
import { stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { get, hearth, newFolder, post, spawnHearth, startHearth } from './program.ts';

const team = `
organizations: [{ key: acme, name: Acme }]
people:
  - { email: user1@acme.example, displayName: User One, org: acme, token: User1TokenAAAA01, roles: [admin] }
  - { email: helper@webex.bot, displayName: Helper, type: bot, org: acme, token: BotTokenAAAA20 }
rooms: [{ title: Demo, members: [user1@acme.example, helper@webex.bot], moderators: [user1@acme.example] }]
messages: [{ room: Demo, from: user1@acme.example, markdown: "**hi**" }]
`;

async function writeTeam(text = team): Promise<string> {
  const file = path.join(await newFolder(), 'team.yaml');
  await writeFile(file, text);
  return file;
}

describe('hearth dev', () => {
  test('prints where it is and who one can be; the token to paste works', async () => {
    const program = spawnHearth(['dev', '--memory', '--port', '0']);
    const url = await program.url();
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    const [, token = ''] = await program.says(/export WEBEX_ACCESS_TOKEN=(\S+)/);
    expect(program.out).toContain(`export HYDRA_SERVICE_URL=${url}/v1\n`);
    expect(program.out).toContain(`export SPARKY_API_URL=${url}/v1/\n`);
    expect(token.split('_')).toHaveLength(3);
    expect(program.out).toMatch(/alice@acme\.example +Alice Adams +Acme +person, admin +hearth\S+_HRTH_\S+\n/);
    expect(await get(`${url}/v1/people/me`, token)).toMatchObject({
      status: 200,
      body: { emails: ['helper@webex.bot'], type: 'bot' },
    });
    expect(await program.stop()).toBe(0);
    expect(program.err).toBe('');
  });

  test('shows its metrics to whoever asks, unless told not to', async () => {
    const url = await startHearth(['dev', '--memory', '--port', '0']).url();
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
    const silent = await startHearth(['dev', '--memory', '--port', '0', '--metrics', 'off']).url();
    expect((await fetch(`${silent}/metrics`)).status).toBe(404);
  });

  test('fails as the world says, for those whom it says, unless faults are off', async () => {
    const failing = `${team}faults: [{ path: /v1/rooms, personEmail: helper@webex.bot, status: 503 }]\n`;
    const asked = async (...flags: string[]) => {
      const program = startHearth(['dev', '--port', '0', '--memory', '--world', await writeTeam(failing), ...flags]);
      const url = await program.url();
      const answers = [
        await get(`${url}/v1/rooms`, 'BotTokenAAAA20'),
        await get(`${url}/v1/rooms`, 'User1TokenAAAA01'),
      ];
      return answers.map(({ status }) => status);
    };
    expect(await asked()).toEqual([503, 200]);
    expect(await asked('--faults', 'off')).toEqual([200, 200]);
  });

  test('begins with the world of a file', async () => {
    const program = startHearth(['dev', '--port', '0', '--world', await writeTeam(), '--memory']);
    const url = await program.url();
    expect(await get(`${url}/v1/people/me`, 'User1TokenAAAA01')).toMatchObject({
      status: 200,
      body: { displayName: 'User One' },
    });
    const rooms = await get(`${url}/v1/rooms`, 'BotTokenAAAA20');
    expect(rooms.body['items']).toMatchObject([{ title: 'Demo', isLocked: true }]);
    const [{ id }] = rooms.body['items'] as [{ id: string }];
    const messages = await get(`${url}/v1/messages?roomId=${id}`, 'User1TokenAAAA01');
    expect(messages.body['items']).toMatchObject([
      { text: 'hi', markdown: '**hi**', personEmail: 'user1@acme.example' },
    ]);
  });

  test('keeps its data, its keys and its tokens from start to start', async () => {
    const data = path.join(await newFolder(), 'data');
    const env = { HEARTH_DATA: data, HEARTH_PORT: '0' };
    const first = spawnHearth(['dev'], env);
    const url = await first.url();
    const [, token = ''] = await first.says(/alice@acme\.example.* (hearth\S+)/);
    expect((await post(`${url}/v1/rooms`, token, { title: 'Kept' })).status).toBe(200);
    expect(await first.stop()).toBe(0);
    const files = ['.', 'hearth.db', 'master.key', 'dev-token-seed'];
    const stats = await Promise.all(files.map((file) => stat(path.join(data, file))));
    expect(stats.map(({ mode }) => mode & 0o077)).toEqual(files.map(() => 0));

    const second = startHearth(['dev'], env);
    await second.says(/Data: /);
    expect(second.out).toContain(token);
    const rooms = await get(`${await second.url()}/v1/rooms`, token);
    expect(rooms.body['items']).toMatchObject([{ title: 'Kept' }, { title: 'Demo' }]);
  });

  test('shares its folder with no other server', async () => {
    const data = await newFolder();
    await startHearth(['dev', '--data', data, '--port', '0']).url();
    const { code, err } = await hearth(['dev', '--data', data, '--port', '0']);
    expect(err).toBe(`Another Hearth is working in ${data}: stop it, or choose another folder with --data.\n`);
    expect(code).toBe(2);
  });

  test('does not touch the data of a production server', async () => {
    const data = await newFolder();
    await hearth([
      'admin',
      'create',
      '--email',
      'a@acme.example',
      '--name',
      'A',
      '--organization',
      'Acme',
      '--data',
      data,
    ]);
    expect(await hearth(['dev', '--data', data, '--port', '0'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('hearth serve'),
    });
  });

  test('says that its port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { code, err } = await hearth(['dev', '--memory', '--port', String(port)]);
    other.close();
    expect(err).toBe(`Port ${port} of localhost is in use: choose another with --port; 0 takes a free one.\n`);
    expect(code).toBe(2);
  });

  test.each([
    [['--prot', '1'], 'hearth dev has no option --prot; hearth help dev lists those it has.'],
    [['--port', '99999'], '--port is "99999": it must be a whole number from 0 to 65535.'],
    [['--webhook-allow', 'http://x'], "HEARTH_WEBHOOK_ALLOW: 'http://x' cannot be allowed"],
    [['--webhook-rewrite', 'bot.example'], "HEARTH_WEBHOOK_REWRITE: 'bot.example' is no rule to rewrite by"],
    [['--webhook-ca-file', '/nowhere.pem'], 'HEARTH_WEBHOOK_CA_FILE: ENOENT'],
    [['--webhook-retries', 'often'], "HEARTH_WEBHOOK_RETRIES: 'often' in the retry schedule"],
    [['--world', '/nowhere.yaml'], '/nowhere.yaml: there is no such file.'],
  ])('%j ends the start with a sentence', async (args, sentence) => {
    const { code, out, err } = await hearth(['dev', '--memory', ...args]);
    expect(err).toContain(sentence);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(out).toBe('');
    expect(code).toBe(2);
  });

  test('a mistake in the world file is named with its place, and nothing is stored', async () => {
    const data = await newFolder();
    const world = await writeTeam(team.replace('BotTokenAAAA20 }', 'BotTokenAAAA20, roles: [king] }'));
    const { code, err } = await hearth(['dev', '--data', data, '--world', world]);
    expect(err).toBe(`${world}:5: people[1].roles[0]: must be admin or compliance.\n`);
    expect(code).toBe(2);
  });

  test('a signal that arrives twice at once is one', async () => {
    const program = spawnHearth(['dev', '--memory', '--port', '0']);
    await program.url();
    program.signal('SIGINT');
    program.signal('SIGINT');
    expect(await program.ended).toBe(0);
  });

  test('a second signal ends what the first one waits for', async () => {
    const program = spawnHearth(['dev', '--memory', '--port', '0']);
    const url = new URL(await program.url());
    // A request that never ends.
    const socket = connect(Number(url.port), '127.0.0.1');
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    socket.write(
      'POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    program.signal('SIGINT');
    await program.says(/stopping/);
    // Another kind: two of the same kind at once count as one that was passed on.
    program.signal('SIGTERM');
    expect(await program.ended).toBe(1);
  });
});

test.each([
  [[], 'hearth dev '],
  [['help'], 'hearth keys rotate '],
  [['--help'], 'hearth serve '],
  [['help', 'token', 'create'], '--expires-in TIME'],
  [['dev', '--help'], '--world FILE'],
  [['--version'], '0.1.0'],
])('hearth %j', async (args, expected) => {
  const { code, out } = await hearth(args);
  expect(out).toContain(expected);
  expect(code).toBe(0);
});

test('an unknown command is told which there are', async () => {
  expect(await hearth(['start'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('There is no command "start": use one of dev, serve,'),
  });
});
