import { mkdir, rm } from 'node:fs/promises';
import { Child } from './child.ts';
import type { Hearth } from './processes/hearth.ts';
import type { Load, Target } from './processes/load.ts';
import type { Receiver } from './processes/receiver.ts';

/** A server of its own, with a room that an author posts in and a listener has webhooks for. */
export interface Scene {
  hearth: Child<Hearth>;
  load: Child<Load>;
  receiver: Child<Receiver>;
  hookUrl: string;
  target: Target;
  /** Registers so many webhooks of the listener; their ids. */
  webhooks(count: number, targetUrl: string): Promise<string[]>;
  remove(webhookIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}

/** Starts everything on a new, empty store in `folder`. */
export async function openScene(folder: string): Promise<Scene> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const [hearth, load, receiver] = await Promise.all([
    Child.start<Hearth>('./processes/hearth.ts', [folder]),
    Child.start<Load>('./processes/load.ts'),
    Child.start<Receiver>('./processes/receiver.ts'),
  ]);
  receiver.onNotice = (count) => void load.ask('received', count as number);
  const hookUrl = await receiver.ask('listen');
  const url = await hearth.ask('listen');
  const [author = '', listener = ''] = await hearth.ask('people', 'author', 'listener');
  const room = await call('POST', `${url}/v1/rooms`, author, { title: 'Scene' });
  await call('POST', `${url}/v1/memberships`, author, { roomId: room.id, personEmail: 'listener@acme.example' });
  return {
    hearth,
    load,
    receiver,
    hookUrl,
    target: {
      url: `${url}/v1/messages`,
      headers: { authorization: `Bearer ${author}` },
      body: JSON.stringify({
        roomId: room.id,
        text: 'The build of the main branch has passed: 1,204 tests in 96 seconds.',
      }),
    },
    async webhooks(count, targetUrl) {
      const ids: string[] = [];
      for (let at = 0; at < count; at++) {
        const webhook = { name: `${at}`, targetUrl, resource: 'messages', event: 'created', secret: 'not so secret' };
        ids.push((await call('POST', `${url}/v1/webhooks`, listener, webhook)).id);
      }
      return ids;
    },
    async remove(webhookIds) {
      for (const id of webhookIds) await call('DELETE', `${url}/v1/webhooks/${id}`, listener);
    },
    async close() {
      await hearth.ask('close');
      await Promise.all([hearth, load, receiver].map((child) => child.end()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function call(method: string, url: string, token: string, body?: object): Promise<{ id: string }> {
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text}`);
  return text === '' ? { id: '' } : (JSON.parse(text) as { id: string });
}
