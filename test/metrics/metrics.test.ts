import { expect, test } from 'vitest';
import type { Webhook } from '../../src/contract/index.ts';
import { version } from '../../src/version.ts';
import { recorded, until } from '../delivery/support.ts';
import { scrape } from '../support/scrape.ts';
import { startServer, tokenOf, type Adjust, type TestServer } from '../support/server.ts';

const measured: Adjust = (options) => ({ ...options, metrics: { token: undefined } });

/** What some figures grew by while something was done. */
async function growth(
  server: TestServer,
  series: readonly string[],
  action: () => Promise<unknown>,
): Promise<Record<string, number>> {
  const before = await scrape(server);
  await action();
  const after = await scrape(server);
  return Object.fromEntries(series.map((name) => [name, after.of(name) - before.of(name)]));
}

/** A server with a room and a webhook of Alice's for it. */
async function watched(adjust: Adjust = measured) {
  const server = await startServer(adjust);
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  await server.settled();
  return { server, room, receiver };
}

test('known traffic is counted exactly', async () => {
  const { server, room } = await watched();
  const expected = {
    'hearth_http_request_duration_seconds_count{method="POST",route="/v1/messages",status="2xx"}': 3,
    'hearth_http_request_duration_seconds_count{method="GET",route="/v1/rooms/:id",status="4xx"}': 1,
    'hearth_http_request_duration_seconds_count{method="GET",route="none",status="4xx"}': 1,
    'hearth_events_committed_total{resource="messages",event="created"}': 3,
    hearth_event_log_head_position: 3,
    hearth_event_log_settled_position: 3,
    'hearth_delivery_attempts_total{outcome="delivered",reason="2xx"}': 3,
    'hearth_delivery_attempt_duration_seconds_count{outcome="delivered"}': 3,
    'hearth_delivery_attempt_duration_seconds_count{outcome="failed"}': 0,
    hearth_delivery_latency_seconds_count: 3,
    hearth_delivery_retry_lateness_seconds_count: 0,
    'hearth_deliveries_ended_total{state="delivered"}': 3,
    hearth_recorder_batch_size_sum: 3,
  };
  const grown = await growth(server, Object.keys(expected), async () => {
    for (const text of ['one', 'two', 'three']) await server.as('bob').say(room, text);
    await server.as('bob').get('/v1/rooms/nothing');
    await server.as('bob').get('/v1/nothing/of/the/kind');
    await server.settled();
  });
  expect(grown).toEqual(expected);
});

test('the log, its lag and the slots tell of a receiver that does not answer', async () => {
  const { server, room, receiver } = await watched();
  let release = () => {};
  receiver.answer = (response) => (release = () => response.writeHead(200).end());
  await server.as('bob').say(room, 'hello');
  await receiver.next();
  server.clock.advance(30_000);
  const held = await scrape(server);
  expect(held.of('hearth_event_log_lag_events')).toBe(1);
  expect(held.of('hearth_event_log_lag_seconds')).toBe(30);
  expect(held.of('hearth_events_open')).toBe(1);
  expect(held.of('hearth_delivery_requests_in_flight')).toBe(1);
  expect(held.of('hearth_lanes_busy')).toBe(1);
  expect(held.of('hearth_lanes{state="suspect"}')).toBe(1);
  expect(held.of('hearth_delivery_slots_taken{standing="suspect"}')).toBe(1);
  expect(held.of('hearth_delivery_slots_taken{standing="trusted"}')).toBe(0);
  expect(held.of('hearth_delivery_slots')).toBe(256);
  expect(held.of('hearth_delivery_slots_suspect')).toBe(64);

  release();
  await server.settled();
  const done = await scrape(server);
  expect(done.of('hearth_event_log_lag_events')).toBe(0);
  expect(done.of('hearth_event_log_lag_seconds')).toBe(0);
  expect(done.of('hearth_delivery_requests_in_flight')).toBe(0);
  expect(done.of('hearth_delivery_slots_taken{standing="trusted"}')).toBe(0);
});

