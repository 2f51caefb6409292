import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { StoreUnavailableError, type OutageListener } from '../../src/db/index.ts';
import { Retention } from '../../src/delivery/retention/retention.ts';
import { allSweeps } from '../../src/delivery/retention/sweeps.ts';
import { firstKept } from '../../src/eventlog/index.ts';
import { startServer, type Adjust, type TestServer } from '../support/server.ts';
import { recorded, rows, until } from './support.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;

/** Events for 30 days, attempts for 7; retries after a day and after 60. */
const adjust: Adjust = (options) => ({
  ...options,
  retention: { eventsMs: 30 * DAY, attemptsMs: 7 * DAY },
  delivery: { ...options.delivery, schedule: [0, DAY, 60 * DAY] },
});

/** Lets time pass, a little each time, until this holds. */
function swept(server: TestServer, holds: () => Promise<boolean>): Promise<void> {
  return until(async () => {
    server.clock.advance(SECOND);
    return holds();
  });
}

async function roomWithWebhook(server: TestServer) {
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  await server.settled();
  return { room, receiver };
}

async function eventIds(server: TestServer): Promise<number[]> {
  const found = await server.app.db.reader.query.selectFrom('events').select('id').orderBy('id').execute();
  return found.map(({ id }) => id);
}

async function attempts(server: TestServer) {
  return server.app.db.reader.query.selectFrom('attempts').selectAll().execute();
}

/** Events of long ago, each with a delivery that is done. */
async function addOld(server: TestServer, count: number, state: 'delivered' | 'waiting' = 'delivered'): Promise<void> {
  const createdAt = server.clock.now() - 40 * DAY;
  const dueAt = state === 'waiting' ? server.clock.now() + 400 * DAY : null;
  await server.app.db.write(async ({ query }) => {
    for (let at = 0; at < count; at++) {
      const event = { resource: 'messages', event: 'created', actorUuid: 'a', roomUuid: 'r', orgUuid: 'o' };
      const { id } = await query
        .insertInto('events')
        .values({ ...event, uuid: randomUUID(), facts: '{}', data: '{}', createdAt })
        .returning('id')
        .executeTakeFirstOrThrow();
      await query
        .insertInto('deliveries')
        .values({ eventId: id, webhookId: 1, state, untried: 0, attempts: 1, dueAt, change: id, createdAt })
        .execute();
    }
  });
}

test('events go after 30 days with the deliveries about them, what went over the wire after 7', async () => {
  const server = await startServer(adjust);
  const { room, receiver } = await roomWithWebhook(server);
  const day = async (message: string, status: number) => {
    receiver.answer = status;
    await server.as('bob').say(room, message);
    await receiver.next();
    await server.settled();
    return (await eventIds(server)).at(-1) ?? 0;
  };
  const first = await day('day 0', 410);
  server.clock.leap(20 * DAY);
  const failed = await day('day 20', 410);
  const delivered = await day('day 20, too', 200);
  server.clock.leap(11 * DAY);
  const recent = await day('day 31', 200);
  const recentFailed = await day('day 31, too', 410);

  await swept(server, async () => (await eventIds(server))[0] === failed);
  expect(await eventIds(server)).toEqual([failed, delivered, recent, recentFailed]);
  expect(await firstKept(server.app.db.reader)).toBe(first + 1);
  const kept = await rows(server);
  expect(kept.map(({ eventId, state, exchange }) => [eventId, state, exchange !== null])).toEqual([
    [failed, 'failed', false],
    [delivered, 'delivered', false],
    [recent, 'delivered', true],
    [recentFailed, 'failed', false],
  ]);
  expect((await attempts(server)).map(({ deliveryId }) => deliveryId)).toEqual([kept.at(-1)?.id]);
});

