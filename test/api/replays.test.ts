import { describe, expect, test } from 'vitest';
import type { Replay, Webhook } from '../../src/contract/index.ts';
import { newUuid } from '../../src/core/ids.ts';
import { walk } from '../support/pages.ts';
import { get, post, testRefusals, under, type Refusal } from '../support/refusals.ts';
import { personId, startServer, tokenOf, type TestServer } from '../support/server.ts';

const replays = '/hearth/v1/replays';

/** A webhook of Bob's that has nothing to replay, and what there is to call. */
async function bobsWebhook(): Promise<{ server: TestServer; webhook: Webhook }> {
  const server = await startServer();
  await server.room('Demo', 'bob');
  return { server, webhook: await server.webhook('bob', await server.receiver(), {}) };
}

async function ended(server: TestServer, { id }: Replay): Promise<Replay> {
  for (;;) {
    const replay = await server.as('bob').ok<Replay>('GET', `${replays}/${id}`);
    if (replay.state === 'completed') return replay;
  }
}

describe('the object', () => {
  test('is not made of a webhook that is deleted while its events are counted', async () => {
    const { server, webhook } = await bobsWebhook();
    const { db } = server.app;
    const write = db.write.bind(db);
    db.write = async (work) => {
      db.write = write;
      await write(({ query }) => query.deleteFrom('webhooks').execute());
      return write(work);
    };
    expect(await server.as('bob').post(replays, { webhookId: webhook.id })).toMatchObject({ status: 404 });
  });

  test('says what it is for, and how far it has come', async () => {
    const { server, webhook } = await bobsWebhook();
    const { id, ...made } = await server
      .as('alice')
      .ok<Replay>('POST', replays, { webhookId: webhook.id, filter: 'roomType=group' });
    const now = new Date(server.clock.now()).toISOString();
    expect({ ...made, state: '' }).toEqual({
      webhookId: webhook.id,
      createdBy: personId('alice'),
      kind: 'failed',
      state: '',
      filter: 'roomType=group',
      fromSequence: 1,
      untilSequence: 2,
      total: 0,
      replayed: 0,
      delivered: 0,
      failed: 0,
      waiting: 0,
      pace: 1,
      created: now,
      updated: now,
      ...(made.position !== undefined && { position: now }),
    });
    const done = await ended(server, { id, ...made });
    expect(done).toMatchObject({ id, state: 'completed', position: now });
    expect(await server.as('bob').ok('GET', `${replays}/${id.toUpperCase()}`)).toEqual(done);
  });
});

test('a form will do (HTTP-11)', async () => {
  const { server, webhook } = await bobsWebhook();
  const body = new URLSearchParams({ webhookId: webhook.id, kind: 'events', fromSequence: '2' }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { status, body: made } = await server.as('bob').call<Replay>('POST', replays, body, headers);
  expect({ status, ...made }).toMatchObject({ status: 200, kind: 'events', fromSequence: 2 });
});

describe('who may', () => {
  test('the owner and the administrators of their organization; to others it is not there', async () => {
    const { server, webhook } = await bobsWebhook();
    const made = await server.as('bob').ok<Replay>('POST', replays, { webhookId: webhook.id });
    const done = await ended(server, made);
    const body = { webhookId: webhook.id };
    for (const name of ['alice', 'bob', 'carol', 'eve', 'robot'] as const) {
      const client = server.as(name);
      const allowed = name === 'alice' || name === 'bob';
      const answers = [
        await client.get(`${replays}/${made.id}`),
        await client.get(`${replays}?webhookId=${webhook.id}`),
        await client.post(`${replays}/preview`, body),
        ...(allowed ? [] : [await client.post(replays, body), await client.post(`${replays}/${made.id}/cancel`, {})]),
      ];
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([allowed ? 200 : 404]));
      if (allowed) expect(answers.map((answer) => answer.body)).toContainEqual({ items: [done] });
    }
  });
});

