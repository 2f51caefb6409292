import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { Delivery, EnabledWebhook, InspectedWebhook, RotatedSecret, Webhook } from '../../src/contract/index.ts';
import { until } from '../delivery/support.ts';
import { walk } from '../support/pages.ts';
import { startServer, type Adjust, type TestServer } from '../support/server.ts';

const body = { name: 'w', targetUrl: 'http://127.0.0.1:1/', resource: 'messages', event: 'created' };

async function healthOf(server: TestServer, id: string): Promise<InspectedWebhook['health']> {
  return (await server.as('alice').ok<InspectedWebhook>('GET', `/hearth/v1/webhooks/${id}`)).health;
}

const disablingAfter =
  (failures: number): Adjust =>
  (options) => ({ ...options, delivery: { ...options.delivery, disabling: { failures, windowMs: 60_000 } } });

const idle = {
  pending: 0,
  queued: 0,
  inFlight: 0,
  failures: { inWindow: 0, limit: 100, windowSeconds: 300 },
};

describe('the object', () => {
  test('is the webhook without its secret, with what Webex has no word for', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const made = await alice.ok<InspectedWebhook>('POST', '/hearth/v1/webhooks', {
      ...body,
      secret: 's',
      ordering: 'room',
    });
    const { secret: _, ...plain } = await alice.ok<Webhook>('GET', `/v1/webhooks/${made.id}`);
    expect(made).toEqual({ ...plain, ordering: 'room', signed: true, health: idle });
    expect(await alice.ok('GET', `/hearth/v1/webhooks/${made.id}`)).toEqual(made);
    expect(await alice.ok('GET', '/hearth/v1/webhooks')).toEqual({ items: [made] });

    const changed = await alice.ok('PUT', `/hearth/v1/webhooks/${made.id}`, { ordering: 'none' });
    expect(changed).toEqual({ ...made, ordering: 'none' });
  });

  test('may ask for what becomes of webhooks, which only this API knows', async () => {
    const server = await startServer();
    const wanted = { ...body, resource: 'webhooks', event: 'updated' };
    expect(await server.as('alice').post('/v1/webhooks', wanted)).toMatchObject({ status: 400 });
    expect(await server.as('alice').ok('POST', '/hearth/v1/webhooks', wanted)).toMatchObject({
      resource: 'webhooks',
      ordering: 'none',
      signed: false,
    });
  });

  test.each<[string, string, object, string]>([
    ['POST', '', { ...body, ordering: 'any' }, 'ordering must be none or room.'],
    ['PUT', '/{id}', {}, 'ordering must be none or room.'],
    ['POST', '/{id}/secret', { secret: '' }, 'secret cannot be empty.'],
    ['POST', '/{id}/secret', { overlapSeconds: -1 }, 'overlapSeconds must be a whole number from 0 to 604800.'],
    ['POST', '/{id}/secret', { overlapSeconds: 604_801 }, 'overlapSeconds must be a whole number from 0 to 604800.'],
    ['POST', '/{id}/secret', { overlapSeconds: '1h' }, 'overlapSeconds must be a whole number from 0 to 604800.'],
    ['POST', '/{id}/enable', { replay: 'all' }, 'replay must be none or since-disabled.'],
    ['GET', '?of=everybody', {}, 'of must be me or organization.'],
  ])('%s /hearth/v1/webhooks%s with %j is refused', async (method, path, wrong, message) => {
    const server = await startServer();
    const { id } = await server.as('alice').ok<Webhook>('POST', '/v1/webhooks', body);
    const url = `/hearth/v1/webhooks${path.replace('{id}', id)}`;
    const answer = await server.as('alice').call(method, url, method === 'GET' ? undefined : wrong);
    expect(answer).toMatchObject({ status: 400, body: { message } });
  });
});

