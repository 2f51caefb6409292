import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Message, Notice, Room } from '../../src/contract/index.ts';
import { publicId } from '../../src/core/ids.ts';
import { tokenOf } from '../support/people-and-options.ts';
import { Client } from '../support/server.ts';

const KILLS = 50;
const SLOTS = 48;
const POSTERS = 16;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-kill-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** One notice as the receiver saw it, and in which life of the server. */
interface Arrival {
  life: number;
  webhookId: string;
  messageId: string;
  deliveryId: string;
}

test(
  `killed ${KILLS} times under load: nothing answered is lost, nothing matched is left out, repetitions are bounded`,
  { timeout: 300_000 },
  async () => {
    const arrivals: Arrival[] = [];
    let life = 0;
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const notice = JSON.parse(Buffer.concat(chunks).toString()) as Notice;
        const deliveryId = String(request.headers['x-hearth-delivery-id']);
        arrivals.push({ life, webhookId: notice.id, messageId: notice.data.id, deliveryId });
        // Some answers take a while, so that kills find requests in flight.
        setTimeout(() => response.writeHead(200).end(), Math.random() * 10);
      });
    }).listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    const targetUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

    let server = await start(0);
    const { port } = server;
    const alice = new Client(() => `http://127.0.0.1:${port}`, tokenOf('alice'));
    const room = await alice.ok<Room>('POST', '/v1/rooms', { title: 'Under fire' });
    for (const name of ['one', 'two']) {
      await alice.ok('POST', '/v1/webhooks', {
        name,
        targetUrl,
        resource: 'messages',
        event: 'created',
        filter: `roomId=${room.id}`,
      });
    }

    const answered = new Set<string>();
    const stop = new AbortController();
    const posters = Array.from({ length: POSTERS }, () => post(alice, room, answered, stop.signal));
    for (let kill = 0; kill < KILLS; kill++) {
      await passed(Math.random() * 250);
      server.process.kill('SIGKILL');
      await once(server.process, 'exit');
      life += 1;
      server = await start(port);
    }
    stop.abort();
    await Promise.all(posters);

    // Everything that was stored by then is delivered by the last life of the server.
    const stored = await settled();
    const storedIds = new Set(stored.map((uuid) => publicId('MESSAGE', uuid)));
    expect(answered.size).toBeGreaterThan(KILLS);
    expect(
      [...answered].filter((id) => !storedIds.has(id)),
      'answered, and not stored',
    ).toEqual([]);
    for (const id of [...answered].slice(-20)) await alice.ok<Message>('GET', `/v1/messages/${id}`);
    expect(
      arrivals.filter(({ messageId }) => !storedIds.has(messageId)),
      'delivered, and not stored',
    ).toEqual([]);

    const byDelivery = Map.groupBy(arrivals, ({ webhookId, messageId }) => `${webhookId} ${messageId}`);
    expect(byDelivery.size, 'each stored message reached both webhooks').toBe(2 * storedIds.size);
    expect(
      [...byDelivery.values()].filter((list) => new Set(list.map(({ deliveryId }) => deliveryId)).size > 1),
    ).toEqual([]);
    const repetitions = [...byDelivery.values()].flatMap((list) => list.slice(1));
    const worst = Math.max(
      0,
      ...Map.groupBy(repetitions, (arrival) => arrival.life)
        .values()
        .map((list) => list.length),
    );
    expect(worst, 'repetitions after one kill').toBeLessThanOrEqual(SLOTS);
    console.info(
      `${answered.size} answered, ${storedIds.size} stored, ${arrivals.length} arrivals, ${repetitions.length} repeated, at most ${worst} after one kill`,
    );

    server.process.kill('SIGKILL');
    await once(server.process, 'exit');
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

/** Posts one message after the other; whatever fails while the server is down is no answer. */
async function post(client: Client, room: Room, answered: Set<string>, signal: AbortSignal): Promise<void> {
  for (let at = 0; !signal.aborted; at++) {
    try {
      const { status, body } = await client.post<Message>('/v1/messages', { roomId: room.id, text: `number ${at}` });
      if (status === 200) answered.add(body.id);
    } catch {
      await passed(5);
    }
  }
}

/** The UUIDs of all stored messages, once every event is settled and no delivery waits. */
async function settled(): Promise<string[]> {
  const db = new DatabaseSync(path.join(folder, 'hearth.db'), { readOnly: true });
  const open =
    db.prepare(`select (select max(id) from events) > (select position from logPositions where consumer = 'delivery')
    or exists (select 1 from deliveries where state = 'waiting') as open`);
  while (open.get()?.['open'] === 1) await passed(20);
  const rows = db.prepare('select uuid from messages').all();
  db.close();
  return rows.map(({ uuid }) => String(uuid));
}

/** The moment of a kill is what this test is about: it has to be one of real time. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