test('what still waits is kept however old it is, and its retry sends the same bytes; then it goes', async () => {
  const server = await startServer(adjust);
  const { room, receiver } = await roomWithWebhook(server);
  receiver.answer = 500;
  await server.as('bob').say(room, 'waits');
  const first = await receiver.next();
  await recorded(server, { state: 'waiting', attempts: 1 });
  server.clock.leap(DAY);
  await receiver.next();
  await recorded(server, { state: 'waiting', attempts: 2 });
  const [waiting] = await rows(server);
  receiver.answer = 200;
  await server.as('bob').say(room, 'does not');
  await receiver.next();
  await server.settled();

  server.clock.leap(35 * DAY);
  await swept(server, async () => (await eventIds(server)).length === 1);
  expect(await rows(server)).toEqual([waiting]);
  expect(await attempts(server)).toEqual([]);
  expect(await firstKept(server.app.db.reader)).toBeGreaterThan((waiting?.eventId ?? 0) + 1);

  await server.restart();
  server.clock.leap(25 * DAY);
  const again = await receiver.next();
  expect(again.body).toBe(first.body);
  expect(again.headers['x-hearth-attempt']).toBe('3');
  await recorded(server, { state: 'delivered' });
  server.clock.leap(HOUR);
  await swept(server, async () => (await rows(server)).length === 0);
  await swept(server, async () => (await eventIds(server)).length === 0);
});

test('an event is kept until it is settled', async () => {
  const server = await startServer(adjust);
  const { room, receiver } = await roomWithWebhook(server);
  let answer = () => {};
  receiver.answer = (response) => (answer = () => void response.writeHead(200).end());
  await server.as('bob').say(room, 'under way');
  await receiver.next();
  const [last] = (await eventIds(server)).slice(-1);

  server.clock.leap(40 * DAY);
  await swept(server, async () => (await eventIds(server)).length === 1);
  expect(await eventIds(server)).toEqual([last]);
  answer();
  await swept(server, async () => (await eventIds(server)).length === 0);
});

test('when everything is gone, what comes after a restart has a later place in the log, and is delivered', async () => {
  const server = await startServer(adjust);
  const { room, receiver } = await roomWithWebhook(server);
  await server.as('bob').say(room, 'old');
  const { headers } = await receiver.next();
  await server.settled();
  const last = (await eventIds(server)).at(-1) ?? 0;
  expect(headers['x-hearth-sequence']).toBe(String(last));
  expect(await firstKept(server.app.db.reader)).toBe(1);

  server.clock.leap(31 * DAY);
  await swept(server, async () => (await eventIds(server)).length === 0);
  await server.restart();
  expect(await firstKept(server.app.db.reader)).toBe(last + 1);
  await server.as('bob').say(room, 'new');
  const { headers: after } = await receiver.next();
  expect(after['x-hearth-sequence']).toBe(String(last + 1));
  await server.settled();
});

test('what is gone beside an old event that still waits is told as a gap to whoever resumes before it', async () => {
  const server = await startServer(adjust);
  const { room } = await roomWithWebhook(server);
  const before = server.app.log.head;
  await addOld(server, 1, 'waiting');
  await addOld(server, 20);
  const waiting = before + 1;
  await server.as('bob').say(room, 'hello');
  await server.settled();
  await swept(server, async () => (await eventIds(server)).every((id) => id <= waiting || id > waiting + 20));
  expect(await eventIds(server)).toContain(waiting);
  expect(await server.app.log.oldest()).toBe(waiting + 21);
});

test('a restart in the middle loses its place and nothing else; traffic meanwhile stays in order', async () => {
  const server = await startServer(adjust);
  const { room, receiver } = await roomWithWebhook(server);
  await addOld(server, 1_500);
  await addOld(server, 100, 'waiting');
  await addOld(server, 1_500);
  let posted = 0;
  const say = async () => {
    const { id } = await server.as('bob').say(room, `number ${posted}`);
    posted += 1;
    expect((await receiver.next()).notice.data.id).toBe(id);
  };
  const left = async () => {
    await say();
    return (await eventIds(server)).length - posted;
  };
  const others = (await left()) - 3_100;

  await swept(server, async () => (await left()) < 2_500);
  expect(await left()).toBeGreaterThan(500);
  await server.settled();
  await server.restart();
  await swept(server, async () => (await left()) <= 100 + others);
  const waiting = (await rows(server)).filter(({ state }) => state === 'waiting');
  expect(waiting).toHaveLength(100);
  await server.settled();
  expect(receiver.unseen).toEqual([]);
});

