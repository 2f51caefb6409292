import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Replay, Room, Webhook } from '../../src/contract/index.ts';
import { tokenOf } from '../support/people-and-options.ts';
import { Client } from '../support/server.ts';

const KILLS = 8;
const SLOTS = 48;
const GIVEN_UP = 4_000;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-replay-'));
});
afterAll(() => rm(folder, { recursive: true }));

test(
  `killed ${KILLS} times in the middle of a replay: nothing is left out, its counts are right, repetitions are bounded`,
  { timeout: 120_000 },
  async () => {
    let life = 0;
    const arrivals = new Map<string, number[]>();
    const receiver = createServer((request, response) => {
      const id = String(request.headers['x-hearth-delivery-id']);
      arrivals.set(id, [...(arrivals.get(id) ?? []), life]);
      request.resume();
      // Some answers take a while, so that kills find requests in flight.
      setTimeout(() => response.writeHead(200).end(), Math.random() * 10);
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const targetUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

    let server = await start(0);
    const { port } = server;
    const alice = new Client(() => `http://127.0.0.1:${port}`, tokenOf('alice'));
    const room = await alice.ok<Room>('POST', '/v1/rooms', { title: 'Under fire' });
    const wanted = { name: 'one', targetUrl, resource: 'messages', event: 'created' };
    const { id: webhookId } = await alice.ok<Webhook>('POST', '/v1/webhooks', wanted);
    await alice.say(room, 'delivered');
    await kill(server);
    giveUpLikeTheNewest();

    server = await start(port);
    const { id, total } = await alice.ok<Replay>('POST', '/hearth/v1/replays', { webhookId });
    expect(total).toBe(GIVEN_UP);
    let found: Replay | undefined;
    for (let at = 0; at < KILLS; at++) {
      await passed(100 + Math.random() * 100);
      await kill(server);
      life += 1;
      server = await start(port);
      found = await alice.ok<Replay>('GET', `/hearth/v1/replays/${id}`);
    }
    const middle = found?.state;
    while (found?.state !== 'completed') {
      await passed(20);
      found = await alice.ok<Replay>('GET', `/hearth/v1/replays/${id}`);
    }

    expect(found).toMatchObject({ replayed: GIVEN_UP, delivered: GIVEN_UP, failed: 0, waiting: 0 });
    const replayed = [...arrivals].filter(([delivery]) => delivery.startsWith('00000000-'));
    expect(replayed).toHaveLength(GIVEN_UP);
    const repeated = replayed.flatMap(([, lives]) => lives.slice(1));
    const worst = Math.max(0, ...[...Map.groupBy(repeated, (of) => of).values()].map((list) => list.length));
    expect(worst, 'repetitions after one kill').toBeLessThanOrEqual(SLOTS);
    console.info(`${middle} after the last kill; ${repeated.length} repeated, at most ${worst} after one kill`);

    await kill(server);
    receiver.closeAllConnections();
    receiver.close();
  },
);

async function start(port: number): Promise<{ process: ChildProcess; port: number }> {
  const child = fork(path.join(import.meta.dirname, 'server.ts'), [folder, String(port), String(SLOTS)], {
    stdio: 'inherit',
  });
  const [listening] = (await once(child, 'message')) as [number];
  return { process: child, port: listening };
}

async function kill(server: { process: ChildProcess }): Promise<void> {
  server.process.kill('SIGKILL');
  await once(server.process, 'exit');
}

/** So many more events like the newest one, whose deliveries were given up. */
function giveUpLikeTheNewest(): void {
  const db = new DatabaseSync(path.join(folder, 'hearth.db'));
  db.exec(`
    create temporary table model as select * from events order by id desc limit 1;
    with recursive number as (select 1 as n union all select n + 1 from number where n < ${GIVEN_UP})
      insert into events (uuid, resource, event, "actorUuid", "roomUuid", "orgUuid", facts, data, "createdAt")
      select printf('00000000-0000-7000-8000-%012x', n), resource, event, "actorUuid", "roomUuid", "orgUuid", facts,
        data, "createdAt" from number, model order by n;
    insert into deliveries ("eventId", "webhookId", state, reason, attempts, change, "createdAt")
      select id, 1, 'failed', 'The receiver answered 410.', 9, id, "createdAt" from events
      where uuid like '00000000-%';`);
  db.close();
}

/** The moment of a kill is what this test is about: it has to be one of real time. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
