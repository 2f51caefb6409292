import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import type { Room } from '../../src/contract/index.ts';
import { recorded, until } from '../delivery/support.ts';
import { Collector } from '../support/collector.ts';
import { personId, startServer, tokenOf, type Adjust, type TestServer } from '../support/server.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const traceparent = `00-${traceId}-${parentId}-01`;

async function collector(): Promise<Collector> {
  const started = await Collector.start();
  onTestFinished(() => started[Symbol.asyncDispose]());
  return started;
}

function sendingTo({ url }: { url: string }): Adjust {
  return (options) => ({ ...options, traces: { endpoint: url } });
}

/** What a server logs, line by line. */
function logOf() {
  const lines: Record<string, unknown>[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString().trim().split('\n')) lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  const adjust: Adjust = (options) => ({ ...options, logger: pino({ level: 'debug' }, stream) });
  return { adjust, saying: (message: string) => lines.filter(({ msg }) => msg === message) };
}

/** A room and a webhook of Alice's for it. */
async function watchedBy(server: TestServer) {
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  await server.webhook('alice', receiver, {});
  await server.settled();
  return { room, receiver };
}

function say(server: TestServer, room: Room, markdown: string, headers: Record<string, string> = { traceparent }) {
  return server.as('bob').call('POST', '/v1/messages', { roomId: room.id, markdown }, headers);
}

function events(server: TestServer) {
  return server.app.db.reader.query.selectFrom('events').selectAll().orderBy('id').execute();
}

test('without a traceparent and a collector nothing is traced', async () => {
  const log = logOf();
  const server = await startServer(log.adjust);
  const { room, receiver } = await watchedBy(server);
  await say(server, room, 'hello', {});
  expect((await receiver.next()).headers).not.toHaveProperty('traceparent');
  await server.settled();
  expect((await events(server)).filter(({ facts }) => facts.includes('traceparent'))).toEqual([]);
  for (const line of [...log.saying('answered'), ...log.saying('attempted')])
    expect(line).not.toHaveProperty('trace_id');
});

test('a traceparent that cannot be read is as good as none', async () => {
  const server = await startServer();
  const { room, receiver } = await watchedBy(server);
  expect(await say(server, room, 'hello', { traceparent: 'nonsense' })).toMatchObject({ status: 200 });
  expect((await receiver.next()).headers).not.toHaveProperty('traceparent');
});

test('a traceparent goes from the request to its log lines, its notices and theirs', async () => {
  const log = logOf();
  const server = await startServer(log.adjust);
  const { room, receiver } = await watchedBy(server);
  await say(server, room, 'hello');
  const { headers, body } = await receiver.next();
  expect(headers['traceparent']).toBe(traceparent);
  expect(body).not.toContain('trace');
  await server.settled();
  const traced = { trace_id: traceId, span_id: parentId };
  expect(log.saying('answered').filter((line) => 'trace_id' in line)).toMatchObject([{ method: 'POST', ...traced }]);
  expect(log.saying('attempted')).toMatchObject([{ state: 'delivered', status: 200, attempt: 1, ...traced }]);
});

test('a retry carries the traceparent of its event, also after a restart', async () => {
  const server = await startServer();
  const { room, receiver } = await watchedBy(server);
  receiver.answer = 500;
  await say(server, room, 'hello');
  await receiver.next();
  await recorded(server, { state: 'waiting' });
  await server.restart();
  server.clock.advance(5_000);
  const again = await receiver.next();
  expect(again.headers).toMatchObject({ 'x-hearth-attempt': '2', traceparent });
});

test('every call that causes events passes its traceparent on', async () => {
  const server = await startServer();
  const before = (await events(server)).length;
  const alice = server.as('alice');
  const call = async <T>(method: string, path: string, body?: unknown) => {
    const answer = await alice.call<T>(method, path, body, { traceparent });
    expect(answer.status, `${method} ${path}`).toBeLessThan(300);
    return answer.body;
  };
  const room = await call<Room>('POST', '/v1/rooms', { title: 'Demo' });
  await call('PUT', `/v1/rooms/${room.id}`, { title: 'Demonstration', isLocked: true });
  const { id } = await call<{ id: string }>('POST', '/v1/memberships', { roomId: room.id, personId: personId('bob') });
  await call('PUT', `/v1/memberships/${id}`, { isModerator: true });
  await call('DELETE', `/v1/memberships/${id}`);
  const message = await call<{ id: string }>('POST', '/v1/messages', { roomId: room.id, text: 'hello' });
  await call('DELETE', `/v1/messages/${message.id}`);
  await call('DELETE', `/v1/rooms/${room.id}`);
  await call('POST', '/v1/messages', { toPersonId: personId('bob'), text: 'hello' });
  const receiver = await server.receiver();
  const webhook = await server.webhook('alice', receiver, {});
  await server.app.db.write((tx) => tx.query.updateTable('webhooks').set({ status: 'inactive' }).execute());
  await call('PUT', `/v1/webhooks/${webhook.id}`, { name: 'on', targetUrl: receiver.url, status: 'active' });

  const caused = (await events(server)).slice(before);
  expect(new Set(caused.map(({ resource, event }) => `${resource}/${event}`))).toEqual(
    new Set([
      'rooms/created',
      'rooms/updated',
      'memberships/created',
      'memberships/updated',
      'memberships/deleted',
      'messages/created',
      'messages/deleted',
      'webhooks/updated',
    ]),
  );
  for (const { resource, event, facts, data } of caused) {
    expect(JSON.parse(facts), `${resource}/${event}`).toHaveProperty('traceparent', traceparent);
    expect(data).not.toContain(traceId);
  }
});

