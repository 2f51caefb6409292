import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import type { Replay, ReplayPreview, Room, Webhook } from '../../src/contract/index.ts';
import { Matcher } from '../../src/delivery/matcher.ts';
import { Replayer } from '../../src/delivery/replay/replayer.ts';
import { WebhookRegistry } from '../../src/webhooks/index.ts';
import type { Receiver } from '../support/receiver.ts';
import { personId, startServer, type Adjust, type Name, type TestServer } from '../support/server.ts';
import { holding, rows, until } from './support.ts';

interface Scene {
  server: TestServer;
  room: Room;
  receiver: Receiver;
  webhook: Webhook;
  /** Ids of the messages, the oldest first. */
  messages: string[];
}

const neverDisabled: Adjust = (options) => ({
  ...options,
  delivery: { ...options.delivery, disabling: { failures: 0, windowMs: 1 } },
});

/** A webhook of Alice's whose receiver has refused so many messages of Bob's for good. */
async function givenUp(count: number, adjust: Adjust = (options) => options): Promise<Scene> {
  const server = await startServer((options) => adjust(neverDisabled(options)));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = 410;
  const webhook = await server.webhook('alice', receiver, {});
  const messages = await say({ server, room }, count);
  await receiver.take(count);
  await server.settled();
  return { server, room, receiver, webhook, messages };
}

async function say({ server, room }: Pick<Scene, 'server' | 'room'>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at++) ids.push((await server.as('bob').say(room, `message ${at}`)).id);
  return ids;
}

async function preview({ server, webhook }: Scene, body: object = {}): Promise<ReplayPreview> {
  return server.as('alice').ok('POST', '/hearth/v1/replays/preview', { webhookId: webhook.id, ...body });
}

/** Starts a replay that sends what its preview says. */
async function replay(scene: Scene, body: object = {}): Promise<Replay> {
  const { count } = await preview(scene, body);
  const made = await scene.server
    .as('alice')
    .ok<Replay>('POST', '/hearth/v1/replays', { webhookId: scene.webhook.id, ...body });
  expect(made.total).toBe(count);
  return made;
}

const get = ({ server }: Scene, { id }: Replay) => server.as('alice').ok<Replay>('GET', `/hearth/v1/replays/${id}`);

const act = ({ server }: Scene, { id }: Replay, action: 'pause' | 'resume' | 'cancel') =>
  server.as('alice').ok<Replay>('POST', `/hearth/v1/replays/${id}/${action}`);

/** Resolves with the replay as soon as it looks like this. */
async function whenIt(scene: Scene, job: Replay, looks: (replay: Replay) => boolean): Promise<Replay> {
  let found = await get(scene, job);
  await until(async () => looks((found = await get(scene, job))));
  return found;
}

const ended = (scene: Scene, job: Replay) => whenIt(scene, job, ({ state }) => state === 'completed');

/** Answers the next step, request by request; says how many it had. */
async function answerStep(
  scene: Scene,
  job: Replay,
  hold: ReturnType<typeof holding>,
  statusOf: (at: number) => number = () => 200,
): Promise<number> {
  const { waiting } = await whenIt(scene, job, (replay) => replay.waiting > 0);
  for (let at = 0; at < waiting; at++) {
    await until(() => hold.held.length > 0);
    hold.held.shift()?.writeHead(statusOf(at)).end();
  }
  return waiting;
}

const deliveryIds = (received: Receiver['received']) =>
  received.map(({ headers }) => String(headers['x-hearth-delivery-id'])).toSorted();
const messageIds = (received: Receiver['received']) => received.map(({ notice }) => notice.data.id);

test('a replay begins with the oldest delivery alone and doubles while all of a step are delivered', async () => {
  const scene = await givenUp(20);
  const { receiver, messages } = scene;
  const before = [...receiver.received];
  const hold = holding();
  receiver.answer = hold.answer;
  const job = await replay(scene);
  expect(job).toMatchObject({ kind: 'failed', state: 'running', total: 20 });

  await until(() => hold.held.length > 0);
  expect(messageIds(receiver.unseen)).toEqual([messages[0]]);
  const steps: number[] = [];
  for (let sent = 0; sent < 20; sent += steps.at(-1) ?? 0) steps.push(await answerStep(scene, job, hold));
  expect(steps).toEqual([1, 2, 4, 8, 5]);

  expect(await ended(scene, job)).toMatchObject({ replayed: 20, delivered: 20, failed: 0, waiting: 0, total: 20 });
  const again = receiver.unseen;
  expect(deliveryIds(again)).toEqual(deliveryIds(before));
  expect(new Set(again.map(({ body }) => body))).toEqual(new Set(before.map(({ body }) => body)));
  expect(new Set(again.map(({ headers }) => headers['x-hearth-attempt']))).toEqual(new Set(['2']));
});

