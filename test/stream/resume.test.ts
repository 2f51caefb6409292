import { expect, test } from 'vitest';
import { Agent, EventSource, type Dispatcher, type MessageEvent } from 'undici';
import type { Message, Room, StreamEvent } from '../../src/contract/index.ts';
import { Line } from '../support/line.ts';
import { startServer, tokenOf, type TestServer } from '../support/server.ts';
import { poll, StreamClient } from './support.ts';

const CUTS = 50;

/** Posts until it is told to stop; answers what is stored, in the order of the log. */
function postInto(server: TestServer, room: Room, posters: number): () => Promise<string[]> {
  const stop = new AbortController();
  const post = async () => {
    while (!stop.signal.aborted) await server.as('bob').say(room, 'hello');
  };
  const posting = Array.from({ length: posters }, post);
  return async () => {
    stop.abort();
    await Promise.all(posting);
    const rows = await server.app.db.reader.query
      .selectFrom('events')
      .select('uuid')
      .where('resource', '=', 'messages')
      .orderBy('id')
      .execute();
    return rows.map(({ uuid }) => uuid);
  };
}

test(`cut off ${CUTS} times under load, with others' events in between: nothing is missed, nothing comes twice`, async () => {
  const server = await startServer();
  const [room, other] = [await server.room('Demo', 'alice', 'bob'), await server.room('Not for alice', 'bob')];
  const query = 'resource=messages';
  let stream = await StreamClient.open(server.url, 'alice', { query });
  await stream.until(() => stream.lastEventId !== undefined);
  const stop = postInto(server, room, 8);
  const noise = postInto(server, other, 2);
  const told: string[] = [];
  for (let cut = 0; cut < CUTS; cut++) {
    const least = 1 + (cut % 13);
    await stream.until(() => stream.told.length >= least);
    stream.cut();
    await stream.ended;
    told.push(...stream.told.map(({ data }) => data.id));
    stream = await StreamClient.open(server.url, 'alice', { query, lastEventId: stream.lastEventId });
  }
  await noise();
  const foreign = await eventsOf(server, other);
  const expected = (await stop()).filter((uuid) => !foreign.has(uuid));
  await stream.until(() => told.length + stream.told.length >= expected.length);
  told.push(...stream.told.map(({ data }) => data.id));
  expect(told).toEqual(expected);
  expect(expected.length).toBeGreaterThan(CUTS);
  expect(foreign.size).toBeGreaterThan(0);
});

test('the server is restarted in the middle, at once or in peace', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const told: string[] = [];
  const expected: string[] = [];
  let lastEventId: string | undefined;
  for (const grace of [0, 5_000, 0]) {
    const stream = await StreamClient.open(server.url, 'alice', { lastEventId });
    expected.push((await server.as('bob').say(room, 'heard')).id);
    expected.push((await server.as('bob').say(room, 'perhaps')).id);
    await stream.next();
    const ended = stream.ended;
    await server.restart(grace);
    await ended;
    told.push(...stream.told.map(({ data }) => (data.data as Message).id));
    ({ lastEventId } = stream);
    expected.push((await server.as('bob').say(room, 'while nobody listened')).id);
  }
  const stream = await StreamClient.open(server.url, 'alice', { lastEventId });
  await stream.until(() => told.length + stream.told.length >= expected.length);
  expect([...told, ...stream.told.map(({ data }) => (data.data as Message).id)]).toEqual(expected);
});

test('an EventSource comes back by itself, after a cut and after a restart', { timeout: 60_000 }, async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  await using line = await Line.open(() => server.url);
  const withToken: Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
    const headers = { ...(options.headers as Record<string, string>), authorization: `Bearer ${tokenOf('alice')}` };
    return dispatch({ ...options, headers }, handler);
  };
  const agent = new Agent();
  const source = new EventSource(`${line.url}/hearth/v1/stream?resource=messages`, {
    node: { dispatcher: agent.compose(withToken) },
  });
  const told: string[] = [];
  let wake = () => {};
  source.addEventListener('event', (message) => {
    const { data } = message as MessageEvent;
    told.push(((JSON.parse(String(data)) as StreamEvent).data as Message).id);
    wake();
  });
  const heard = async (count: number) => {
    while (told.length < count) await new Promise<void>((resolve) => (wake = resolve));
  };
  await new Promise((resolve) => source.addEventListener('open', resolve, { once: true }));

  const expected: string[] = [];
  for (const interrupt of [async () => line.cut(), () => server.restart(5_000), async () => line.cut()]) {
    expected.push((await server.as('bob').say(room, 'hello')).id);
    await heard(expected.length);
    const broken = new Promise((resolve) => source.addEventListener('error', resolve, { once: true }));
    await interrupt();
    await broken;
    expected.push((await server.as('bob').say(room, 'while it was away')).id);
  }
  await heard(expected.length);
  expect(told).toEqual(expected);
  source.close();
  await agent.destroy();
});