describe('health', () => {
  test('tells what waits, what is out, what went well and what did not', async () => {
    const server = await startServer((options) => ({
      ...options,
      delivery: { ...options.delivery, limits: { ...options.delivery.limits, perWebhook: 1 } },
    }));
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    const { id } = await server.webhook('alice', receiver, {});

    receiver.answer = 204;
    await server.as('bob').say(room, 'goes well');
    await server.settled();
    const at = '2016-07-19T12:00:00.000Z';
    expect(await healthOf(server, id)).toEqual({ ...idle, lastSuccess: { at, status: 204 } });

    server.clock.advance(1_000);
    receiver.answer = 503;
    await server.as('bob').say(room, 'goes wrong');
    await server.settled();
    const after = {
      ...idle,
      pending: 1,
      failures: { ...idle.failures, inWindow: 1 },
      lastSuccess: { at, status: 204 },
      lastError: { at: '2016-07-19T12:00:01.000Z', status: 503, reason: 'The receiver answered 503.' },
      nextAttempt: '2016-07-19T12:00:06.000Z',
    };
    expect(await healthOf(server, id)).toEqual(after);

    // What was in memory is read from the store.
    await server.restart();
    expect(await healthOf(server, id)).toEqual(after);

    let answer = () => {};
    receiver.answer = (response) => {
      answer = () => void response.writeHead(200).end();
    };
    await server.as('bob').say(room, 'is out');
    await server.as('bob').say(room, 'is next');
    await until(async () => (await healthOf(server, id)).queued === 1);
    expect(await healthOf(server, id)).toEqual({ ...after, queued: 1, inFlight: 1 });
    receiver.answer = 200;
    answer();
    await server.settled();
  });

  test('an attempt that was never answered has no status', async () => {
    const server = await startServer();
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    const { id } = await server.webhook('alice', receiver, { targetUrl: 'http://127.0.0.1:1/' });
    await server.as('bob').say(room, 'hello');
    await server.settled();
    const reason = 'The receiver refused the connection.';
    expect((await healthOf(server, id)).lastError).toEqual({ at: '2016-07-19T12:00:00.000Z', reason });
    await server.restart();
    expect((await healthOf(server, id)).lastError).toEqual({ at: '2016-07-19T12:00:00.000Z', reason });
  });

  test('counts what waits up to a limit, and says when there is more', async () => {
    const server = await startServer();
    const receiver = await server.receiver();
    const { id } = await server.webhook('alice', receiver, {});
    await server.app.db.write((tx) =>
      sql`with recursive n (i) as (select 1 union all select i + 1 from n where i < 10001)
        insert into deliveries ("eventId", "webhookId", state, untried, attempts, "dueAt", change, "createdAt")
        select 1000 + i, 1, 'waiting', i % 2, 1 - i % 2, ${server.clock.now() + 60_000}, i, 0 from n`.execute(tx.query),
    );
    expect(await healthOf(server, id)).toMatchObject({ pending: 10_000, morePending: true });
    await server.app.db.write((tx) => tx.query.deleteFrom('deliveries').where('eventId', '=', 1001).execute());
    expect(await healthOf(server, id)).not.toHaveProperty('morePending');
  });

  test('a webhook that was disabled says when and why, has no next attempt, and can be enabled', async () => {
    const server = await startServer(disablingAfter(1));
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    receiver.answer = 500;
    const { id } = await server.webhook('alice', receiver, {});
    await server.as('bob').say(room, 'goes wrong');
    await until(async () => (await healthOf(server, id)).disabled !== undefined);
    const health = await healthOf(server, id);
    expect(health).toMatchObject({ pending: 1, disabled: { at: '2016-07-19T12:00:00.000Z' } });
    expect(health.disabled?.reason).toMatch(/The receiver answered 500/);
    expect(health).not.toHaveProperty('nextAttempt');

    receiver.answer = 200;
    server.clock.advance(61_000);
    const enabled = await server.as('alice').ok<InspectedWebhook>('POST', `/hearth/v1/webhooks/${id}/enable`, {});
    expect(enabled).toMatchObject({ id, status: 'active' });
    expect(enabled.health).not.toHaveProperty('disabled');
    expect(enabled).not.toHaveProperty('replayId');
    await receiver.take(2);
  });

  test('what it has missed while it was disabled comes when that is asked for', async () => {
    const server = await startServer(disablingAfter(1));
    const alice = server.as('alice');
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    receiver.answer = 410;
    // The direct message that tells the owner would be missed as well.
    const { id } = await server.webhook('alice', receiver, { filter: 'roomType=group' });
    await server.as('bob').say(room, 'goes wrong');
    await until(async () => (await healthOf(server, id)).disabled !== undefined);
    const missed = await server.as('bob').say(room, 'is missed');
    await server.settled();

    receiver.answer = 200;
    server.clock.advance(61_000);
    const path = `/hearth/v1/webhooks/${id}/enable`;
    const { replayId, status } = await alice.ok<EnabledWebhook>('POST', path, { replay: 'since-disabled' });
    expect(status).toBe('active');
    const [, notice] = await receiver.take(2);
    expect(notice?.notice.data.id).toBe(missed.id);
    const brought = () => alice.ok<{ items: Delivery[] }>('GET', `/hearth/v1/deliveries?replayId=${replayId}`);
    await until(async () => (await brought()).items[0]?.state === 'delivered');
    expect((await brought()).items).toMatchObject([{ webhookId: id, replayId, attempts: 1 }]);
    // It reaches up to the event that tells of the webhook being active: nothing falls between the two.
    const switched = await server.app.db.reader.query
      .selectFrom('events')
      .select((eb) => eb.fn.max('id').as('id'))
      .where('resource', '=', 'webhooks')
      .executeTakeFirst();
    expect(await alice.ok('GET', `/hearth/v1/replays/${replayId}`)).toMatchObject({ untilSequence: switched?.id });
  });

  test('another replay that is not finished stands in the way, and nothing is changed', async () => {
    const server = await startServer(disablingAfter(1));
    const alice = server.as('alice');
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    receiver.answer = 410;
    const { id } = await server.webhook('alice', receiver, { filter: 'roomType=group' });
    await server.as('bob').say(room, 'goes wrong');
    await until(async () => (await healthOf(server, id)).disabled !== undefined);
    await alice.ok('POST', '/hearth/v1/replays', { webhookId: id });
    const answer = await alice.post(`/hearth/v1/webhooks/${id}/enable`, { replay: 'since-disabled' });
    expect(answer).toMatchObject({
      status: 409,
      body: { message: 'The webhook has a replay that is not finished: wait for it to end, or cancel it.' },
    });
    expect(await alice.ok('GET', `/v1/webhooks/${id}`)).toMatchObject({ status: 'inactive' });
  });
});

