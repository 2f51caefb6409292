import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Delivery, InspectedDelivery, Message, Room, Webhook } from '../../src/contract/index.ts';
import { until } from '../delivery/support.ts';
import { walk } from '../support/pages.ts';
import type { Receiver } from '../support/receiver.ts';
import { startServer, type Name, type TestServer } from '../support/server.ts';
import { newestEvent } from './support.ts';

interface Scene {
  server: TestServer;
  room: Room;
  receiver: Receiver;
  webhook: Webhook;
}

/** Alice's webhook for the messages of a room with Bob. */
async function scene(settings: Partial<Webhook> = {}): Promise<Scene> {
  const server = await startServer();
  const room = await server.room('Demo', 'alice', 'bob');
  const receiver = await server.receiver();
  return { server, room, receiver, webhook: await server.webhook('alice', receiver, settings) };
}

async function list(server: TestServer, query: Record<string, string> = {}, as: Name = 'alice'): Promise<Delivery[]> {
  const path = `/hearth/v1/deliveries?${new URLSearchParams(query).toString()}`;
  return (await walk<Delivery>(server.as(as), path)).flat();
}

function get(server: TestServer, id: string, as: Name = 'alice'): Promise<InspectedDelivery> {
  return server.as(as).ok<InspectedDelivery>('GET', `/hearth/v1/deliveries/${id}`);
}

async function onlyId(server: TestServer): Promise<string> {
  const [delivery] = await list(server);
  return delivery?.id ?? expect.unreachable('there is no delivery');
}

