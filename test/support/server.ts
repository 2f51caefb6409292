import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect } from 'vitest';
import { createApp, type App, type AppOptions } from '../../src/app.ts';
import type { Membership, Message, Room, Webhook } from '../../src/contract/index.ts';
import { TestClock } from './clock.ts';
import { addPeople, personId, testOptions, tokenOf, type Name } from './people-and-options.ts';
import { Receiver } from './receiver.ts';

export interface Answer<T = unknown> {
  status: number;
  headers: Headers;
  body: T;
}

export { people, personId, personUuid, tokenOf, type Name } from './people-and-options.ts';

/** A server as tests use it: real HTTP, a real SQLite file, people to act as, a clock that stands still. */
export interface TestServer {
  readonly url: string;
  readonly app: App;
  readonly clock: TestClock;
  /** The folder of the database file. */
  readonly folder: string;
  as(name: Name): Client;
  withToken(token: string): Client;
  room(title: string, ...members: [Name, ...Name[]]): Promise<Room>;
  receiver(): Promise<Receiver>;
  webhook(owner: Name, receiver: Receiver, settings: Partial<Webhook>): Promise<Webhook>;
  /** Resolves when everything that has happened so far is recorded: delivered, waiting for a retry, or nobody's business. */
  settled(): Promise<void>;
  /** Stops, with `graceMs` for what is under way (0 unless given), and starts again on the same data. */
  restart(graceMs?: number): Promise<void>;
}

const open = new Set<() => Promise<void>>();

afterEach(async () => {
  for (const close of open) await close();
  open.clear();
});

export type Adjust = (options: AppOptions) => AppOptions;

export async function startServer(adjust: Adjust = (options) => options): Promise<TestServer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'hearth-test-'));
  const clock = new TestClock();
  const options = adjust(testOptions(folder));
  let app = await createApp(options, { clock, random: () => 0.5 });
  await addPeople(app);
  let { url } = await app.listen();
  open.add(async () => {
    await app.close(0);
    await rm(folder, { recursive: true });
  });

  const withToken = (token: string) => new Client(() => url, token);
  const server: TestServer = {
    get url() {
      return url;
    },
    get app() {
      return app;
    },
    clock,
    folder,
    withToken,
    as: (name) => withToken(tokenOf(name)),
    async room(title, creator, ...others) {
      const room = await server.as(creator).ok<Room>('POST', '/v1/rooms', { title });
      for (const name of others) {
        await server
          .as(creator)
          .ok<Membership>('POST', '/v1/memberships', { roomId: room.id, personId: personId(name) });
      }
      return room;
    },
    async receiver() {
      const receiver = await Receiver.start();
      open.add(() => receiver[Symbol.asyncDispose]());
      return receiver;
    },
    webhook: (owner, receiver, settings) =>
      server.as(owner).ok<Webhook>('POST', '/v1/webhooks', {
        name: 'test',
        targetUrl: receiver.url,
        resource: 'messages',
        event: 'created',
        ...settings,
      }),
    async settled() {
      const { reader } = app.db;
      const head = await reader.query
        .selectFrom('events')
        .select((eb) => eb.fn.max('id').as('id'))
        .executeTakeFirst();
      for (;;) {
        const saved = await reader.query
          .selectFrom('logPositions')
          .select('position')
          .where('consumer', '=', 'delivery')
          .executeTakeFirst();
        if ((saved?.position ?? 0) >= (head?.id ?? 0)) return;
        await new Promise(setImmediate);
      }
    },
    async restart(graceMs = 0) {
      await app.close(graceMs);
      app = await createApp(options, { clock, random: () => 0.5 });
      ({ url } = await app.listen());
    },
  };
  return server;
}

/** Calls the API over HTTP with one token. */
export class Client {
  readonly #url: () => string;
  readonly #token: string;

  constructor(url: () => string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  async call<T = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const response = await fetch(new URL(path, this.#url()), {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? undefined : JSON.parse(text)) as T,
    };
  }

  get<T = unknown>(path: string): Promise<Answer<T>> {
    return this.call<T>('GET', path);
  }
  post<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.call<T>('POST', path, body);
  }
  put<T = unknown>(path: string, body: unknown): Promise<Answer<T>> {
    return this.call<T>('PUT', path, body);
  }
  delete(path: string): Promise<Answer> {
    return this.call('DELETE', path);
  }

  /** The body of an answer that must be a success. */
  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.call<T>(method, path, body);
    expect(answer, `${method} ${path}`).toMatchObject({ status: method === 'DELETE' ? 204 : 200 });
    return answer.body;
  }

  say(room: { id: string }, markdown: string): Promise<Message> {
    return this.ok<Message>('POST', '/v1/messages', { roomId: room.id, markdown });
  }
}
