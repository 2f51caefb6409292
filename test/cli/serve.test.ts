import path from 'node:path';
import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import { withDatabase } from '../../src/cli/store.ts';
import { readKeyFile, writeKeyFile } from '../../src/config/index.ts';
import { newMasterKey, Vault } from '../../src/core/vault.ts';
import { attachmentsOf } from '../support/cards.ts';
import { get, hearth, newFolder, post, spawnHearth, startHearth, type Program } from './program.ts';

const alice = ['--email', 'Alice@acme.example', '--name', 'Alice', '--organization', 'Acme'];

async function newAdministrator(data: string): Promise<string> {
  const { code, out, err } = await hearth(['admin', 'create', ...alice, '--data', data]);
  expect(err).toContain('not shown again');
  expect(code).toBe(0);
  return out.trim();
}

function serve(data: string, env: Record<string, string> = {}): Program {
  return startHearth(['serve', '--data', data, '--port', '0', '--host', '127.0.0.1'], env);
}

describe('hearth serve', () => {
  test('begins empty; the first administrator is made while it runs', async () => {
    const data = path.join(await newFolder(), 'data');
    const args = ['serve', '--data', data, '--port', '0', '--host', '127.0.0.1'];
    const program = spawnHearth(args, { HEARTH_PROT: '1' });
    const url = await program.url();
    await program.says(/Nobody can sign in yet/);
    const token = await newAdministrator(data);
    expect(await get(`${url}/v1/people/me`, token)).toMatchObject({
      status: 200,
      body: { emails: ['alice@acme.example'], displayName: 'Alice', invitePending: false },
    });
    expect((await get(`${url}/v1/people`, token)).body['items']).toHaveLength(1);
    expect(await program.stop()).toBe(0);

    const lines = program.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string });
    expect(lines.map(({ msg }) => msg)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Made a new master key'),
        'HEARTH_PROT is not a setting of Hearth.',
        'ready',
        'stopping',
      ]),
    );
    expect(program.out).not.toContain(token);
  });

  test('calls no private address', async () => {
    const data = await newFolder();
    const token = await newAdministrator(data);
    const url = await serve(data).url();
    const webhook = { name: 'mine', targetUrl: 'http://127.0.0.1:3978/', resource: 'messages', event: 'created' };
    expect((await post(`${url}/v1/webhooks`, token, webhook)).status).toBe(400);
  });

  test('shows its metrics only when told to, and then to those who show the token', async () => {
    const data = await newFolder();
    const silent = serve(data);
    expect((await fetch(`${await silent.url()}/metrics`)).status).toBe(404);
    await silent.stop();
    const url = await serve(data, { HEARTH_METRICS: 'on', HEARTH_METRICS_TOKEN: 'for-prometheus' }).url();
    expect((await fetch(`${url}/metrics`)).status).toBe(401);
    const headers = { authorization: 'Bearer for-prometheus' };
    expect((await fetch(`${url}/metrics`, { headers })).status).toBe(200);
  });

  test('limits everybody, and lets nobody make it fail, unless told otherwise', async () => {
    const data = await newFolder();
    const token = await newAdministrator(data);
    const url = await serve(data).url();
    const hundred = () =>
      Promise.all(Array.from({ length: 100 }, async () => (await get(`${url}/v1/people/me`, token)).status));
    expect(new Set([...(await hundred()), ...(await hundred()), ...(await hundred())])).toEqual(new Set([200]));
    // However slow the machine is, it answers more than the thirty a second that flow in.
    while (!(await hundred()).includes(429));

    const other = await newFolder();
    const administrator = await newAdministrator(other);
    const allowed = await serve(other, { HEARTH_RATE_LIMIT: 'off', HEARTH_FAULTS: 'administrators' }).url();
    expect((await get(`${allowed}/hearth/v1/faults`, administrator)).body).toEqual({ items: [] });
    const third = await newFolder();
    const nobody = await newAdministrator(third);
    expect((await get(`${await serve(third).url()}/hearth/v1/faults`, nobody)).status).toBe(404);
  });

  test('does not run on a development world, whose tokens are known', async () => {
    const data = await newFolder();
    const dev = startHearth(['dev', '--data', data, '--port', '0']);
    await dev.url();
    await dev.stop();
    expect(await hearth(['serve', '--data', data])).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds a development world'),
    });
  });

  test.each([[['--world', 'team.yaml']], [['--memory']]])('has no option %j', async (args) => {
    expect(await hearth(['serve', ...args])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`hearth serve has no option ${args[0]}`),
    });
  });

  test('does not start with a key that does not open what is stored, or without one', async () => {
    const data = await newFolder();
    const token = await newAdministrator(data);
    const program = serve(data);
    expect((await post(`${await program.url()}/v1/rooms`, token, { title: 'Sealed' })).status).toBe(200);
    await program.stop();

    const other = { HEARTH_MASTER_KEY: Buffer.from(newMasterKey()).toString('base64') };
    expect(await hearth(['serve', '--data', data], other)).toMatchObject({
      code: 2,
      err: expect.stringContaining('HEARTH_MASTER_KEY does not open what is stored'),
    });
    // Whatever it is that is sealed.
    await withDatabase(path.join(data, 'hearth.db'), (db) =>
      db.write(({ query }) => query.deleteFrom('rooms').execute()),
    );
    const again = serve(data);
    expect((await post(`${await again.url()}/hearth/v1/guest-issuers`, token, { name: 'Shop' })).status).toBe(200);
    await again.stop();
    expect(await hearth(['serve', '--data', data], other)).toMatchObject({
      code: 2,
      err: expect.stringContaining('HEARTH_MASTER_KEY does not open what is stored'),
    });
    const elsewhere = path.join(await newFolder(), 'lost.key');
    expect(await hearth(['serve', '--data', data, '--master-key-file', elsewhere])).toMatchObject({
      code: 2,
      err: expect.stringContaining(`no master key at ${elsewhere}`),
    });
  });
});

