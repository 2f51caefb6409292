import fc from 'fast-check';
import { pino } from 'pino';
import { expect } from 'vitest';
import { startServer, type TestServer } from '../support/server.ts';
import { hostile } from './hostile.ts';
import { operationsOf, undescribed, type Operation } from './operations.ts';
import { kindOf, type Pools, type Thing } from './pools.ts';
import { Rows } from './rows.ts';
import { setScene } from './scene.ts';
import { type Draft, validDraft } from './valid.ts';
import { Verdict } from './verdict.ts';
import { asCurl, render, Wire, type Callers, type WireAnswer, type WireRequest } from './wire.ts';

/** How often an operation was carried out, and how often it was refused. */
export interface Hits {
  done: number;
  refused: number;
}

export interface FuzzServer extends TestServer {
  /** Lines that were logged as errors. */
  readonly errors: readonly string[];
}

/** With faults only for the operations about them: elsewhere they would make the server fail as it is told to. */
export async function startFuzzServer(faults: boolean): Promise<FuzzServer> {
  const errors: string[] = [];
  const logger = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  const server = await startServer((options) => ({
    ...options,
    logger,
    faults: faults ? { by: 'everybody', rules: [], presets: [] } : undefined,
    // Nobody receives the webhooks; that they go on failing is not to change them.
    delivery: { ...options.delivery, disabling: { failures: 1_000_000_000, windowMs: 300_000 } },
  }));
  return Object.assign(server, { errors });
}

export function isAboutFaults({ path }: Operation): boolean {
  return path.startsWith('/hearth/v1/faults');
}

export async function describedBy(server: TestServer): Promise<Operation[]> {
  return [...operationsOf(await server.as('alice').ok('GET', '/openapi.json')), ...undescribed];
}

/** Two valid requests in five; the others have something wrong. */
export function draftsOf(operations: readonly Operation[]): fc.Arbitrary<Draft> {
  return fc.oneof(
    ...operations.flatMap((operation) => {
      const valid = validDraft(operation);
      return [
        { arbitrary: valid, weight: 2 },
        { arbitrary: hostile(valid), weight: 3 },
      ];
    }),
  );
}

/** Sends requests to a server, one after the other, and judges each answer. */
export class Fuzzer implements AsyncDisposable {
  readonly hits = new Map<string, Hits>();
  readonly #server: FuzzServer;
  readonly #wire: Wire;
  readonly #rows: Rows;
  readonly #verdict: Verdict;
  readonly #pools: Pools;
  readonly #callers: Callers;
  #counts: Record<string, unknown>;

  static async start(server: FuzzServer, operations: readonly Operation[], copies: number): Promise<Fuzzer> {
    const { pools, callers } = await setScene(server, copies);
    return new Fuzzer(server, new Verdict(operations), pools, callers);
  }

  private constructor(server: FuzzServer, verdict: Verdict, pools: Pools, callers: Callers) {
    this.#server = server;
    this.#verdict = verdict;
    this.#pools = pools;
    this.#callers = callers;
    this.#wire = new Wire(server.url);
    this.#rows = new Rows(server);
    this.#counts = this.#rows.counts;
  }

  async try(draft: Draft): Promise<void> {
    const request = render(draft, this.#pools, this.#callers);
    const answer = await this.#wire
      .send(request)
      .catch((error: unknown) => this.#fail(request, [`no answer: ${String(error)}`]));
    const problems = this.#verdict.problems(request, answer);
    if (request.method !== 'GET') {
      const counts = this.#rows.counts;
      if (answer.status >= 400) problems.push(...differences(this.#counts, counts));
      this.#counts = counts;
    }
    problems.push(...this.#server.errors);
    if (problems.length > 0) this.#fail(request, problems, answer);
    this.#note(request, answer);
    this.#learn(draft, request, answer);
  }

  /** Everybody who has asked is still answered as before. */
  async expectAlive(): Promise<void> {
    // What was asked to fail, or to wait for ever, is not to any more.
    await this.#server.as('alice').delete('/hearth/v1/faults');
    for (const [name, token] of Object.entries(this.#callers.tokens)) {
      const { status } = await this.#server.withToken(token).get('/v1/people/me');
      expect({ name, status }).toEqual({ name, status: name === 'narrow' ? 403 : 200 });
    }
    expect(await this.#server.as('alice').get('/readyz')).toMatchObject({ status: 200 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#rows[Symbol.dispose]();
    await this.#wire[Symbol.asyncDispose]();
  }

  #fail(request: WireRequest, problems: readonly string[], answer?: WireAnswer): never {
    const told = answer ? `\n${answer.status} ${answer.body.slice(0, 1_000)}` : '';
    throw new Error(`${problems.join('\n')}\n\n${asCurl(request, this.#server.url)}${told}`);
  }

  #note({ name }: WireRequest, { status }: WireAnswer): void {
    const hits = this.hits.get(name) ?? { done: 0, refused: 0 };
    if (status < 300) hits.done += 1;
    else hits.refused += 1;
    this.hits.set(name, hits);
  }

  /** What is there now for later requests to be about. */
  #learn(
    { caller, operation }: Draft,
    { name, method, path }: WireRequest,
    { status, headers, body }: WireAnswer,
  ): void {
    if (status >= 300) return;
    if (typeof headers['link'] === 'string') {
      const next = new URL(headers['link'].slice(1, headers['link'].indexOf('>'))).searchParams.get('cursor');
      this.#pools.add('cursor', { id: next });
    }
    if (method === 'DELETE') this.#pools.remove(decodeURIComponent(path.split('?')[0]?.split('/').at(-1) ?? ''));
    if (method !== 'POST' || body === '') return;
    const thing = JSON.parse(body) as Thing;
    if (name === 'POST /v1/access_token') this.#pools.replace('refreshToken', { id: thing['refresh_token'] });
    else if (caller !== 'alice') this.#pools.add('foreign', thing);
    else if (!operation.path.includes('{')) this.#add(operation.path, thing);
  }

  #add(path: string, made: Thing): void {
    const kind = kindOf(path);
    // Devices have their id in their URL.
    const thing = { id: lastOf(made['url']), ...made };
    if (kind === undefined || thing.id === undefined) return;
    if (kind === 'message') return this.#addMessage(thing);
    this.#pools.add(kind, thing);
    if (kind === 'person') this.#pools.add('newcomer', thing);
    if (kind === 'incoming') this.#pools.add('incomingToken', { id: made['token'], of: thing.id });
  }

  /** By what can be done with it: cards can be submitted, plain messages edited and answered. */
  #addMessage(message: Thing): void {
    const { attachments, files, parentId, roomId } = message;
    if (attachments !== undefined) this.#pools.add('card', message);
    else if (Array.isArray(files)) this.#pools.add('content', { id: lastOf(files[0]), roomId });
    else if (parentId === undefined) this.#pools.add('message', message);
  }
}

function lastOf(url: unknown): string | undefined {
  return typeof url === 'string' ? url.split('/').at(-1) : undefined;
}

function differences(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  return Object.keys(after)
    .filter((table) => before[table] !== after[table])
    .map((table) => `refused, and ${table} has ${String(after[table])} rows after ${String(before[table])}`);
}