test('nothing of a webhook that was deleted is left an hour later', async () => {
  const server = await startServer((options) => ({
    ...adjust(options),
    retention: { eventsMs: Infinity, attemptsMs: Infinity },
  }));
  const { room, receiver } = await roomWithWebhook(server);
  const other = await server.receiver();
  await server.webhook('bob', other, {});
  for (const status of [200, 410, 500]) {
    receiver.answer = status;
    await server.as('bob').say(room, `answered with ${status}`);
    await receiver.next();
    await other.next();
  }
  await server.settled();
  const { items } = await server.as('alice').ok<{ items: { id: string }[] }>('GET', '/v1/webhooks');
  await server.as('alice').ok('PUT', `/v1/webhooks/${items[0]?.id}`, { name: 'renamed', targetUrl: receiver.url });
  await server.as('alice').ok('DELETE', `/v1/webhooks/${items[0]?.id}`);

  server.clock.leap(HOUR);
  await swept(server, async () => (await rows(server)).length === 3);
  expect(new Set((await rows(server)).map(({ webhookId }) => webhookId))).toEqual(new Set([2]));
  expect(await attempts(server)).toEqual([]);
  expect(await server.app.db.reader.query.selectFrom('formerWebhooks').selectAll().execute()).toEqual([]);
  expect((await eventIds(server)).length).toBeGreaterThan(0);
});

test('replays that ended go with the events of their time, others stay', async () => {
  const server = await startServer(adjust);
  await roomWithWebhook(server);
  const now = server.clock.now();
  const replay = {
    webhookId: 1,
    creatorId: 1,
    kind: 'failed',
    fromEvent: 0,
    untilEvent: 1,
    position: 1,
    pace: 1,
  } as const;
  const counts = { replayed: 0, delivered: 0, failed: 0, createdAt: now };
  await server.app.db.write(({ query }) =>
    query
      .insertInto('replays')
      .values([
        { ...replay, ...counts, uuid: 'done', state: 'completed', updatedAt: now },
        { ...replay, ...counts, uuid: 'cancelled', state: 'cancelled', updatedAt: now },
        { ...replay, ...counts, uuid: 'paused', state: 'paused', updatedAt: now },
        { ...replay, ...counts, uuid: 'young', state: 'completed', updatedAt: now + 20 * DAY },
      ])
      .execute(),
  );
  server.clock.leap(31 * DAY);
  const left = async () => {
    const found = await server.app.db.reader.query.selectFrom('replays').select('uuid').orderBy('id').execute();
    return found.map(({ uuid }) => uuid);
  };
  await swept(server, async () => (await left()).length === 2);
  expect(await left()).toEqual(['paused', 'young']);
});

test('what has to stay is looked at once, not in every round', async () => {
  const server = await startServer();
  await roomWithWebhook(server);
  await server.settled();
  await addOld(server, 1_000, 'waiting');
  const { db, clock } = server.app;
  const sweeps = allSweeps({ clock, log: { settled: 10_000 }, times: { eventsMs: DAY, attemptsMs: DAY } });
  const walks = sweeps.filter(({ of }) => of === 'deliveries' || of === 'events');
  expect(walks).toHaveLength(2);
  for (const sweep of walks) {
    const steps = async () => {
      let count = 1;
      while ((await db.write((tx) => sweep.step(tx, 100))).more) count += 1;
      return count;
    };
    expect(await steps()).toBeGreaterThanOrEqual(11);
    expect(await steps()).toBe(1);
    sweep.again();
    expect(await steps()).toBeGreaterThanOrEqual(11);
  }
});

test('nothing is deleted while the store is unavailable', async () => {
  const server = await startServer();
  await roomWithWebhook(server);
  await server.settled();
  await addOld(server, 300);
  let tell: OutageListener = () => {};
  let writes = 0;
  const { db, clock } = server.app;
  const retention = new Retention({
    db: {
      ...db,
      onOutage: (listener) => (tell = listener),
      writeRepeatable: (work) => {
        writes += 1;
        return db.writeRepeatable(work);
      },
    },
    log: { settled: 10_000 },
    clock,
    further: [],
    logger: pino({ level: 'silent' }),
    times: { eventsMs: DAY, attemptsMs: DAY },
  });
  retention.start();
  tell(new StoreUnavailableError('full'));
  for (let at = 0; at < 200; at++) {
    server.clock.advance(SECOND);
    await new Promise(setImmediate);
  }
  expect(writes).toBe(0);
  tell(undefined);
  await swept(server, async () => (await rows(server)).length === 0);
  await retention.close();
});
