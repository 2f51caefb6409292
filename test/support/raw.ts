import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tokenOf } from './server.ts';

export interface RawAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface RawRequest {
  method?: string;
  path: string;
  /** Whatever `fetch` would not let through; `authorization: undefined` for no token at all. */
  headers?: Record<string, string | undefined>;
  body?: string | Uint8Array;
}

/** A request as it is: no header of its own but `Host`, `Content-Length` and Alice's `Authorization`. */
export async function raw(url: string, { method = 'GET', path, headers, body }: RawRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const all: Record<string, string | undefined> = {
    authorization: `Bearer ${tokenOf('alice')}`,
    ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const sent = request({
    hostname,
    port,
    method,
    path,
    agent: false,
    headers: Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
  });
  // A server that refuses a body may close before all of it is sent; its answer counts all the same.
  sent.on('error', () => {});
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.end(body);
  const [response] = await answered;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await textOf(response) };
}

/** Bytes on a connection, and what came back until the server closed it. */
export async function bytes(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(text);
  return textOf(socket);
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
