import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Message, Room } from '../../src/contract/index.ts';
import { publicId } from '../../src/core/ids.ts';
import { deliveryId } from '../../src/delivery/delivery.ts';
import { tokenOf } from '../support/people-and-options.ts';
import { Client } from '../support/server.ts';
import { Arrivals } from './arrivals.ts';
import { points, type Point } from './faults.ts';

/** `HEARTH_KILLS=1000 npm test -- test/crash` kills that often; else as often as fits into the time, some at each point. */
const KILLS = Number(process.env['HEARTH_KILLS'] ?? 0);
/** So many on one store, which is then looked through. */
const KILLS_OF_A_ROUND = 100;
const rounds = Array.from({ length: Math.ceil(KILLS / KILLS_OF_A_ROUND) }, (_, at) =>
  Math.min(KILLS_OF_A_ROUND, KILLS - at * KILLS_OF_A_ROUND),
);
const SLICE_MS = 30_000;
const LEAST_KILLS = points.length * 2;
/** How long a server may take to come to its point before it is killed wherever it is. */
const PATIENCE_MS = 3_000;
const SLOTS = 48;
const POSTERS = 16;

let folder: string;
/** The server's present life: a failed test must not leave it behind. */
let alive: ChildProcess | undefined;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hearth-kill-'));
  lookedUpTo = 0;
});
afterEach(async () => {
  alive?.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

test.each(rounds.length > 0 ? rounds : [undefined])(
  'killed at every point under load: nothing answered is lost, nothing recorded is sent again, repetitions are bounded',
  { timeout: KILLS_OF_A_ROUND * 10_000 },
  async (most) => {
    await using arrivals = await Arrivals.start();
    let server = await start(0);
    const { port } = server;
    const alice = new Client(() => `http://127.0.0.1:${port}`, tokenOf('alice'));
    const room = await alice.ok<Room>('POST', '/v1/rooms', { title: 'Under fire' });
    const webhook = { targetUrl: arrivals.url, resource: 'messages', event: 'created', filter: `roomId=${room.id}` };
    for (const name of ['one', 'two']) await alice.ok('POST', '/v1/webhooks', { name, ...webhook });

    const answered = new Set<string>();
    const stop = new AbortController();
    const posters = Array.from({ length: POSTERS }, () => post(alice, room, answered, stop.signal));
    const kills = new Map<Point, number>();
    const startedAt = Date.now();
    const goesOn = (kill: number) =>
      most === undefined ? kill < LEAST_KILLS || Date.now() - startedAt < SLICE_MS : kill < most;
    for (let kill = 0; goesOn(kill); kill++) {
      await endOf(server);
      kills.set(server.point, (kills.get(server.point) ?? 0) + 1);
      arrivals.newLife(recordedAttempts());
      server = await start(port, points[kill % points.length]);
      arrivals.listening();
    }
    stop.abort();
    await endOf(server);
    arrivals.newLife(recordedAttempts());
    server = await start(port);
    await Promise.all(posters);

    // Everything that was stored by then is delivered by the last life of the server.
    const stored = new Set((await settled()).map((uuid) => publicId('MESSAGE', uuid)));
    expect(answered.size).toBeGreaterThan(kills.size);
    expect(
      [...answered].filter((id) => !stored.has(id)),
      'answered, and not stored',
    ).toEqual([]);
    for (const id of [...answered].slice(-20)) await alice.ok<Message>('GET', `/v1/messages/${id}`);
    const { all, repeated } = arrivals;
    expect(
      all.filter(({ messageId }) => !stored.has(messageId)),
      'delivered, and not stored',
    ).toEqual([]);
    expect(
      all.filter(({ wasRecorded }) => wasRecorded),
      'sent again although it was recorded',
    ).toEqual([]);
    const succeeded = new Set(
      all.filter(({ status }) => status === 200).map(({ webhookId, messageId }) => `${webhookId} ${messageId}`),
    );
    expect(succeeded.size, 'each stored message reached both webhooks').toBe(2 * stored.size);
    expect(new Set(all.map((arrival) => arrival.deliveryId)).size, 'one id for each').toBe(2 * stored.size);
    const worst = Math.max(
      0,
      ...Map.groupBy(repeated, ({ life }) => life)
        .values()
        .map((list) => list.length),
    );
    expect(worst, 'in flight at one kill, and repeated').toBeLessThanOrEqual(SLOTS);

    const total = [...kills.values()].reduce((sum, count) => sum + count, 0);
    console.info(
      `${total} kills (${[...kills].map(([point, count]) => `${count} ${point}`).join(', ')}): ${answered.size} answered, ` +
        `${stored.size} stored, ${all.length} requests, ${repeated.length} repeated, at most ${worst} after one kill; ` +
        `first request after listening: ${arrivals.restarts}`,
    );
  },
);

interface Running {
  process: ChildProcess;
  port: number;
  point: Point;
}

/** With a point other than `any moment` it ends itself there, after some passes. */
async function start(port: number, point: Point = 'any moment'): Promise<Running> {
  const passes = 1 + Math.floor(Math.random() * 150);
  const fault = point === 'any moment' ? [] : [point, String(passes)];
  const child = fork(path.join(import.meta.dirname, 'server.ts'), [folder, String(port), String(SLOTS), ...fault], {
    stdio: 'inherit',
  });
  alive = child;
  const listening = once(child, 'message') as Promise<[number]>;
  const ended = once(child, 'exit').then(() => [port]);
  // It may come to its point before it listens: there is work left from the life before.
  const [at = port] = await Promise.race([listening, ended]);
  return { process: child, port: at, point };
}

async function endOf({ process: child, point }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  const patience = setTimeout(() => child.kill('SIGKILL'), point === 'any moment' ? Math.random() * 250 : PATIENCE_MS);
  await ended;
  clearTimeout(patience);
}

/** Posts one message after the other; whatever fails while the server is down is no answer. */
async function post(client: Client, room: Room, answered: Set<string>, signal: AbortSignal): Promise<void> {
  for (let at = 0; !signal.aborted; at++) {
    try {
      const { status, body } = await client.post<Message>('/v1/messages', { roomId: room.id, text: `number ${at}` });
      if (status === 200) answered.add(body.id);
    } catch {
      // The server is down.
    }
    await passed(5);
  }
}

/** The last change of a delivery that was looked at. */
let lookedUpTo = 0;

/** Attempts that were put on record since the last look, as the receiver knows them: `delivery-id number`. */
function recordedAttempts(): string[] {
  const db = openStore();
  const rows = db
    .prepare(
      `select events.uuid, webhookId, number, change from deliveries join events on events.id = eventId
         join attempts on attempts.deliveryId = deliveries.id where change > :since
       union all select events.uuid, webhookId, attempts, change from deliveries join events on events.id = eventId
         where change > :since and state = 'delivered'`,
    )
    .all({ since: lookedUpTo });
  db.close();
  for (const { change } of rows) lookedUpTo = Math.max(lookedUpTo, Number(change));
  return rows.map((row) => `${deliveryId(String(row['uuid']), Number(row['webhookId']))} ${Number(row['number'])}`);
}

/** The UUIDs of all stored messages, once every event is settled and no delivery waits. */
async function settled(): Promise<string[]> {
  const db = openStore();
  const open =
    db.prepare(`select (select max(id) from events) > (select position from logPositions where consumer = 'delivery')
    or exists (select 1 from deliveries where state = 'waiting') as open`);
  while (open.get()?.['open'] === 1) await passed(20);
  const rows = db.prepare('select uuid from messages').all();
  db.close();
  return rows.map(({ uuid }) => String(uuid));
}

function openStore(): DatabaseSync {
  return new DatabaseSync(path.join(folder, 'hearth.db'), { readOnly: true, timeout: 5_000 });
}

/** The moment of a kill is what this test is about: it has to be one of real time. */
function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