describe('hearth admin create', () => {
  test('finds the organization that exists, and refuses an address that exists', async () => {
    const data = await newFolder();
    await newAdministrator(data);
    expect(await hearth(['admin', 'create', ...alice, '--data', data])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Alice@acme.example exists already: hearth token create --email Alice@acme.example'),
    });
    const second = await hearth([
      'admin',
      'create',
      '--email',
      'bob@acme.example',
      '--name',
      'Bob',
      '--organization',
      'Acme',
      '--data',
      data,
    ]);
    const url = await serve(data).url();
    const people = await get(`${url}/v1/people`, second.out.trim());
    expect(people.body['items']).toMatchObject([{ displayName: 'Alice' }, { displayName: 'Bob' }]);
  });

  test('needs all that it asks for', async () => {
    const { code, err } = await hearth(['admin', 'create', '--email', 'a@acme.example']);
    expect(err).toBe('hearth admin create needs --name; see hearth help admin create.\n');
    expect(code).toBe(2);
  });
});

describe('hearth person create', () => {
  test.each([
    ['helper@webex.bot', [], 'bot'],
    ['bob@acme.example', [], 'person'],
    ['robot@acme.example', ['--type', 'bot'], 'bot'],
  ])('makes %s %j while the server runs', async (email, more, type) => {
    const data = await newFolder();
    await newAdministrator(data);
    const url = await serve(data).url();
    const args = ['--email', email, '--name', 'New', '--organization', 'Acme', ...more, '--data', data];
    const { out } = await hearth(['person', 'create', ...args]);
    expect((await get(`${url}/v1/people/me`, out.trim())).body).toMatchObject({
      emails: [email],
      type,
      displayName: 'New',
    });
  });

  test('knows two types', async () => {
    const args = ['--email', 'a@acme.example', '--name', 'A', '--organization', 'Acme', '--type', 'cat'];
    expect(await hearth(['person', 'create', ...args, '--data', await newFolder()])).toMatchObject({
      code: 2,
      err: '--type is "cat": it must be person or bot.\n',
    });
  });
});

