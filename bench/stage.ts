import { mkdir, rm } from 'node:fs/promises';
import { Child } from './child.ts';
import { noticeFrom, type Notice } from './notice.ts';
import type { BareFastify } from './processes/bare-fastify.ts';
import type { BareRelay } from './processes/bare-relay.ts';
import type { BareUndici } from './processes/bare-undici.ts';
import type { Hearth } from './processes/hearth.ts';
import type { Load, Target } from './processes/load.ts';
import type { Receiver } from './processes/receiver.ts';

/** Clients that post at the same time. */
export const CLIENTS = 64;
/** Connections of a baseline to the receiver: as many as Hearth opens to one origin. */
export const CONNECTIONS = 64;

/** Everything that takes part, each in a process of its own. */
export interface Stage {
  hearth: Child<Hearth>;
  fastify: Child<BareFastify>;
  relay: Child<BareRelay>;
  undici: Child<BareUndici>;
  load: Child<Load>;
  receiver: Child<Receiver>;
  /** A notice as Hearth sends them. */
  notice: Notice;
  /** Where messages are posted. */
  targets: { fastify: Target; relay: Target; hearth: { 1: Target; 10: Target } };
}

/** Starts everything on a new, empty store in `folder`, which must be on a disk for commits to cost what they cost. */
export async function openStage(folder: string): Promise<Stage> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [hearth, fastify, relay, undici, load, receiver] = await Promise.all([
    Child.start<Hearth>('./processes/hearth.ts', [folder]),
    Child.start<BareFastify>('./processes/bare-fastify.ts'),
    Child.start<BareRelay>('./processes/bare-relay.ts'),
    Child.start<BareUndici>('./processes/bare-undici.ts'),
    Child.start<Load>('./processes/load.ts'),
    Child.start<Receiver>('./processes/receiver.ts'),
  ]);
  receiver.onNotice = (count) => void load.ask('received', count as number);

  const hookUrl = await receiver.ask('listen');
  const hearthUrl = await hearth.ask('listen');
  const [author = '', one = '', ten = ''] = await hearth.ask('people', 'author', 'one', 'ten');
  const rooms = {
    1: await roomWithWebhooks(hearthUrl, { author, listener: { name: 'one', token: one }, webhooks: 1, hookUrl }),
    10: await roomWithWebhooks(hearthUrl, { author, listener: { name: 'ten', token: ten }, webhooks: 10, hookUrl }),
  };
  const message = (url: string, roomId: string) => messageTo(url, author, roomId);
  const hearthTargets = { 1: message(hearthUrl, rooms[1]), 10: message(hearthUrl, rooms[10]) };

  const notice = await firstNotice(hookUrl, receiver, load, hearthTargets[1]);
  const fastifyUrl = await fastify.ask('listen');
  const relayUrl = await relay.ask('listen', notice, CONNECTIONS);
  const targets = { fastify: message(fastifyUrl, rooms[1]), relay: message(relayUrl, rooms[1]), hearth: hearthTargets };
  return { hearth, fastify, relay, undici, load, receiver, notice, targets };
}

export async function closeStage({ hearth, fastify, relay, undici, load, receiver }: Stage): Promise<void> {
  await hearth.ask('close');
  await Promise.all([hearth, fastify, relay, undici, load, receiver].map((child) => child.end()));
}

/** A line of text in a room. */
export function messageTo(url: string, token: string, roomId: string): Target {
  return {
    url: `${url}/v1/messages`,
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ roomId, text: 'The build of the main branch has passed: 1,204 tests in 96 seconds.' }),
  };
}

interface RoomToMake {
  author: string;
  listener: { name: string; token: string };
  webhooks: number;
  hookUrl: string;
}

/** A room of the author and one listener, who has so many webhooks; the room's id. */
export async function roomWithWebhooks(
  url: string,
  { author, listener, webhooks, hookUrl }: RoomToMake,
): Promise<string> {
  const room = await call(`${url}/v1/rooms`, author, { title: `For ${listener.name}` });
  await call(`${url}/v1/memberships`, author, { roomId: room.id, personEmail: `${listener.name}@acme.example` });
  for (let number = 1; number <= webhooks; number++) {
    const webhook = {
      name: `${number}`,
      targetUrl: hookUrl,
      resource: 'messages',
      event: 'created',
      secret: 'not so secret',
    };
    await call(`${url}/v1/webhooks`, listener.token, webhook);
  }
  return room.id;
}

async function call(url: string, token: string, body: object): Promise<{ id: string }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json() as Promise<{ id: string }>;
}

async function firstNotice(url: string, receiver: Child<Receiver>, load: Child<Load>, target: Target): Promise<Notice> {
  await receiver.ask('begin', { record: true });
  const { sent } = await load.ask('pace', target, { clients: 1, seconds: 0.01, perSecond: 100 });
  await receiver.ask('counted', sent.length, 10_000);
  const sample = await receiver.ask('sample');
  if (!sample) throw new Error('Hearth has posted a message and sent no notice.');
  return noticeFrom(url, sample);
}