test('a delivery that is given up sends it back to one', async () => {
  const scene = await givenUp(14);
  const hold = holding();
  scene.receiver.answer = hold.answer;
  const job = await replay(scene);
  const answers = [[200], [200, 200], [200, 410, 200, 200], [200], [200, 200], [200, 200, 200, 200]];
  for (const statuses of answers) {
    expect(await answerStep(scene, job, hold, (at) => statuses[at] ?? 0)).toBe(statuses.length);
  }
  expect(await ended(scene, job)).toMatchObject({ replayed: 14, delivered: 13, failed: 1, waiting: 0 });
  expect((await rows(scene.server)).filter(({ state }) => state === 'failed')).toHaveLength(1);
});

test('the next step waits until what failed was tried again, with the schedule from its beginning', async () => {
  const scene = await givenUp(3);
  const { server, receiver } = scene;
  receiver.answer = 503;
  const job = await replay(scene);
  const attempted = async (times: number) => {
    await receiver.next();
    await until(async () => (await rows(server))[0]?.attempts === 1 + times);
  };
  for (const [made, delay] of [5_000, 30_000].entries()) {
    await attempted(made + 1);
    server.clock.advance(delay - 1);
    await server.settled();
    expect(receiver.unseen).toEqual([]);
    expect(await get(scene, job)).toMatchObject({ state: 'running', replayed: 1, waiting: 1 });
    server.clock.advance(1);
  }
  await attempted(3);
  receiver.answer = 200;
  server.clock.advance(120_000);
  expect(await ended(scene, job)).toMatchObject({ replayed: 3, delivered: 3, failed: 0 });
});

test('it can be paused, resumed and cancelled in the middle; what was brought back takes its course', async () => {
  const scene = await givenUp(12);
  const { server, receiver } = scene;
  const hold = holding();
  receiver.answer = hold.answer;
  const job = await replay(scene);
  await answerStep(scene, job, hold);
  await whenIt(scene, job, ({ waiting }) => waiting === 2);
  expect(await act(scene, job, 'pause')).toMatchObject({ state: 'paused', replayed: 3 });
  await answerStep(scene, job, hold);
  await whenIt(scene, job, ({ waiting }) => waiting === 0);
  // Whatever else happens: no further step.
  await say(scene, 1);
  await until(() => hold.held.length === 1);
  hold.release();
  await server.settled();
  expect(await get(scene, job)).toMatchObject({ state: 'paused', replayed: 3, delivered: 3, waiting: 0, pace: 4 });

  expect((await act(scene, job, 'resume')).state).toBe('running');
  await whenIt(scene, job, ({ waiting }) => waiting === 4);
  expect(await act(scene, job, 'cancel')).toMatchObject({ state: 'cancelled', replayed: 7, waiting: 4 });
  expect(await answerStep(scene, job, hold)).toBe(4);
  await whenIt(scene, job, ({ waiting }) => waiting === 0);
  await server.restart();
  await server.settled();
  expect(await get(scene, job)).toMatchObject({ state: 'cancelled', replayed: 7, delivered: 7, failed: 0 });
  expect(await preview(scene)).toEqual({ count: 5, complete: true });
});

test('a restart in the middle repeats at most what was in flight, and loses no count', async () => {
  const scene = await givenUp(20);
  const { server, receiver } = scene;
  const hold = holding();
  receiver.answer = hold.answer;
  const job = await replay(scene);
  for (let step = 0; step < 3; step++) await answerStep(scene, job, hold);
  await whenIt(scene, job, ({ waiting }) => waiting === 8);
  await until(() => hold.held.length > 0);
  hold.held.shift()?.writeHead(200).end();
  await whenIt(scene, job, ({ delivered }) => delivered === 8);
  const inFlight = hold.held.length;

  receiver.answer = 200;
  await server.restart();
  expect(await ended(scene, job)).toMatchObject({ replayed: 20, delivered: 20, failed: 0, waiting: 0 });
  const again = deliveryIds(receiver.unseen);
  expect(new Set(again).size).toBe(20);
  expect(again.length).toBeLessThanOrEqual(20 + inFlight);
});