describe('a new secret', () => {
  test('takes over from the former one, which signs beside it for a while', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const room = await server.room('Demo', 'alice', 'bob');
    const receiver = await server.receiver();
    const { id } = await server.webhook('alice', receiver, { secret: 'former' });
    const rotated = await alice.ok<RotatedSecret>('POST', `/hearth/v1/webhooks/${id}/secret`, {
      secret: 'new',
      overlapSeconds: 60,
    });
    expect(rotated).toEqual({ secret: 'new', formerSecretUntil: '2016-07-19T12:01:00.000Z' });
    const shown = () => alice.ok<InspectedWebhook>('GET', `/hearth/v1/webhooks/${id}`);
    expect(await shown()).toMatchObject({ signed: true, formerSecretUntil: '2016-07-19T12:01:00.000Z' });
    expect(await alice.ok('GET', `/v1/webhooks/${id}`)).toMatchObject({ secret: 'new' });

    await server.as('bob').say(room, 'signed twice');
    const first = await receiver.next();
    const sign = (secret: string) => createHmac('sha1', secret).update(first.body).digest('hex');
    expect(first.headers['x-spark-signature']).toBe(sign('new'));
    expect(String(first.headers['webhook-signature']).split(' ')).toHaveLength(2);

    server.clock.advance(60_000);
    expect(await shown()).not.toHaveProperty('formerSecretUntil');
    await server.as('bob').say(room, 'signed once');
    expect(String((await receiver.next()).headers['webhook-signature']).split(' ')).toHaveLength(1);
  });

  test('is made when none is given, in the form of Standard Webhooks, and overlaps for a day', async () => {
    const server = await startServer();
    const alice = server.as('alice');
    const { id } = await alice.ok<Webhook>('POST', '/v1/webhooks', { ...body, secret: 'former' });
    const { secret, ...rest } = await alice.ok<RotatedSecret>('POST', `/hearth/v1/webhooks/${id}/secret`, {});
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(rest).toEqual({ formerSecretUntil: '2016-07-20T12:00:00.000Z' });
    const form = new URLSearchParams({ overlapSeconds: '0' }).toString();
    const again = await alice.call<RotatedSecret>('POST', `/hearth/v1/webhooks/${id}/secret`, form, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    expect(Object.keys(again.body)).toEqual(['secret']);
    expect(again.body.secret).not.toBe(secret);
  });
});

describe('who may look, and who may change', () => {
  test('administrators look at what their organization has; nobody else sees what is not their own', async () => {
    const server = await startServer();
    const bobs = await server.as('bob').ok<InspectedWebhook>('POST', '/hearth/v1/webhooks', { ...body, name: "Bob's" });
    const hers = await server.as('alice').ok<InspectedWebhook>('POST', '/hearth/v1/webhooks', body);
    await server.as('eve').ok('POST', '/hearth/v1/webhooks', body);

    expect(await server.as('alice').ok('GET', `/hearth/v1/webhooks/${bobs.id}`)).toEqual(bobs);
    expect(await server.as('alice').ok('GET', '/hearth/v1/webhooks?of=organization')).toEqual({ items: [hers, bobs] });
    expect(await server.as('alice').ok('GET', '/hearth/v1/webhooks')).toEqual({ items: [hers] });
    expect(await server.as('bob').get('/hearth/v1/webhooks?of=organization')).toMatchObject({ status: 403 });
    for (const name of ['dave', 'eve'] as const) {
      expect(await server.as(name).get(`/hearth/v1/webhooks/${bobs.id}`)).toMatchObject({ status: 404 });
    }
    for (const [method, path, change] of [
      ['PUT', '', { ordering: 'room' }],
      ['POST', '/secret', {}],
      ['POST', '/enable', {}],
    ] as const) {
      const answer = await server.as('alice').call(method, `/hearth/v1/webhooks/${bobs.id}${path}`, change);
      expect(answer, method + path).toMatchObject({ status: 404 });
    }
  });

  test('the list is paged, newest first', async () => {
    const server = await startServer();
    const bob = server.as('bob');
    const made: string[] = [];
    for (let at = 0; at < 5; at++) made.unshift((await bob.ok<Webhook>('POST', '/v1/webhooks', body)).id);
    const pages = await walk<Webhook>(bob, '/hearth/v1/webhooks?max=2');
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([made.slice(0, 2), made.slice(2, 4), made.slice(4)]);
    const all = await walk<Webhook>(server.as('alice'), '/hearth/v1/webhooks?max=3&of=organization');
    expect(all.flat().map(({ id }) => id)).toEqual(made);
  });
});