describe('one at a time', () => {
  test('a webhook has one replay that is not finished; another one may follow it', async () => {
    const { server, webhook } = await bobsWebhook();
    const [bob, body] = [server.as('bob'), { webhookId: webhook.id }];
    await server.app.db.write((tx) => tx.query.updateTable('webhooks').set({ status: 'inactive' }).execute());
    await server.restart();
    const first = await bob.ok<Replay>('POST', replays, body);
    expect(first.state).toBe('resting');
    const message = 'The webhook has a replay that is not finished: wait for it to end, or cancel it.';
    for (const action of ['pause', 'cancel'] as const) {
      expect(await bob.post(replays, body)).toMatchObject({ status: 409, body: { message } });
      await bob.ok('POST', `${replays}/${first.id}/${action}`);
    }
    expect((await bob.post(replays, body)).status).toBe(200);
  });

  test('what makes no sense is refused, and says why', async () => {
    const { server, webhook } = await bobsWebhook();
    const bob = server.as('bob');
    await server.app.db.write((tx) => tx.query.updateTable('webhooks').set({ status: 'inactive' }).execute());
    await server.restart();
    const { id } = await bob.ok<Replay>('POST', replays, { webhookId: webhook.id });
    const act = async (action: string) => {
      const { status, body } = await bob.post<Replay & { message?: string }>(`${replays}/${id}/${action}`, {});
      return body.message === undefined ? body.state : `${status} ${body.message}`;
    };
    expect(await act('resume')).toBe('409 You cannot resume a replay that is running.');
    expect(await act('pause')).toBe('paused');
    expect(await act('pause')).toBe('409 You cannot pause a replay that is paused.');
    expect(await act('resume')).toBe('resting');
    expect(await act('cancel')).toBe('cancelled');
    expect(await act('cancel')).toBe('409 You cannot cancel a replay that is cancelled.');
    expect(await act('resume')).toBe('409 You cannot resume a replay that is cancelled.');
  });
});

describe('the list', () => {
  test('has the replays of one webhook, the newest first, page by page', async () => {
    const { server, webhook } = await bobsWebhook();
    const other = await server.webhook('bob', await server.receiver(), {});
    const made: string[] = [];
    for (const webhookId of [webhook.id, other.id, webhook.id, webhook.id]) {
      const replay = await server.as('bob').ok<Replay>('POST', replays, { webhookId });
      await ended(server, replay);
      if (webhookId === webhook.id) made.unshift(replay.id);
    }
    const pages = await walk<Replay>(server.as('bob'), `${replays}?webhookId=${webhook.id}&max=2`);
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([made.slice(0, 2), made.slice(2)]);
  });
});

describe('refusals', () => {
  type Row = [status: number, what: string, message: Refusal['message'], body: object];
  const noStart = 'Give since or fromSequence: a replay of this kind has to be told where it begins.';
  const whole = (name: string) => `${name} must be a whole number of at least 1.`;
  const bodies: Row[] = [
    [400, 'a kind that there is not', 'kind must be failed, events or missed.', { kind: 'all' }],
    [400, 'events from nowhere', noStart, { kind: 'events' }],
    [400, 'missed of a webhook that was never inactive', noStart, { kind: 'missed' }],
    [400, 'two starts', 'Give since or fromSequence, not both.', { since: '2016-07-19T12:00:00Z', fromSequence: 1 }],
    [400, 'two ends', 'Give until or untilSequence, not both.', { until: '2016-07-19T12:00:00Z', untilSequence: 1 }],
    [400, 'a time that is none', 'since is not a valid datetime.', { since: 'yesterday' }],
    [400, 'position 0', whole('fromSequence'), { fromSequence: 0 }],
    [400, 'half a position', whole('untilSequence'), { untilSequence: 1.5 }],
    [400, 'a filter of another resource', 'invalid value for filter: hasFiles', { filter: 'hasFiles=true' }],
    [400, 'a filter that is none', 'invalid value for filter: x', { filter: 'x' }],
    [400, 'a webhook id of another kind', 'Expect base64 ID or UUID.', { webhookId: personId('bob') }],
    [404, 'a webhook that there is not', 'Could not find a webhook with provided ID.', { webhookId: newUuid() }],
  ];
  const noReplay = 'Could not find a replay with provided ID.';
  testRefusals([
    ...[replays, `${replays}/preview`].flatMap((path): Refusal[] => [
      ...bodies.map(([status, what, message, body]): Refusal => ({
        status,
        what: `${path}: ${what}`,
        message,
        send: ({ bobs }) => post(path, { webhookId: bobs.webhook, ...body }),
      })),
      { status: 400, what: `${path}: no webhook`, message: 'webhookId is missing.', send: () => post(path, {}) },
    ]),
    { status: 400, what: 'a list of no webhook', message: 'webhookId is missing.', send: () => get(replays) },
    {
      status: 404,
      what: "another organization's",
      message: 'Could not find a webhook with provided ID.',
      send: ({ webhook }) => under(`Bearer ${tokenOf('eve')}`, get(`${replays}?webhookId=${webhook}`)),
    },
    { status: 404, what: 'none', message: noReplay, send: () => get(`${replays}/${newUuid()}`) },
    { status: 404, what: 'no id', message: noReplay, send: () => get(`${replays}/x`) },
    { status: 404, what: 'to pause', message: noReplay, send: () => post(`${replays}/${newUuid()}/pause`, {}) },
    {
      status: 401,
      what: 'without a token',
      message: /valid access token/,
      send: () => under(undefined, get(`${replays}/${newUuid()}`)),
    },
  ]);
});