test.each<[string, string, (receiver: Awaited<ReturnType<TestServer['receiver']>>) => void]>([
  ['a status', '5xx', (receiver) => (receiver.answer = 503)],
  ['a redirect', '3xx', (receiver) => (receiver.answer = 302)],
  ['a refusal', '4xx', (receiver) => (receiver.answer = 404)],
  ['a connection that breaks', 'connection', (receiver) => (receiver.answer = (response) => response.destroy())],
  ['no HTTP', 'protocol', (receiver) => (receiver.answer = (response) => response.socket?.end('hello?\r\n\r\n'))],
])('a failed attempt is counted with its reason: %s', async (_, reason, fail) => {
  const { server, room, receiver } = await watched();
  fail(receiver);
  const attempts = `hearth_delivery_attempts_total{outcome="failed",reason="${reason}"}`;
  const grown = await growth(server, [attempts, 'hearth_delivery_latency_seconds_count'], async () => {
    await server.as('bob').say(room, 'hello');
    await recorded(server, { state: 'waiting' });
  });
  expect(grown).toEqual({ [attempts]: 1, hearth_delivery_latency_seconds_count: 0 });
  const after = await scrape(server);
  expect(after.of('hearth_deliveries_waiting{for="due"}')).toBe(1);
  expect(after.of('hearth_webhooks_with_waiting_deliveries')).toBe(1);
});

test('a retry tells how late it began', async () => {
  const { server, room, receiver } = await watched();
  receiver.answer = 500;
  await server.as('bob').say(room, 'hello');
  await recorded(server, { state: 'waiting' });
  receiver.answer = 200;
  // It is due after five seconds.
  server.clock.advance(7_000);
  await recorded(server, { state: 'delivered' });
  const after = await scrape(server);
  expect(after.of('hearth_delivery_retry_lateness_seconds_count')).toBe(1);
  expect(after.of('hearth_delivery_retry_lateness_seconds_sum')).toBe(2);
  expect(after.of('hearth_delivery_latency_seconds_count')).toBe(0);
  expect(after.of('hearth_deliveries_ended_total{state="delivered"}')).toBe(1);
  expect(after.of('hearth_deliveries_waiting{for="due"}')).toBe(0);
});

test('first attempts that exceed the queue wait in the store, and are counted there', async () => {
  const { server, room, receiver } = await watched((options) => ({
    ...measured(options),
    delivery: {
      ...options.delivery,
      limits: { slots: 1, perWebhook: 1, queueLength: 1, suspectShare: 1 },
    },
  }));
  receiver.answer = () => {};
  // One is in flight, one is queued, ten go to the store; the lane takes up to seven of them back and is behind.
  for (let sent = 0; sent < 12; sent += 1) await server.as('bob').say(room, 'hello');
  await until(async () => (await scrape(server)).of('hearth_deliveries_waiting{for="untried"}') === 10);
  const full = await scrape(server);
  expect(full.of('hearth_lanes{state="behind"}')).toBe(1);
  expect(full.of('hearth_deliveries_queued')).toBeGreaterThan(0);
});

test('webhooks are counted by status, and those that the rule switched off', async () => {
  const { server, room, receiver } = await watched((options) => ({
    ...measured(options),
    delivery: { ...options.delivery, disabling: { failures: 1, windowMs: 300_000 } },
  }));
  const before = await scrape(server);
  expect(before.of('hearth_webhooks{status="active"}')).toBe(1);
  receiver.answer = 500;
  await server.as('bob').say(room, 'hello');
  await until(async () => (await scrape(server)).of('hearth_webhooks_disabled_total') === 1);
  const after = await scrape(server);
  expect(after.of('hearth_webhooks{status="active"}')).toBe(0);
  expect(after.of('hearth_webhooks{status="inactive"}')).toBe(1);
});

