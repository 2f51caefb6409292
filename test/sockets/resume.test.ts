import { expect, test } from 'vitest';
import type { Room } from '../../src/contract/index.ts';
import { scrape } from '../support/scrape.ts';
import { startServer, type Adjust, type TestServer } from '../support/server.ts';
import { register, SocketClient, type Frame } from './support.ts';

/** Nothing is missed, and nothing that was acknowledged is told again. */

test('what was not acknowledged is told again, under the same id; what happened meanwhile comes after it', async () => {
  const { server, room, url } = await scene();
  const first = await SocketClient.open(url, 'bob', { acknowledges: false });
  await say(server, room, 3);
  const [one, two, three] = await first.take(3);
  if (!one || !two || !three) throw new Error('take(3) gave less');
  first.acknowledge(one);
  first.acknowledge(three);
  await first.settled();
  first.cut();
  await first.closed;
  await say(server, room, 2);

  const second = await SocketClient.open(url, 'bob');
  const told = await second.take(4);
  expect(ids(told).slice(0, 2)).toEqual(ids([two, three]));
  await second.settled();
  second.close();
  await second.closed;

  const third = await SocketClient.open(url, 'bob');
  await say(server, room, 1);
  await third.take(1);
  await third.settled();
  expect(third.told).toHaveLength(1);
});

test.each([
  ['in good order', 5_000],
  ['at once', 0],
])('a server that stops %s and comes back goes on where the device was', async (_, graceMs) => {
  const { server, room, url } = await scene();
  const client = await SocketClient.open(url, 'bob', { acknowledges: false });
  await say(server, room, 3);
  const told = await client.take(3);
  for (const frame of told.slice(0, 2)) client.acknowledge(frame);
  await client.settled();
  await server.restart(graceMs);
  await say(server, room, 1);

  const back = await SocketClient.open(at(server, url), 'bob');
  const [again] = await back.take(2);
  expect(again?.id).toBe(told[2]?.id);
  await back.settled();
  expect(back.told).toHaveLength(2);
});

test('after a crash at most the last second is told again', async () => {
  const { server, room, url } = await scene();
  const client = await SocketClient.open(url, 'bob');
  await say(server, room, 2);
  await client.take(2);
  await client.settled();
  server.clock.advance(1_000);
  await until(async () => (await placeOf(server)) === (await headOf(server)));
  const saved = await placeOf(server);
  await say(server, room, 2);
  await client.take(2);
  await client.settled();
  // What a crash would leave behind.
  expect(await placeOf(server)).toBe(saved);
});

test('a client may have 200 events that it has not acknowledged, and no more', async () => {
  const { server, room, url } = await scene(withMetrics);
  const client = await SocketClient.open(url, 'bob', { acknowledges: false });
  await say(server, room, 250);
  const told = await client.take(200);
  for (let pings = 0; pings < 3; pings += 1) await client.settled();
  expect(client.told).toHaveLength(200);
  const metrics = await scrape(server);
  expect(metrics.of('hearth_socket_events_total')).toBe(200);
  expect(metrics.of('hearth_sockets_open')).toBe(1);

  for (const frame of told) client.acknowledge(frame);
  await client.take(50);
  expect(new Set(ids(client.told)).size).toBe(250);
  client.close();
  await client.closed;
  await until(async () => (await scrape(server)).of('hearth_sockets_open') === 0);
});

test('a client that takes nothing in is told nothing more, and misses nothing', async () => {
  const { server, room, url } = await scene(withMetrics);
  const client = await SocketClient.open(url, 'bob');
  await client.settled();
  client.pause();
  await say(server, room, 300);
  await until(async () => (await scrape(server)).of('hearth_socket_events_total') > 0);
  client.resume();
  const told = await client.take(300);
  expect(new Set(ids(told)).size).toBe(300);
});

test('what is gone from the log is told of as a gap', async () => {
  const { server, room, url } = await scene();
  await say(server, room, 3);
  await server.settled();
  const head = await headOf(server);
  await server.app.db.write(async ({ query }) => void (await query.deleteFrom('events').execute()));
  await say(server, room, 1);
  const client = await SocketClient.open(url, 'bob');
  await client.take(1);
  expect(client.frames[1]).toMatchObject({ data: { eventType: 'hearth.gap', from: head - 2, to: head } });
});

test('cut 50 times while people write: nothing is missed, nothing that was acknowledged comes twice', async () => {
  const { server, room, url } = await scene();
  const told: string[] = [];
  const acknowledged = new Set<string>();
  for (let cuts = 0; cuts < 50; cuts += 1) {
    const client = await SocketClient.open(url, 'bob');
    await Promise.all([say(server, room, 4), client.until(() => client.told.length > 0)]);
    const before = ids(client.told);
    if (cuts % 2 === 0) await client.settled();
    client.cut();
    await client.closed;
    expect(ids(client.told).filter((id) => acknowledged.has(id))).toEqual([]);
    if (cuts % 2 === 0) for (const id of before) acknowledged.add(id);
    told.push(...ids(client.told));
  }
  const last = await SocketClient.open(url, 'bob');
  await last.until(() => new Set([...told, ...ids(last.told)]).size >= 200);
  expect(ids(last.told).filter((id) => acknowledged.has(id))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(25);
});

const withMetrics: Adjust = (options) => ({ ...options, metrics: { token: undefined } });

/** A room with Alice and Bob, and Bob's device, which has heard of it. */
async function scene(adjust?: Adjust): Promise<{ server: TestServer; room: Room; url: string }> {
  const server = await startServer(adjust);
  const room = await server.room('Demo', 'alice', 'bob');
  const { webSocketUrl } = await register(server, 'bob');
  return { server, room, url: webSocketUrl };
}

async function say(server: TestServer, room: Room, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, at) => server.as('alice').say(room, `message ${at}`)));
}

function ids(frames: readonly Frame[]): string[] {
  return frames.map(({ id }) => id);
}

/** Where the device's socket is after the server has begun anew, on another port. */
function at(server: TestServer, url: string): string {
  return `${server.url.replace('http', 'ws')}${new URL(url).pathname}`;
}

async function placeOf(server: TestServer): Promise<number> {
  const row = await server.app.db.reader.query.selectFrom('devices').select('position').executeTakeFirstOrThrow();
  return row.position;
}

async function headOf(server: TestServer): Promise<number> {
  return server.app.log.head;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate);
}