describe('hearth token create', () => {
  test('makes a token with fewer scopes, good at once', async () => {
    const data = await newFolder();
    await newAdministrator(data);
    const url = await serve(data).url();
    const args = ['--email', 'alice@acme.example', '--scopes', 'spark:rooms_read', '--expires-in', '12h'];
    const { out, err } = await hearth(['token', 'create', ...args, '--data', data]);
    expect(err).toMatch(/expires at \d{4}-.*Z, and is not shown again/);
    expect((await get(`${url}/v1/rooms`, out.trim())).status).toBe(200);
    expect((await get(`${url}/v1/people/me`, out.trim())).status).toBe(403);
  });

  test.each([
    [['--email', 'nobody@acme.example'], 'has the address nobody@acme.example'],
    [['--email', 'alice@acme.example', '--expires-in', '0d'], '--expires-in is "0d"'],
  ])('%j is refused', async (args, sentence) => {
    const data = await newFolder();
    await newAdministrator(data);
    expect(await hearth(['token', 'create', ...args, '--data', data])).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(sentence),
    });
  });

  test('looks for a store before it makes one', async () => {
    const data = await newFolder();
    expect(await hearth(['token', 'create', '--email', 'a@b.example', '--data', data])).toMatchObject({
      code: 2,
      err: `There is no store in ${data}: say where it is with --data.\n`,
    });
  });
});

/** What a store holds that is sealed, and how to get at it. */
interface Sealed {
  token: string;
  /** Of what was filled in on a card. */
  submission: string;
  issuer: { id: string; secret: string };
}

/**
 * A store with a room, a message, a file, a card that was filled in, a webhook with a secret, an incoming one and a guest
 * issuer; the server is stopped.
 */
