import { Agent } from 'undici';
import { parseId } from '../../src/core/ids.ts';
import { encoded, RawBody } from './hostile.ts';
import { placeholder, type Pools } from './pools.ts';
import type { Draft } from './valid.ts';

/** A request as it is sent. */
export interface WireRequest {
  /** The operation that is asked for, if there is one: other methods and odd ids lead elsewhere. */
  name: string;
  method: string;
  /** With the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string | Buffer | undefined;
}

export interface WireAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

export interface Callers {
  tokens: Readonly<Record<string, string>>;
  /** Those who ask, by UUID: nobody may delete them, or take their rights. */
  spared: ReadonlySet<string>;
}

export function render(draft: Draft, pools: Pools, { tokens, spared }: Callers): WireRequest {
  const { operation, method } = draft;
  let id = pools.fill(draft.id);
  const named = parseId('PEOPLE', id);
  if (operation.path === '/v1/people/{id}' && named.kind === 'key' && spared.has(named.key) && method !== 'GET')
    id = pools.fill(placeholder('newcomer', 0));
  // A percent sign at the beginning is meant as it is.
  const place = operation.path.replace(/\{\w+\}/, () =>
    id.startsWith('%') ? id : encodeURIComponent(id.toWellFormed()),
  );
  const query = draft.query.map((pair) => pair.map((text) => encoded(text)).join('=')).join('&') + draft.tail;
  const { type, body } = bodyOf(draft, pools);
  const headers = {
    authorization: `Bearer ${tokens[draft.caller] ?? ''}`,
    ...draft.headers,
    ...(type !== '' && { 'content-type': type }),
  };
  const isElsewhere = id === '' || id === 'me';
  return {
    name: `${method} ${isElsewhere ? place.replace(/(?<=.)\/$/, '') : operation.path}`,
    method,
    path: query === '' ? place : `${place}?${pools.fill(query)}`,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, pools.fill(value)])),
    body,
  };
}

function bodyOf({ method, body }: Draft, pools: Pools): { type: string; body: string | Buffer | undefined } {
  if (body === undefined || method === 'HEAD') return { type: '', body: undefined };
  if (body instanceof RawBody)
    return { type: body.type, body: typeof body.raw === 'string' ? pools.fill(body.raw) : body.raw };
  return { type: 'application/json', body: pools.fill(JSON.stringify(body)) };
}

/** The way to a server, over connections that are kept. */
export class Wire implements AsyncDisposable {
  readonly #agent = new Agent({ connections: 4, headersTimeout: 10_000, bodyTimeout: 10_000 });
  readonly #origin: string;

  constructor(origin: string) {
    this.#origin = origin;
  }

  async send({ method, path, headers, body }: WireRequest): Promise<WireAnswer> {
    const request = { origin: this.#origin, method, path, headers, ...(body !== undefined && { body }) };
    const answer = await this.#agent.request(request);
    const { statusCode: status, headers: got } = answer;
    // A stream goes on for as long as somebody listens.
    if (got['content-type'] === 'text/event-stream') {
      answer.body.on('error', () => {}).destroy();
      return { status, headers: got, body: '' };
    }
    return { status, headers: got, body: await answer.body.text() };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#agent.destroy();
  }
}

/** To be pasted into a shell. */
export function asCurl({ method, path, headers, body }: WireRequest, origin: string): string {
  const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const sent = typeof body === 'string' ? body : body?.toString('latin1');
  return [
    `curl -i -X ${method} ${quoted(origin + path)}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(sent === undefined
      ? []
      : [`--data-binary ${quoted(sent.length > 4_000 ? `${sent.slice(0, 4_000)}… (${sent.length})` : sent)}`]),
  ].join(' ');
}
