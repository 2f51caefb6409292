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

/**
 * The name of a list and the sort key of the last item shown (PAGE-11): inserts between two pages neither repeat nor
 * skip anything.
 */
type Cursor = readonly [list: string, ...key: SortKey];
type SortKey = readonly (string | number)[];

type KeyKind = 'string' | 'number';
type KeyOf<K extends readonly KeyKind[]> = { [I in keyof K]: K[I] extends 'string' ? string : number };

interface Keyset<Key extends SortKey> {
  /** The sort key to go on after; undefined for the first page. A cursor of another list is refused with 400. */
  after(cursor: string | undefined): Key | undefined;
  /** Cuts a list that was read one longer than the page: the extra row only says that there is more. */
  page<T>(rows: readonly T[], max: number, keyOf: (row: T) => Key): Page<T>;
}

/** How one list is paged: its name, and the kinds of value that its sort key is made of. */
export function keyset<const K extends readonly KeyKind[]>(list: string, ...kinds: K): Keyset<KeyOf<K>> {
  return {
    after(cursor) {
      if (cursor === undefined) return undefined;
      const [name, ...key] = decodeCursor(cursor);
      const fits = name === list && key.length === kinds.length && kinds.every((kind, at) => typeof key[at] === kind);
      if (!fits) throw new ApiError('invalidCursor');
      return key as KeyOf<K>;
    },
    page(rows, max, keyOf) {
      const items = rows.slice(0, max);
      const last = items.at(-1);
      if (rows.length <= max || last === undefined) return { items };
      const key: SortKey = keyOf(last);
      return { items, next: [list, ...key] };
    },
  };
}

/** PAGE-1…9: `items`, and exactly one `Link` when there is more, under the base URL that the client used. */
export function sendPage<T>(request: FastifyRequest, reply: FastifyReply, page: Page<T>): { items: T[] } {
  if (page.next) {
    // Two slashes in front would name a host (HTTP-5).
    const url = new URL(request.url.replace(/^\/{2,}/, '/'), baseUrl(request));
    url.searchParams.set('cursor', encodeCursor(page.next));
    // Values are encoded by URLSearchParams; what Webex's clients split at (`;` and `>`) cannot appear (PAGE-4).
    reply.header('Link', `<${url.href}>; rel="next"`);
  }
  return { items: page.items };
}

/** HTTP-2: the scheme and host that the client used; the address it reached when it named none that can be called. */
export function baseUrl(request: FastifyRequest): string {
  const named = `${request.protocol}://${request.host}`;
  if (URL.canParse(named)) return named;
  const { localAddress = '', localPort } = request.socket;
  return `${request.protocol}://${localAddress.includes(':') ? `[${localAddress}]` : localAddress}:${localPort}`;
}

/** The text under which a client brings a cursor back. */
export function encodeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url');
}

function decodeCursor(text: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    throw new ApiError('invalidCursor');
  }
}
