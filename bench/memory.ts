import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Child } from './child.ts';
import { now } from './clock.ts';
import type { Hearth, Memory } from './processes/hearth.ts';
import type { Load, Target } from './processes/load.ts';
import type { Receiver } from './processes/receiver.ts';
import type { SlowDrip } from './processes/slow-drip.ts';
import { messageTo, roomWithWebhooks } from './stage.ts';
import { addWaiting } from './waiting.ts';

const PER_SECOND = 100;
const WEBHOOKS = 1_000;
const WAITING = 1_000_000;
const REGISTERED = 100_000;

/** What a server held while messages came in, in MiB, and how soon it was there, in ms from the start of the process. */
interface Held {
  name: string;
  listeningAt: number;
  /** The first request to a receiver of what waited. */
  deliveringAt: number | undefined;
  /** One each second. */
  samples: Memory[];
  /** Alive in the heap at the end. */
  heap: number;
}

/**
 * Memory of the server while 100 messages a second come in for a webhook that works: on an empty store, on one with a
 * million deliveries that wait for a thousand webhooks, whose receivers never end an answer, and on one with 100,000
 * webhooks.
 */
export async function measureMemory(
  folder: string,
  { seconds, waitingSeconds }: { seconds: number; waitingSeconds: number },
  progress: (text: string) => void,
): Promise<string> {
  const [receiver, load, slowDrip] = await Promise.all([
    Child.start<Receiver>('./processes/receiver.ts'),
    Child.start<Load>('./processes/load.ts'),
    Child.start<SlowDrip>('./processes/slow-drip.ts'),
  ]);
  const file = path.join(folder, 'hearth.db');
  await empty(folder);
  const stage = { folder, load, slowDrip, seconds };
  const hookUrl = await receiver.ask('listen');
  const targets = await slowDrip.ask('listen', WEBHOOKS);

  progress('an empty store');
  const { token, roomId } = await prepare(folder, hookUrl);
  const held = [await run('empty', stage, token, roomId)];

  progress(`adding ${WAITING.toLocaleString('en')} deliveries that wait`);
  addWaiting(file, { rooms: 100, targets, deliveries: WAITING, now: Date.now() });
  progress('with these');
  held.push(await run('waiting', { ...stage, seconds: waitingSeconds }, token, roomId));
  const requests = await slowDrip.ask('requests');

  await empty(folder);
  const again = await prepare(folder, hookUrl);
  const elsewhere = Array.from({ length: REGISTERED }, (_, at) => `https://bot${at % WEBHOOKS}.example/hook/${at}`);
  addWaiting(file, { rooms: 10_000, targets: elsewhere, deliveries: 0, now: Date.now() });
  progress(`with ${REGISTERED.toLocaleString('en')} webhooks`);
  held.push(await run('registered', stage, again.token, again.roomId));

  await Promise.all([receiver, load, slowDrip].map((child) => child.end()));
  await empty(folder);
  return asText(held, requests);
}

/** A room whose messages one webhook hears of, and who posts there. */
async function prepare(folder: string, hookUrl: string): Promise<{ token: string; roomId: string }> {
  const hearth = await Child.start<Hearth>('./processes/hearth.ts', [folder]);
  const url = await hearth.ask('listen');
  const [token = '', listener = ''] = await hearth.ask('people', 'author', 'one');
  const roomId = await roomWithWebhooks(url, {
    author: token,
    listener: { name: 'one', token: listener },
    webhooks: 1,
    hookUrl,
  });
  await hearth.ask('close');
  await hearth.end();
  return { token, roomId };
}

interface Stage {
  folder: string;
  load: Child<Load>;
  slowDrip: Child<SlowDrip>;
  seconds: number;
}

async function run(
  name: string,
  { folder, load, slowDrip, seconds }: Stage,
  token: string,
  roomId: string,
): Promise<Held> {
  const startedAt = now();
  let deliveringAt: number | undefined;
  slowDrip.onNotice = () => (deliveringAt ??= now() - startedAt);
  const hearth = await Child.start<Hearth>('./processes/hearth.ts', [folder]);
  const url = await hearth.ask('listen');
  const listeningAt = now() - startedAt;

  const target: Target = messageTo(url, token, roomId);
  const samples: Memory[] = [];
  const loading = keepLoading(load, target, seconds);
  for (let second = 0; second < seconds; second++) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    samples.push(await hearth.ask('memory'));
  }
  const failed = await loading;
  if (failed > 0) throw new Error(`${failed} messages were refused: the figures would mean nothing.`);
  const heap = await hearth.ask('heap');
  await hearth.ask('close');
  await hearth.end();
  return { name, listeningAt, deliveringAt, samples, heap };
}

/** Over new connections now and then: the server closes those that have nothing to do. Answers how many requests failed. */
async function keepLoading(load: Child<Load>, target: Target, seconds: number): Promise<number> {
  let failed = 0;
  for (let left = seconds; left > 0; left -= 10) {
    const pace = { clients: 16, seconds: Math.min(10, left), perSecond: PER_SECOND };
    failed += (await load.ask('pace', target, pace)).failed;
  }
  return failed;
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

function asText(held: readonly Held[], requests: number): string {
  const base = held[0]?.samples.at(-1)?.rss ?? Number.NaN;
  const lines = held.map(({ name, listeningAt, deliveringAt, samples, heap }) => {
    const quarters = [1, 2, 3, 4].map((quarter) => samples[Math.ceil((quarter * samples.length) / 4) - 1]);
    const marks = quarters.map((sample) => ((sample?.rss ?? Number.NaN) / base).toFixed(2));
    const peak = peakOf(samples);
    return [
      `${name}: RSS ${marks.join(', ')} at the quarters of ${samples.length} s, ${(peak / base).toFixed(2)} at its peak`,
      `  (${peak.toFixed(0)} MiB; at the end ${samples.at(-1)?.anonymous.toFixed(0)} MiB without mapped files, ${heap.toFixed(0)} MiB alive in the heap)`,
      `  listening after ${listeningAt.toFixed(0)} ms${deliveringAt === undefined ? '' : `, delivering after ${deliveringAt.toFixed(0)} ms`}`,
    ].join('\n');
  });
  const aim = 1.5 * base + 64;
  const met = peakOf(held[1]?.samples ?? []) <= aim;
  return [
    ...lines,
    `Receivers that never end an answer got ${requests} requests.`,
    `The aim: at most ${aim.toFixed(0)} MiB (1.5 of the empty store's and 64 MiB): ${met ? 'met' : 'not met'}.`,
  ].join('\n');
}

function peakOf(samples: readonly Memory[]): number {
  return Math.max(...samples.map(({ rss }) => rss));
}