test('a paused replay stays paused over a restart, and goes on when it is resumed', async () => {
  const scene = await givenUp(5);
  const { server, receiver } = scene;
  const hold = holding();
  receiver.answer = hold.answer;
  const job = await replay(scene);
  await until(() => hold.held.length === 1);
  await act(scene, job, 'pause');
  receiver.answer = 200;
  await server.restart();
  const { delivered } = await whenIt(scene, job, ({ waiting }) => waiting === 0);
  expect(delivered).toBe(1);
  await server.settled();
  expect(await get(scene, job)).toMatchObject({ state: 'paused', replayed: 1 });
  await act(scene, job, 'resume');
  expect(await ended(scene, job)).toMatchObject({ replayed: 5, delivered: 5 });
});

test('fresh events go before what is sent anew', async () => {
  const scene = await givenUp(7, (options) => ({
    ...options,
    delivery: { ...options.delivery, limits: { ...options.delivery.limits, perWebhook: 1 } },
  }));
  const { receiver, messages } = scene;
  const hold = holding();
  receiver.answer = hold.answer;
  const job = await replay(scene);
  for (let step = 0; step < 2; step++) await answerStep(scene, job, hold);
  await until(() => hold.held.length === 1);
  const fresh = await say(scene, 2);
  await scene.server.app.db.write(async () => {});
  for (let at = 0; at < 6; at++) {
    await until(() => hold.held.length === 1);
    hold.release();
  }
  expect(messageIds(await receiver.take(9)).slice(3)).toEqual([messages[3], ...fresh, ...messages.slice(4)]);
});

test('events: all that the webhook wants, delivered before or not, be it younger than they are', async () => {
  const server = await startServer(neverDisabled);
  const room = await server.room('Demo', 'bob', 'alice');
  const [early, later] = [await say({ server, room }, 1), await say({ server, room }, 2)];
  server.clock.advance(1_000);
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {});
  const scene: Scene = { server, room, receiver, webhook, messages: [...early, ...later] };
  const delivered = await say(scene, 1);
  await receiver.take(1);
  receiver.answer = 410;
  const failed = await say(scene, 1);
  await receiver.take(1);
  await server.settled();

  receiver.answer = 200;
  const job = await replay(scene, { kind: 'events', fromSequence: 1 });
  await ended(scene, job);
  const again = await receiver.take(5);
  expect(messageIds(again).toSorted()).toEqual([...scene.messages, ...delivered, ...failed].toSorted());
  expect(receiver.unseen).toEqual([]);
  expect(messageIds(again)[0]).toBe(early[0]);

  // The attempt that delivered it before stays on record beside the new one.
  const [row] = (await rows(server)).filter(({ attempts, state }) => attempts === 2 && state === 'delivered');
  const attempts = await server.app.db.reader.query.selectFrom('attempts').selectAll().orderBy('deliveryId').execute();
  expect(attempts.map(({ number, status, error }) => ({ number, status, error }))).toEqual([
    { number: 1, status: 200, error: null },
    { number: 1, status: 410, error: 'The receiver answered 410.' },
  ]);
  expect(row).toMatchObject({ attemptsBefore: 1, lastStatus: 200 });
});

test('missed: of those the ones that were not delivered', async () => {
  const scene = await givenUp(2);
  const { server, receiver } = scene;
  receiver.answer = 200;
  await say(scene, 3);
  await receiver.take(3);
  await server.settled();
  const job = await replay(scene, { kind: 'missed', fromSequence: 1 });
  expect(await ended(scene, job)).toMatchObject({ replayed: 2, delivered: 2 });
  expect(messageIds(receiver.unseen)).toEqual(scene.messages);
});

test('nobody is sent what they may not see: from before they joined, or of a room that they have left', async () => {
  const server = await startServer(neverDisabled);
  const room = await server.room('Demo', 'bob');
  await say({ server, room }, 2);
  server.clock.advance(1_000);
  await server.as('bob').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('alice') });
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {});
  receiver.answer = 410;
  const scene: Scene = { server, room, receiver, webhook, messages: await say({ server, room }, 2) };
  await receiver.take(2);
  await server.settled();
  for (const body of [{}, { kind: 'events', fromSequence: 1 }]) {
    expect(await preview(scene, body)).toEqual({ count: 2, complete: true });
  }

  const { items } = await server
    .as('bob')
    .ok<{ items: { id: string }[] }>('GET', `/v1/memberships?roomId=${room.id}&personId=${personId('alice')}`);
  await server.as('bob').ok('DELETE', `/v1/memberships/${items[0]?.id}`);
  await server.settled();
  expect(await preview(scene, { kind: 'events', fromSequence: 1 })).toEqual({ count: 0, complete: true });
  expect(await ended(scene, await replay(scene))).toMatchObject({ total: 0, replayed: 0 });
  expect(receiver.unseen).toEqual([]);
});

