import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Message } from '../../src/contract/index.ts';
import { type Answer, type Name, type TestServer, tokenOf } from '../support/server.ts';

export type Fields = Record<string, string | Blob | (string | Blob)[]>;

/** Sends a multipart form, its parts in the order given. */
export async function send<T = Message>(server: TestServer, name: Name, fields: Fields): Promise<Answer<T>> {
  const body = new FormData();
  for (const [field, values] of Object.entries(fields)) for (const value of [values].flat()) body.append(field, value);
  const headers = { authorization: `Bearer ${tokenOf(name)}` };
  const response = await fetch(new URL('/v1/messages', server.url), { method: 'POST', headers, body });
  return { status: response.status, headers: response.headers, body: (await response.json()) as T };
}

export const text = (content: string, name = 'notes.txt') => new File([content], name, { type: 'text/plain' });

/** Bytes that compress badly and repeat late: the same for the same seed. */
export function bytesOf(size: number, seed = 7): Buffer<ArrayBuffer> {
  const bytes = Buffer.allocUnsafe(size);
  for (let at = 0, state = seed; at < size; at += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 16;
  }
  return bytes;
}

export interface Download {
  status: number;
  headers: Headers;
  bytes: Buffer;
}

/** Downloads what a message's `files` names. */
export async function download(
  message: Pick<Message, 'files'>,
  name: Name,
  init: { method?: string; headers?: Record<string, string>; query?: string } = {},
): Promise<Download> {
  const { method = 'GET', headers, query = '' } = init;
  const response = await fetch(`${message.files?.[0]}${query}`, {
    method,
    headers: { authorization: `Bearer ${tokenOf(name)}`, ...headers },
  });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** The files of the data folder's own, drafts too, by their path in it. */
export async function kept(server: TestServer): Promise<string[]> {
  const folder = path.join(server.folder, 'files');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

export async function readAll(files: readonly string[]): Promise<Buffer> {
  return Buffer.concat(await Promise.all(files.map((file) => readFile(file))));
}

/** Waits until the folder holds so many files: contents are removed after the call that deletes them was answered. */
export async function untilKept(server: TestServer, count: number): Promise<void> {
  while ((await kept(server)).length !== count) await new Promise(setImmediate);
}

/** The same for the rows about them, which go last. */
export async function untilRows(server: TestServer, count: number): Promise<void> {
  const { query } = server.app.db.reader;
  while ((await query.selectFrom('files').select('id').execute()).length !== count) await new Promise(setImmediate);
}
