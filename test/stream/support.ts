import { once } from 'node:events';
import { request, type ClientRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { EventsPage, StreamDelivery, StreamEvent, StreamGap } from '../../src/contract/index.ts';
import { tokenOf, type Name, type TestServer } from '../support/server.ts';

/** A message as an EventSource would dispatch it. */
export interface Told {
  kind: string;
  /** The cursor. */
  id: string;
  data: StreamEvent & StreamDelivery & StreamGap;
}

export interface Asking {
  /** What follows the `?`. */
  query?: string;
  lastEventId?: string | undefined;
  token?: string;
}

/** A client of the stream that owns its socket: it reads at its own pace, and can be cut off at any moment. */
export class StreamClient {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Everything that came, as it came. */
  text = '';
  readonly told: Told[] = [];
  /** As an EventSource keeps it: of the last block that was complete. */
  lastEventId: string | undefined;
  /** Settles when the server has ended the stream, or the connection is gone. */
  readonly ended: Promise<void>;
  readonly #request: ClientRequest;
  readonly #response: IncomingMessage;
  #rest = '';
  #seen = 0;
  #wake: () => void = () => {};

  static async open(url: string, name: Name, { query = '', lastEventId, token }: Asking = {}): Promise<StreamClient> {
    const asked = request(new URL(`/hearth/v1/stream?${query}`, url), {
      agent: false,
      headers: {
        authorization: `Bearer ${token ?? tokenOf(name)}`,
        ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
      },
    });
    const answered = once(asked, 'response') as Promise<[IncomingMessage]>;
    asked.end();
    const [response] = await answered;
    asked.on('error', () => {});
    return new StreamClient(asked, response);
  }

  private constructor(asked: ClientRequest, response: IncomingMessage) {
    this.#request = asked;
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    this.ended = new Promise((resolve) => response.once('close', resolve));
    response.on('error', () => {});
    response.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    void this.ended.then(() => this.#wake());
  }

  /** The next message that no earlier call has answered; waits for it. */
  async next(): Promise<Told> {
    const [told] = await this.take(1);
    if (!told) throw new Error('take(1) gave nothing');
    return told;
  }

  async take(count: number): Promise<Told[]> {
    await this.until(() => this.told.length >= this.#seen + count);
    this.#seen += count;
    return this.told.slice(this.#seen - count, this.#seen);
  }

  /** Messages that nobody has asked for yet. */
  get unseen(): Told[] {
    return this.told.slice(this.#seen);
  }

  /** Resolves when it holds; asked again whenever something comes. Throws when the stream has ended first. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) {
      if (this.#response.destroyed) throw new Error(`The stream ended with:\n${this.text.slice(-2_000)}`);
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  pause(): void {
    this.#response.pause();
  }

  resume(): void {
    this.#response.resume();
  }

  /** As if the network had gone. */
  cut(): void {
    this.#request.destroy();
  }

  #take(text: string): void {
    if (this.#request.destroyed) return;
    this.text += text;
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    for (const block of blocks) this.#read(block);
    this.#wake();
  }

  #read(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    this.lastEventId = field('id') ?? this.lastEventId;
    const data = field('data');
    if (data === undefined) return;
    const told = {
      kind: field('event') ?? 'message',
      id: this.lastEventId ?? '',
      data: JSON.parse(data) as Told['data'],
    };
    this.told.push(told);
  }
}

export function poll(server: TestServer, name: Name, query: Record<string, string | number>): Promise<EventsPage> {
  const text = new URLSearchParams(Object.entries(query).map(([key, value]) => [key, String(value)]));
  return server.as(name).ok<EventsPage>('GET', `/hearth/v1/events?${text.toString()}`);
}

/** `messages/created`, for each event. */
export function kinds(told: readonly { data: { resource: string; event: unknown } }[]): string[] {
  return told.map(({ data }) => `${data.resource}/${String(data.event)}`);
}