describe('the list', () => {
  test('narrows by everything that is known of a delivery', async () => {
    const { server, room, receiver } = await scene({ resource: 'all', event: 'all' });
    const others = await server.receiver();
    const second = await server.webhook('alice', others, {});
    // All of it within the five seconds before the first retry.
    const post = async (text: string, status: number) => {
      receiver.answer = status;
      const message = await server.as('bob').say(room, text);
      await server.settled();
      server.clock.advance(1_000);
      return message;
    };
    const [good, bad, gone] = [await post('good', 200), await post('bad', 500), await post('gone', 410)];
    await server.as('bob').ok('DELETE', `/v1/messages/${good.id}`);
    await server.as('alice').ok('PUT', `/v1/rooms/${room.id}`, { title: 'Renamed' });
    await server.settled();

    const posted = new Map(Object.entries({ good, bad, gone }).map(([name, { id }]) => [id, name]));
    /** The number of the webhook, what it is about, and what became of it; on pages of one and of many. */
    async function told(query: Record<string, string>): Promise<string[]> {
      const found = await list(server, query);
      expect(await list(server, { ...query, max: '1' })).toEqual(found);
      const lines: string[] = [];
      for (const { id, webhookId, event, state, status } of found) {
        const { attemptLog } = await get(server, id);
        const { data } = JSON.parse(attemptLog[0]?.request?.body ?? '') as { data: { id: string } };
        const about = posted.get(data.id) ?? event.resource;
        lines.push(`${webhookId === second.id ? 2 : 1} ${about} ${event.event} ${state} ${status}`);
      }
      return lines;
    }
    const [renamed, deleted, gone2, gone1, bad2, bad1, good2, good1] = [
      '1 rooms updated failed 410',
      '1 good deleted failed 410',
      '2 gone created delivered 200',
      '1 gone created failed 410',
      '2 bad created delivered 200',
      '1 bad created waiting 500',
      '2 good created delivered 200',
      '1 good created delivered 200',
    ] as const;
    const all = [renamed, deleted, gone2, gone1, bad2, bad1, good2, good1];

    expect(await told({})).toEqual(all);
    expect(await told({ webhookId: second.id })).toEqual([gone2, bad2, good2]);
    expect(await told({ state: 'failed' })).toEqual([renamed, deleted, gone1]);
    expect(await told({ state: 'waiting' })).toEqual([bad1]);
    expect(await told({ state: 'failed,waiting,dropped' })).toEqual([renamed, deleted, gone1, bad1]);
    expect(await told({ state: 'waiting,delivered' })).toEqual([gone2, bad2, bad1, good2, good1]);
    expect(await told({ status: '410' })).toEqual([renamed, deleted, gone1]);
    expect(await told({ status: '5xx' })).toEqual([bad1]);
    expect(await told({ status: '3xx' })).toEqual([]);
    expect(await told({ messageId: good.id })).toEqual([deleted, good2, good1]);
    expect(await told({ messageId: bad.id, state: 'delivered' })).toEqual([bad2]);
    expect(await told({ resource: 'rooms' })).toEqual([renamed]);
    expect(await told({ resource: 'messages', event: 'deleted' })).toEqual([deleted]);
    expect(await told({ eventId: await newestEvent(server, 'rooms', 'updated') })).toEqual([renamed]);
    expect(await told({ since: '2016-07-19T12:00:02Z' })).toEqual([renamed, deleted, gone2, gone1]);
    expect(await told({ since: '2016-07-19T12:00:01Z', until: '2016-07-19T12:00:02Z' })).toEqual([bad2, bad1]);
    expect(await told({ until: '2016-07-19T12:00:00Z' })).toEqual([]);
    expect(await told({ since: '2017-01-01T00:00:00Z' })).toEqual([]);
    expect(await told({ replayId: 'none' })).toEqual([]);
    expect(await told({ eventId: 'none' })).toEqual([]);
    expect(await list(server, {}, 'bob')).toEqual([]);
  });

  test('neither repeats nor skips anything while new deliveries come in', async () => {
    const { server, room, receiver } = await scene();
    await server.webhook('alice', receiver, {});
    for (let at = 0; at < 6; at++) await server.as('bob').say(room, `message ${at}`);
    await server.settled();
    const before = await list(server);
    expect(before).toHaveLength(12);
    const pages = await walk<Delivery>(server.as('alice'), '/hearth/v1/deliveries?max=5', async () => {
      await server.as('bob').say(room, 'meanwhile');
      await server.settled();
    });
    expect(pages.flat()).toEqual(before);
  });

  test('a page looks at so many deliveries and no more, and says where to go on', async () => {
    const { server, room, webhook } = await scene();
    await server.as('bob').say(room, 'the one that is looked for');
    await server.settled();
    await server.app.db.write(async ({ query }) => {
      await sql`update deliveries set "lastStatus" = 299`.execute(query);
      await sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < 25000)
        insert into events (uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
        select 'e' || i, 'messages', 'created', '', '', '', '{}', '{}', 0 from n`.execute(query);
      await sql`insert into deliveries ("eventId", "webhookId", state, attempts, "lastStatus", change, "createdAt")
        select id, 1, 'delivered', 1, 200, 1, 0 from events where uuid like 'e%'`.execute(query);
    });
    const path = `/hearth/v1/deliveries?webhookId=${webhook.id}&status=299`;
    const pages = await walk<Delivery>(server.as('alice'), path);
    expect(pages.map((page) => page.length)).toEqual([0, 0, 1]);
  });

  test.each([
    ['state=done', 'state must be one or several of waiting, delivered, failed, dropped.'],
    ['state=failed,', 'state must be one or several of waiting, delivered, failed, dropped.'],
    ['status=6xx', 'status must be a status such as 404, or a class such as 5xx.'],
    ['status=50', 'status must be a status such as 404, or a class such as 5xx.'],
    ['webhookId=x', 'Expect base64 ID or UUID.'],
    ['messageId=x', 'Expect base64 ID or UUID.'],
    ['since=yesterday', 'since is not a valid datetime.'],
    ['cursor=x', 'The cursor is not one this server gave out.'],
  ])('?%s is refused', async (query, message) => {
    const { server } = await scene();
    const answer = await server.as('alice').get(`/hearth/v1/deliveries?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { message } });
  });
});