test('spans link the request to its event and the event to its attempts, also after a restart', async () => {
  const collected = await collector();
  const server = await startServer(sendingTo(collected));
  const { room, receiver } = await watchedBy(server);
  receiver.answer = 500;
  await say(server, room, 'hello');
  const first = await receiver.next();
  await recorded(server, { state: 'waiting' });
  await server.restart();
  receiver.answer = 200;
  server.clock.advance(5_000);
  const second = await receiver.next();
  await recorded(server, { state: 'delivered' });
  await server.restart();

  const ours = collected.spans.filter((span) => span.traceId === traceId);
  expect(ours).toHaveLength(4);
  const [request] = ours.filter(({ name }) => name === 'POST /v1/messages');
  const [event] = ours.filter(({ name }) => name === 'match messages/created');
  const attempts = ours.filter(({ name }) => name === 'deliver messages/created');
  expect(request).toMatchObject({
    kind: 2,
    parentSpanId: parentId,
    attributes: { 'http.request.method': 'POST', 'http.route': '/v1/messages', 'http.response.status_code': 200 },
  });
  expect(event).toMatchObject({ kind: 1, parentSpanId: request?.spanId, attributes: { 'hearth.matches': 1 } });
  expect(attempts).toMatchObject([
    {
      kind: 3,
      parentSpanId: event?.spanId,
      attributes: { 'http.response.status_code': 500, 'error.type': '500', 'hearth.attempt': 1 },
      status: { code: 2 },
    },
    { kind: 3, parentSpanId: event?.spanId, attributes: { 'http.response.status_code': 200, 'hearth.attempt': 2 } },
  ]);
  expect(first.headers['traceparent']).toBe(`00-${traceId}-${attempts[0]?.spanId}-01`);
  expect(second.headers['traceparent']).toBe(`00-${traceId}-${attempts[1]?.spanId}-01`);
  // By the server's clock, in nanoseconds.
  const [began, ended] = [attempts[1]?.startTimeUnixNano, attempts[1]?.endTimeUnixNano].map(
    BigInt as never,
  ) as bigint[];
  expect(began).toBe(BigInt(server.clock.now()) * 1_000_000n);
  expect(ended).toBeGreaterThanOrEqual(began ?? 0n);
});

test('a request without a traceparent begins a trace, and so does an event that no request caused', async () => {
  const collected = await collector();
  const server = await startServer((options) => ({
    ...sendingTo(collected)(options),
    delivery: { ...options.delivery, disabling: { failures: 1, windowMs: 300_000 } },
  }));
  const { room, receiver } = await watchedBy(server);
  receiver.answer = 500;
  await say(server, room, 'hello', {});
  const switchedOff = async () => (await events(server)).find(({ resource }) => resource === 'webhooks');
  await until(async () => (await switchedOff()) !== undefined);
  await server.settled();
  await server.restart();

  const [request] = collected.named('POST /v1/messages');
  const matched = collected.named('match messages/created').find((span) => span.traceId === request?.traceId);
  expect(request?.parentSpanId).toBeUndefined();
  expect(matched?.parentSpanId).toBe(request?.spanId);
  const [disabled] = collected.named('match webhooks/updated');
  expect(disabled?.traceId).toBe((await switchedOff())?.uuid.replaceAll('-', ''));
  expect(disabled?.parentSpanId).toBeUndefined();
});

test('a trace that its beginner does not sample goes on, unsampled, and sends no spans', async () => {
  const collected = await collector();
  const server = await startServer(sendingTo(collected));
  const { room, receiver } = await watchedBy(server);
  await say(server, room, 'hello', { traceparent: `00-${traceId}-${parentId}-00` });
  const { headers } = await receiver.next();
  expect(headers['traceparent']).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  await server.settled();
  await server.restart();
  expect(collected.spans.length).toBeGreaterThan(0);
  expect(collected.spans.filter((span) => span.traceId === traceId)).toEqual([]);
});

test('spans hold no content, no secret, no name and no address', async () => {
  const collected = await collector();
  const server = await startServer(sendingTo(collected));
  const { room, receiver } = await watchedBy(server);
  await server.webhook('alice', receiver, { secret: 's3cret', targetUrl: `${receiver.url}?key=k3y` });
  await say(server, room, 'a private word');
  await server.as('bob').get(`/v1/people?email=alice@acme.example`);
  await receiver.take(2);
  await server.settled();
  await server.restart();
  expect(collected.named('deliver messages/created')).toHaveLength(2);
  for (const secret of ['private', 's3cret', 'k3y', 'alice', tokenOf('bob'), receiver.url, room.id]) {
    expect(collected.text).not.toContain(secret);
  }
});

test('a collector that is away holds up nothing', async () => {
  const gone = await Collector.start();
  await gone[Symbol.asyncDispose]();
  const server = await startServer(sendingTo(gone));
  const { room, receiver } = await watchedBy(server);
  await say(server, room, 'hello');
  await receiver.next();
  await server.settled();
});

test('a collector that takes no spans is told of once, and again when it takes them', async () => {
  const collected = await collector();
  const log = logOf();
  const server = await startServer((options) => log.adjust(sendingTo(collected)(options)));
  const took = log.saying.bind(undefined, 'the collector takes spans again');
  const refused = log.saying.bind(undefined, 'the collector takes no spans; they are dropped');
  // A batch goes as soon as it is full.
  const sendBatches = async (holds: () => boolean) => {
    while (!holds()) await server.as('bob').get('/healthz');
  };
  collected.status = 400;
  await sendBatches(() => collected.spans.length >= 2 * 512);
  expect(refused()).toHaveLength(1);
  collected.status = 200;
  await sendBatches(() => took().length > 0);
  expect(refused()).toHaveLength(1);
  expect(took()).toHaveLength(1);
});