async function sealedStore(data: string): Promise<Sealed> {
  const token = await newAdministrator(data);
  const program = serve(data, { HEARTH_WEBHOOK_ALLOW: '127.0.0.1' });
  const url = await program.url();
  const made = async (path: string, body: unknown) => {
    const answer = await post(url + path, token, body);
    expect(answer.status).toBe(200);
    return answer.body as Record<string, string>;
  };
  const { id: roomId = '' } = await made('/v1/rooms', { title: 'Sealed' });
  await made('/v1/messages', { roomId, text: 'still readable' });
  const sent = new FormData();
  sent.append('roomId', roomId);
  sent.append('files', new File(['still downloadable'], 'kept.txt'));
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${url}/v1/messages`, { method: 'POST', headers, body: sent })).status).toBe(200);
  const card = await made('/v1/messages', { roomId, attachments: attachmentsOf() });
  const action = { type: 'submit', messageId: card['id'], inputs: { name: 'still filled in' } };
  const { id: submission = '' } = await made('/v1/attachment/actions', action);
  const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'updated' };
  await made('/v1/webhooks', { ...webhook, secret: 'still signing' });
  await made('/hearth/v1/incoming-webhooks', { name: 'still posting', roomId });
  const { id = '', secret = '' } = await made('/hearth/v1/guest-issuers', { name: 'Shop' });
  await program.stop();
  return { token, submission, issuer: { id, secret } };
}

async function expectReadable(
  data: string,
  { token, submission, issuer }: Sealed,
  env: Record<string, string> = {},
): Promise<void> {
  const program = serve(data, env);
  const url = await program.url();
  const read = async (path: string) => (await get(url + path, token)).body;
  const [{ id }] = (await read('/v1/rooms'))['items'] as [{ id: string }];
  const messages = (await read(`/v1/messages?roomId=${id}`))['items'] as { files?: string[] }[];
  expect(messages).toMatchObject([
    { attachments: attachmentsOf() },
    { files: [expect.any(String)] },
    { text: 'still readable' },
  ]);
  const file = await fetch(messages[1]?.files?.[0] ?? '', { headers: { authorization: `Bearer ${token}` } });
  expect([await file.text(), file.headers.get('content-disposition')]).toEqual([
    'still downloadable',
    expect.stringContaining('kept.txt'),
  ]);
  expect(await read(`/v1/attachment/actions/${submission}`)).toMatchObject({ inputs: { name: 'still filled in' } });
  expect((await read('/v1/webhooks'))['items']).toMatchObject([{ secret: 'still signing' }]);
  const incoming = (await read('/hearth/v1/incoming-webhooks'))['items'] as [{ url: string }];
  expect(incoming).toMatchObject([{ name: 'still posting', token: expect.stringMatching(/^\w{80}$/) }]);
  const headers = { 'content-type': 'application/json' };
  const posted = { method: 'POST', headers, body: JSON.stringify({ text: 'hello' }) };
  expect((await fetch(incoming[0].url, posted)).status).toBe(204);
  const vouched = await new SignJWT({ sub: 'guest', iss: issuer.id })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1h')
    .sign(Buffer.from(issuer.secret, 'base64'));
  expect((await post(`${url}/v1/jwt/login`, vouched, {})).status).toBe(200);
  await program.stop();
}

describe('hearth keys rotate', () => {
  test('seals everything under a new key, and puts the earlier one aside for backups', async () => {
    const data = await newFolder();
    const stored = await sealedStore(data);
    const file = path.join(data, 'master.key');
    const before = await readKeyFile(file);

    const { code, out } = await hearth(['keys', 'rotate', '--data', data]);
    expect(out).toContain(
      'the keys of 1 rooms, the secrets of 1 webhooks, the tokens of 1 incoming webhooks, the keys of 1 guest issuers',
    );
    expect(code).toBe(0);
    const after = await readKeyFile(file);
    expect(after?.keys).toHaveLength(1);
    expect(after?.keys[0]).not.toEqual(before?.keys[0]);
    expect(await readKeyFile(`${file}.retired`)).toEqual(before);
    const vault = new Vault([after?.keys[0] ?? new Uint8Array()]);
    const issuers = await withDatabase(path.join(data, 'hearth.db'), ({ reader }) =>
      reader.query.selectFrom('guestIssuers').select('secret').execute(),
    );
    expect(issuers.map(({ secret }) => vault.isCurrent(secret))).toEqual([true]);
    await expectReadable(data, stored);
  });

  test('leaves everything as it is when the key at hand is the wrong one', async () => {
    const data = await newFolder();
    const stored = await sealedStore(data);
    const file = path.join(data, 'master.key');
    const right = (await readKeyFile(file))?.keys[0] ?? new Uint8Array();
    const wrong = Buffer.from(newMasterKey());
    await writeKeyFile(file, [wrong]);
    expect(await hearth(['keys', 'rotate', '--data', data])).toMatchObject({
      code: 2,
      err: expect.stringContaining('does not open what is stored'),
    });
    expect((await readKeyFile(file))?.keys).toEqual([wrong]);
    await writeKeyFile(file, [right]);
    await expectReadable(data, stored);
  });

  test('finishes a rotation that was stopped half way', async () => {
    const data = await newFolder();
    const stored = await sealedStore(data);
    const file = path.join(data, 'master.key');
    const earlier = (await readKeyFile(file))?.keys[0] ?? new Uint8Array();
    const next = Buffer.from(newMasterKey());
    await writeKeyFile(file, [next, earlier]);
    await hearth(['keys', 'rotate', '--data', data]);
    expect((await readKeyFile(file))?.keys).toEqual([next]);
    await expectReadable(data, stored);
  });

  test('with keys in the environment the operator brings the new one', async () => {
    const data = await newFolder();
    const stored = await sealedStore(data);
    const earlier = (await readKeyFile(path.join(data, 'master.key')))?.keys[0] ?? new Uint8Array();
    const [old, next] = [earlier, newMasterKey()].map((key) => Buffer.from(key).toString('base64')) as [string, string];
    expect(await hearth(['keys', 'rotate', '--data', data], { HEARTH_MASTER_KEY: old })).toMatchObject({
      code: 2,
      err: expect.stringContaining('put a new one and a comma in front of it'),
    });
    const { out } = await hearth(['keys', 'rotate', '--data', data], { HEARTH_MASTER_KEY: `${next},${old}` });
    expect(out).toContain('needs only its first key from now on');
    await expectReadable(data, stored, { HEARTH_MASTER_KEY: next });
  });

  test('waits for no running server', async () => {
    const data = await newFolder();
    await serve(data).url();
    expect(await hearth(['keys', 'rotate', '--data', data])).toMatchObject({
      code: 2,
      err: expect.stringContaining('Another Hearth is working'),
    });
  });
});