test('a slow reader goes on at its own pace, from the table, and nobody else waits for it', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const slow = await StreamClient.open(server.url, 'alice', { query: 'resource=messages' });
  await slow.until(() => slow.lastEventId !== undefined);
  const quick = await StreamClient.open(server.url, 'bob', { query: 'resource=messages' });
  slow.pause();
  const count = 12_000;
  const uuids = await logMessages(server, room, count);
  await quick.until(() => quick.told.length >= count);
  // Far more than sockets take lies between them.
  expect(slow.told.length).toBeLessThan(count / 2);
  slow.resume();
  await slow.until(() => slow.told.length >= count);
  for (const { told } of [slow, quick]) expect(told.map(({ data }) => data.id)).toEqual(uuids);
});

test('a server that stops waits for nobody who does not read', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const slow = await StreamClient.open(server.url, 'alice', { query: 'resource=messages' });
  const quick = await StreamClient.open(server.url, 'bob', { query: 'resource=messages' });
  slow.pause();
  const count = 12_000;
  await logMessages(server, room, count);
  await quick.until(() => quick.told.length >= count);
  // More than this test may take.
  await server.restart(600_000);
  await quick.ended;
  expect(quick.text).toContain(': the server is stopping');
});

test('begins at a time, and a cursor goes before it', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  await server.as('bob').say(room, 'early');
  server.clock.advance(60_000);
  const since = new Date(server.clock.now()).toISOString();
  const [second, third] = [await server.as('bob').say(room, 'second'), await server.as('bob').say(room, 'third')];
  const query = `since=${since}`;
  const stream = await StreamClient.open(server.url, 'alice', { query });
  const told = await stream.take(2);
  expect(told.map(({ data }) => (data.data as Message).id)).toEqual([second.id, third.id]);
  const again = await StreamClient.open(server.url, 'alice', { query, lastEventId: told[0]?.id });
  expect(((await again.next()).data.data as Message).id).toBe(third.id);
  const { items } = await poll(server, 'alice', { since, after: told[0]?.id ?? '', wait: 0 });
  expect(items.map(({ data }) => (data as Message).id)).toEqual([third.id]);
});

test('what is no longer kept is told of as a gap, once', async () => {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const { cursor } = await poll(server, 'alice', { wait: 0 });
  for (const text of ['one', 'two', 'three']) await server.as('bob').say(room, text);
  await server.settled();
  const { head } = server.app.log;
  await server.app.db.write(async ({ query }) => {
    await query.deleteFrom('events').where('id', '<', head).execute();
  });
  const stream = await StreamClient.open(server.url, 'alice', { lastEventId: cursor });
  const [gap, event] = await stream.take(2);
  expect(gap).toMatchObject({
    kind: 'gap',
    data: { from: head - 2, to: head - 1, reason: 'These events are no longer kept.' },
  });
  expect(event).toMatchObject({ kind: 'event', data: { sequence: head } });
  const page = await poll(server, 'alice', { after: cursor, wait: 0 });
  expect(page).toMatchObject({ gap: gap?.data, items: [{ sequence: head }] });
  const after = await StreamClient.open(server.url, 'alice', { lastEventId: gap?.id });
  expect(await after.next()).toMatchObject({ kind: 'event', data: { sequence: head } });
});

test('a cursor of a log that went further is told so, and goes on from here', async () => {
  const [server, other] = [await startServer(), await startServer()];
  const ahead = await other.room('Demo', 'alice');
  await other.as('alice').say(ahead, 'hello');
  const { cursor } = await poll(other, 'alice', { wait: 0 });
  const stream = await StreamClient.open(server.url, 'alice', { lastEventId: cursor });
  expect(await stream.next()).toMatchObject({ kind: 'gap', data: { from: 1, to: other.app.log.head } });
  await server.room('Here', 'alice');
  expect(await stream.next()).toMatchObject({ kind: 'event', data: { sequence: 1, resource: 'rooms' } });
});

async function eventsOf(server: TestServer, room: Room): Promise<Set<string>> {
  const rows = await server.app.db.reader.query
    .selectFrom('events')
    .select('uuid')
    .where('data', 'like', `%${room.id}%`)
    .execute();
  return new Set(rows.map(({ uuid }) => uuid));
}

/** As many messages as that in the log, without the messages. */
async function logMessages(server: TestServer, room: Room, count: number): Promise<string[]> {
  await server.as('bob').say(room, 'the first one');
  const { db, log } = server.app;
  const [last] = await log.readAfter(log.head - 1, 1);
  if (!last) throw new Error('There is no event.');
  const { dataJson, ...event } = last;
  for (let done = 1; done < count;) {
    const many = Math.min(500, count - done);
    await db.write((tx) =>
      log.append(
        tx,
        Array.from({ length: many }, () => ({ ...event, data: JSON.parse(dataJson) as object })),
      ),
    );
    done += many;
  }
  const events = await db.reader.query
    .selectFrom('events')
    .select('uuid')
    .where('resource', '=', 'messages')
    .orderBy('id')
    .execute();
  return events.map(({ uuid }) => uuid);
}