test('a filter narrows it, and so do the ends of its range, in time or by sequence', async () => {
  const scene = await givenUp(2);
  const { server, room, receiver } = scene;
  server.clock.advance(60_000);
  const since = new Date(server.clock.now()).toISOString();
  const carols = async (name: Name) => (await server.as(name).say(room, `from ${name}`)).id;
  await server.as('alice').ok('POST', '/v1/memberships', { roomId: room.id, personId: personId('carol') });
  const mine = [await carols('carol'), await carols('bob'), await carols('carol')];
  const notices = await receiver.take(3);
  await server.settled();
  server.clock.advance(60_000);

  const count = async (body: object) => (await preview(scene, body)).count;
  const sequence = (at: number) => Number(notices[at]?.headers['x-hearth-sequence']);
  expect(await count({})).toBe(5);
  expect(await count({ since })).toBe(3);
  expect(await count({ until: since })).toBe(5);
  expect(await count({ until: new Date(Date.parse(since) - 1).toISOString() })).toBe(2);
  expect(await count({ fromSequence: sequence(1) })).toBe(2);
  expect(await count({ fromSequence: sequence(1), untilSequence: sequence(1) })).toBe(1);
  expect(await count({ fromSequence: 1_000_000 })).toBe(0);
  expect(await count({ until: '2016-01-01T00:00:00Z' })).toBe(0);

  receiver.answer = 200;
  const job = await replay(scene, { since, filter: `personId=${personId('carol')}` });
  expect(job).toMatchObject({ filter: `personId=${personId('carol')}`, fromSequence: sequence(0) - 1 });
  expect(await ended(scene, job)).toMatchObject({ replayed: 2, position: since });
  expect(messageIds(receiver.unseen)).toEqual([mine[0], mine[2]]);
});

test('a replay of an inactive webhook rests until it is active; one of a deleted webhook is gone', async () => {
  const server = await startServer((options) => ({
    ...options,
    delivery: { ...options.delivery, disabling: { failures: 2, windowMs: 60_000 } },
  }));
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  receiver.answer = 410;
  const webhook = await server.webhook('alice', receiver, { filter: `roomId=${room.id}` });
  const refused = await say({ server, room }, 2);
  await receiver.take(2);
  const path = `/v1/webhooks/${webhook.id}`;
  await until(async () => (await server.as('alice').ok<Webhook>('GET', path)).status === 'inactive');
  const scene: Scene = { server, room, receiver, webhook, messages: refused };
  const missed = await say(scene, 3);
  await server.settled();

  receiver.answer = 200;
  const job = await replay(scene, { kind: 'missed' });
  expect(job).toMatchObject({ state: 'resting', total: 3, replayed: 0 });
  await server.restart();
  await server.settled();
  expect(await get(scene, job)).toMatchObject({ state: 'resting', replayed: 0 });
  await server.as('alice').ok('PUT', path, { status: 'active' });
  expect(await ended(scene, job)).toMatchObject({ replayed: 3, delivered: 3 });
  expect(messageIds(receiver.unseen)).toEqual(missed);

  const hold = holding();
  receiver.answer = hold.answer;
  const another = await replay(scene);
  await until(() => hold.held.length === 1);
  await server.as('alice').ok('DELETE', path);
  hold.release();
  await server.settled();
  expect((await server.as('alice').get(`/hearth/v1/replays/${another.id}`)).status).toBe(404);
  await until(async () => (await rows(server)).every(({ state }) => state !== 'waiting'));
});

/** More events like the newest one, which the engine never gets to see. */
async function cloneNewestEvent({ server }: Scene, count: number): Promise<void> {
  await server.app.db.write(({ query }) =>
    sql`with recursive number as (select 1 as n union all select n + 1 from number where n < ${count})
      insert into events (uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
      select printf('00000000-0000-7000-8000-%012x', n), resource, event, "actorUuid", "roomUuid", "orgUuid", facts,
        data, "createdAt" from number, (select * from events order by id desc limit 1) order by n`.execute(query),
  );
}