test('replays are counted while they are not finished', async () => {
  const { server, room, receiver } = await watched();
  receiver.answer = 410;
  await server.as('bob').say(room, 'hello');
  await recorded(server, { state: 'failed' });
  const waitingFor = async (running: number) =>
    until(async () => (await scrape(server)).of('hearth_replays{state="running"}') === running);
  let release = () => {};
  receiver.answer = (response) => (release = () => response.writeHead(200).end());
  const [{ id: webhookId }] = (await server.as('alice').ok<{ items: [Webhook] }>('GET', '/v1/webhooks')).items;
  await server.as('alice').ok('POST', '/hearth/v1/replays', { webhookId });
  await receiver.take(2);
  await waitingFor(1);
  expect((await scrape(server)).of('hearth_deliveries_ended_total{state="failed"}')).toBe(1);
  release();
  await waitingFor(0);
});

test('those who follow the stream are counted, and not how long they do', async () => {
  const { server } = await watched();
  const gone = new AbortController();
  const headers = { authorization: `Bearer ${tokenOf('alice')}` };
  await fetch(new URL('/hearth/v1/stream', server.url), { headers, signal: gone.signal });
  expect((await scrape(server)).of('hearth_streams_open')).toBe(1);
  gone.abort();
  await until(async () => (await scrape(server)).of('hearth_streams_open') === 0);
  expect((await scrape(server)).text).not.toContain('route="/hearth/v1/stream"');
});

test('the store tells what it has done', async () => {
  const { server, room } = await watched();
  const before = await scrape(server);
  for (let sent = 0; sent < 3; sent += 1) await server.as('bob').say(room, 'hello');
  await server.settled();
  const after = await scrape(server);
  const { stats } = server.app.db;
  for (const key of ['statements', 'commits', 'operations', 'syncs'] as const) {
    expect(after.of(`hearth_store_${key}_total`), key).toBe(stats[key]);
  }
  const grown = (name: string) => after.of(name) - before.of(name);
  expect(grown('hearth_store_operations_total')).toBeGreaterThanOrEqual(3);
  expect(grown('hearth_store_commit_operations_sum')).toBe(grown('hearth_store_operations_total'));
  expect(grown('hearth_store_commit_duration_seconds_count')).toBe(grown('hearth_store_commits_total'));
});

test('the program, the process and the event loop tell of themselves', async () => {
  const scraped = await scrape(await startServer(measured));
  expect(scraped.of(`hearth_build_info{version="${version}"}`)).toBe(1);
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
  ]) {
    expect(scraped.text).toContain(`# TYPE ${name} `);
  }
});

test('no label names a person, a room, a webhook or an address', async () => {
  const { server, room, receiver } = await watched();
  await server.as('bob').say(room, 'hello');
  await server.as('bob').get(`/v1/messages?roomId=${room.id}`);
  await server.settled();
  const { text } = await scrape(server);
  for (const name of [room.id, receiver.url, new URL(receiver.url).host, 'alice', 'bob']) {
    expect(text).not.toContain(name);
  }
});

test('servers in one process do not count each other', async () => {
  const [one, other] = [await watched(), await watched()];
  await one.server.as('bob').say(one.room, 'hello');
  await one.server.settled();
  const delivered = 'hearth_deliveries_ended_total{state="delivered"}';
  expect((await scrape(one.server)).of(delivered)).toBe(1);
  expect((await scrape(other.server)).of(delivered)).toBe(0);
});

test('a server that was not asked to has no /metrics', async () => {
  const server = await startServer();
  expect(await server.as('alice').get('/metrics')).toMatchObject({
    status: 404,
    body: { message: 'There is nothing at GET /metrics.' },
  });
});

test('with a token set, /metrics is for those who show it', async () => {
  const server = await startServer((options) => ({ ...options, metrics: { token: 'only-for-prometheus' } }));
  const refused = { status: 401, body: { message: expect.stringContaining('valid access token') } };
  expect(await server.as('alice').get('/metrics')).toMatchObject(refused);
  expect((await fetch(new URL('/metrics', server.url))).status).toBe(401);
  await scrape(server, { authorization: 'Bearer only-for-prometheus' });
  // It opens nothing else.
  expect(await server.withToken('only-for-prometheus').get('/v1/people/me')).toMatchObject({ status: 401 });
});