describe('one delivery', () => {
  test('has every attempt with exactly what went over the wire', async () => {
    const { server, room, receiver, webhook } = await scene({ secret: 's' });
    receiver.answer = (response) => void response.writeHead(500, { 'content-type': 'text/plain' }).end('not now');
    await server.as('bob').say(room, 'hello');
    const first = await receiver.next();
    await server.settled();
    // The bytes stay those of the first attempt, whatever the webhook is called by then (WH-20).
    await server.as('alice').ok('PUT', `/v1/webhooks/${webhook.id}`, { name: 'renamed' });
    receiver.answer = (response) => {
      response.writeHead(202, { 'set-cookie': 'a=b', 'x-api-key': 'k' }).end(Buffer.from([0xff, 0xfe]));
    };
    server.clock.advance(5_000);
    const second = await receiver.next();
    const id = await onlyId(server);
    await until(async () => (await get(server, id)).state === 'delivered');

    const delivery = await get(server, id);
    expect(delivery).toMatchObject({
      id: first.headers['x-hearth-delivery-id'],
      webhookId: webhook.id,
      event: { id: id.slice(0, 36), resource: 'messages', event: 'created', created: '2016-07-19T12:00:00.000Z' },
      state: 'delivered',
      attempts: 2,
      status: 202,
    });
    expect(String(delivery.event.sequence)).toBe(first.headers['x-hearth-sequence']);
    expect(delivery).not.toHaveProperty('reason');
    expect(delivery.attemptLog).toMatchObject([
      {
        number: 1,
        started: '2016-07-19T12:00:00.000Z',
        status: 500,
        error: 'The receiver answered 500.',
        response: { body: 'not now', truncated: false },
      },
      {
        number: 2,
        started: '2016-07-19T12:00:05.000Z',
        status: 202,
        response: {
          headers: { 'set-cookie': '[redacted]', 'x-api-key': '[redacted]' },
          bodyBase64: '//4=',
          truncated: false,
        },
      },
    ]);
    for (const [at, received] of [first, second].entries()) {
      const { request, timings } = delivery.attemptLog[at] ?? expect.unreachable();
      expect(request).toEqual({ url: receiver.url, headers: received.headers, body: received.body });
      expect(timings).toHaveProperty('totalMs');
    }
    expect(second.body).toBe(first.body);
  });

  test('an attempt that was not answered has no response; what waits has its time', async () => {
    const { server, room } = await scene({ targetUrl: 'http://127.0.0.1:1/' });
    await server.as('bob').say(room, 'hello');
    await server.settled();
    const delivery = await get(server, await onlyId(server));
    expect(delivery).toMatchObject({
      state: 'waiting',
      reason: 'The receiver refused the connection.',
      nextAttempt: '2016-07-19T12:00:05.000Z',
    });
    const [attempt] = delivery.attemptLog;
    expect(attempt).toMatchObject({ number: 1, error: 'The receiver refused the connection.' });
    expect(attempt).not.toHaveProperty('response');
    expect(attempt).not.toHaveProperty('status');
  });

  test('a body that was cut says so', async () => {
    const { server, room, receiver } = await scene();
    receiver.answer = (response) => void response.writeHead(200).end('x'.repeat(20_000));
    await server.as('bob').say(room, 'hello');
    await server.settled();
    const { attemptLog } = await get(server, await onlyId(server));
    expect(attemptLog[0]?.response).toMatchObject({ body: 'x'.repeat(16_384), truncated: true });
  });

  test("is its owner's, and an administrator's of the owner's organization; to others it is not there", async () => {
    const { server, room, receiver } = await scene();
    const webhook = await server.webhook('bob', receiver, {});
    await server.as('bob').say(room, 'hello');
    await server.settled();
    const [delivery] = await list(server, {}, 'bob');
    const id = delivery?.id ?? '';
    expect(await get(server, id, 'alice')).toEqual(await get(server, id, 'bob'));
    expect(await list(server, { webhookId: webhook.id }, 'alice')).toEqual([delivery]);
    for (const name of ['dave', 'eve'] as const) {
      for (const path of [`/hearth/v1/deliveries/${id}`, `/hearth/v1/deliveries?webhookId=${webhook.id}`]) {
        expect(await server.as(name).get(path)).toMatchObject({ status: 404 });
      }
      expect(await server.as(name).post(`/hearth/v1/deliveries/${id}/resend`, {})).toMatchObject({ status: 404 });
    }
    for (const unknown of ['x', `${id}0`, id.replace(/^./, '9')]) {
      const answer = await server.as('alice').get(`/hearth/v1/deliveries/${unknown}`);
      expect(answer).toMatchObject({ status: 404, body: { message: 'Could not find a delivery with provided ID.' } });
    }
  });
});

