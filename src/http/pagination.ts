import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '../core/errors.ts';

/** One page of a list, and where the next one starts. */
export interface Page<T> {
  items: T[];
  next?: Cursor;
}

export function mapPage<T, P>({ items, ...rest }: Page<T>, present: (item: T) => P): Page<P> {
  return { ...rest, items: items.map(present) };
}

/** The sort key of the last item shown (PAGE-11): inserts between two pages neither repeat nor skip anything. */
export type Cursor = readonly (string | number)[];

/**
 * Cuts a list that was read one longer than the page: the extra row only says that there is more.
 * `keyOf` gives the sort key of a row.
 */
export function pageOf<T>(rows: readonly T[], max: number, keyOf: (row: T) => Cursor): Page<T> {
  const items = rows.slice(0, max);
  const last = items.at(-1);
  return rows.length > max && last !== undefined ? { items, next: keyOf(last) } : { items };
}

/** PAGE-1…9: `items`, and exactly one `Link` when there is more, under the base URL that the client used. */
export function sendPage<T>(request: FastifyRequest, reply: FastifyReply, page: Page<T>): { items: T[] } {
  if (page.next) {
    const url = new URL(request.raw.url ?? '/', baseUrl(request));
    url.searchParams.set('cursor', encodeCursor(page.next));
    // Values are encoded by URLSearchParams; what Webex's clients split at (`;` and `>`) cannot appear (PAGE-4).
    reply.header('Link', `<${url.href}>; rel="next"`);
  }
  return { items: page.items };
}

/** HTTP-2: the scheme and host that the client used. */
export function baseUrl(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`;
}

export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

type CursorKind = 'string' | 'number';
type Decoded<K extends readonly CursorKind[]> = { [I in keyof K]: K[I] extends 'string' ? string : number };

/** The sort key inside a cursor; undefined for the first page. Cursors of another list are refused with 400. */
export function decodeCursor<const K extends readonly CursorKind[]>(text: string | undefined, kinds: K): Decoded<K> | undefined {
  if (text === undefined) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    throw new ApiError('invalidCursor');
  }
  const fits = Array.isArray(parts) && parts.length === kinds.length && kinds.every((kind, at) => typeof parts[at] === kind);
  if (!fits) throw new ApiError('invalidCursor');
  return parts as Decoded<K>;
}