test('a wide range with little in it is gone through in parts, and a restart goes on where it was', async () => {
  const scene = await givenUp(1);
  const { server, receiver } = scene;
  const elsewhere = await server.room('Elsewhere', 'bob');
  await server.as('bob').say(elsewhere, 'nothing of Alice’s');
  await server.settled();
  await cloneNewestEvent(scene, 101_000);
  receiver.answer = 200;
  const [last] = await say(scene, 1);
  await receiver.take(1);
  await server.settled();

  const body = { kind: 'events', fromSequence: 1 };
  expect(await preview(scene, body)).toEqual({ count: 1, complete: false });
  const job = await server
    .as('alice')
    .ok<Replay>('POST', '/hearth/v1/replays', { webhookId: scene.webhook.id, ...body });
  expect(job.total).toBeUndefined();
  const position = async () =>
    (await server.app.db.reader.query.selectFrom('replays').select('position').executeTakeFirstOrThrow()).position;
  await until(async () => (await position()) > 20_000);
  await server.restart();
  expect(await position()).toBeLessThan(101_000);
  expect(await ended(scene, job)).toMatchObject({ replayed: 2, delivered: 2 });
  expect(messageIds(receiver.unseen)).toEqual([scene.messages[0], last]);
}, 60_000);

test('10,000 deliveries that were given up are sent anew without being held in memory', async () => {
  const scene = await givenUp(1);
  const { server, receiver } = scene;
  await cloneNewestEvent(scene, 9_999);
  await server.app.db.write(({ query }) =>
    sql`insert into deliveries ("eventId", "webhookId", state, reason, attempts, change, "createdAt")
      select id, 1, 'failed', 'The receiver answered 410.', 9, id, "createdAt" from events
      where id > (select max("eventId") from deliveries)`.execute(query),
  );
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const heap = () => {
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const seen = new Set<string>();
  let between = 0;
  receiver.answer = (response, { headers }) => {
    seen.add(String(headers['x-hearth-delivery-id']));
    receiver.received.length = 0;
    if (seen.size === 2_000) between = heap();
    response.writeHead(200).end();
  };
  const job = await replay(scene);
  expect(job.total).toBe(10_000);
  let mostWaiting = 0;
  await whenIt(scene, job, ({ state, waiting }) => {
    mostWaiting = Math.max(mostWaiting, waiting);
    return state === 'completed';
  });
  expect(await get(scene, job)).toMatchObject({ replayed: 10_000, delivered: 10_000, failed: 0, pace: 512 });
  expect(seen.size).toBe(10_000);
  expect(mostWaiting).toBeLessThanOrEqual(512);
  expect(heap() - between).toBeLessThan(8 * 1024 * 1024);
}, 60_000);

test('since it became inactive: what it missed up to now; a replay of that which is not finished goes on', async () => {
  const { server, room } = await givenUp(1);
  const { db, vault, clock } = server.app;
  const registry = new WebhookRegistry(vault);
  const replayer = new Replayer({
    db,
    log: { settled: 0 },
    clock,
    logger: pino({ level: 'silent' }),
    registry,
    matcher: new Matcher(registry, { of: async () => new Map() }, { allReachesBots: true, allowMessagesUpdated: true }),
    recorder: { onRecorded: () => {}, nextChange: () => 0 },
    wake: () => {},
  });
  const create = (disabledAfter: number | null) =>
    db.write((tx) => replayer.createSinceDisabled(tx, { id: 1, disabledAfter }, 1));
  const stored = () => db.reader.query.selectFrom('replays').selectAll().orderBy('id').execute();

  expect(await create(null)).toBeUndefined();
  const uuid = await create(3);
  const [made] = await stored();
  expect(made).toMatchObject({ uuid, kind: 'missed', state: 'running', fromEvent: 3, position: 3, total: null });

  await db.write((tx) => tx.query.updateTable('replays').set({ state: 'paused' }).execute());
  await say({ server, room }, 2);
  expect(await create(5)).toBe(uuid);
  expect(await stored()).toMatchObject([
    { uuid, state: 'running', fromEvent: 3, untilEvent: (made?.untilEvent ?? 0) + 2, position: 3 },
  ]);
  // One that began later has not looked at what came before.
  await expect(create(2)).rejects.toThrow('has a replay that is not finished');
  await db.write((tx) => tx.query.updateTable('replays').set({ state: 'cancelled' }).execute());
  expect(await create(2)).not.toBe(uuid);
});