describe('sending again', () => {
  test('what was delivered comes once more, with the same id and bytes, as the next attempt', async () => {
    const { server, room, receiver } = await scene({ secret: 's' });
    await server.as('bob').say(room, 'hello');
    const first = await receiver.next();
    await server.settled();
    const id = await onlyId(server);
    server.clock.advance(1_000);
    const answer = await server.as('alice').ok<Delivery>('POST', `/hearth/v1/deliveries/${id}/resend`);
    expect(answer).toMatchObject({ id, state: 'waiting', attempts: 1, nextAttempt: '2016-07-19T12:00:01.000Z' });

    const again = await receiver.next();
    expect(again.body).toBe(first.body);
    expect(again.headers).toMatchObject({ 'x-hearth-delivery-id': id, 'x-hearth-attempt': '2' });
    await until(async () => (await get(server, id)).state === 'delivered');
    const { attempts, attemptLog } = await get(server, id);
    expect(attempts).toBe(2);
    expect(attemptLog.map(({ number, status, request }) => [number, status, request?.headers])).toEqual([
      [1, 200, first.headers],
      [2, 200, again.headers],
    ]);
  });

  test('what was given up begins its schedule anew', async () => {
    const { server, room, receiver } = await scene();
    receiver.answer = 410;
    await server.as('bob').say(room, 'hello');
    await receiver.next();
    await server.settled();
    const id = await onlyId(server);
    receiver.answer = 500;
    await server.as('alice').ok('POST', `/hearth/v1/deliveries/${id}/resend`);
    await receiver.next();
    await until(async () => (await get(server, id)).attempts === 2);
    expect(await get(server, id)).toMatchObject({ state: 'waiting', nextAttempt: '2016-07-19T12:00:05.000Z' });
    receiver.answer = 200;
    server.clock.advance(5_000);
    expect((await receiver.next()).headers['x-hearth-attempt']).toBe('3');
    await until(async () => (await get(server, id)).state === 'delivered');
    expect((await get(server, id)).attemptLog.map(({ number, status }) => [number, status])).toEqual([
      [1, 410],
      [2, 500],
      [3, 200],
    ]);
  });

  test('what waits is left alone, and so is an inactive webhook', async () => {
    const { server, room, receiver, webhook } = await scene();
    receiver.answer = 500;
    await server.as('bob').say(room, 'hello');
    await server.settled();
    const id = await onlyId(server);
    const resend = () => server.as('alice').post(`/hearth/v1/deliveries/${id}/resend`, {});
    expect(await resend()).toMatchObject({ status: 409, body: { message: expect.stringMatching(/waits/) } });

    await server.app.db.write((tx) => tx.query.updateTable('deliveries').set({ state: 'failed' }).execute());
    await server.app.db.write((tx) => tx.query.updateTable('webhooks').set({ status: 'inactive' }).execute());
    await server.restart();
    expect(await resend()).toMatchObject({ status: 409, body: { message: expect.stringMatching(/inactive/) } });
    expect(await server.as('alice').ok<Webhook>('GET', `/v1/webhooks/${webhook.id}`)).toMatchObject({
      status: 'inactive',
    });
    expect(receiver.received).toHaveLength(1);
  });

  test('is a change that those who follow deliveries see', async () => {
    const { server, room } = await scene();
    await server.as('bob').ok<Message>('POST', '/v1/messages', { roomId: room.id, text: 'hello' });
    await server.settled();
    const changes = async () =>
      (await server.app.db.reader.query.selectFrom('deliveries').select('change').execute())[0];
    const before = await changes();
    await server.as('alice').ok('POST', `/hearth/v1/deliveries/${await onlyId(server)}/resend`);
    expect((await changes())?.change).toBeGreaterThan(before?.change ?? Infinity);
  });
});
