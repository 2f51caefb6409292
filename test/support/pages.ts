import { expect } from 'vitest';
import type { Client } from './server.ts';

/**
 * Reads a list to its end, page by page, as clients do: PAGE-2…9 hold for each page on the way. `between` runs after
 * each page but the last.
 */
export async function walk<T>(
  client: Client,
  path: string,
  between: () => Promise<unknown> = async () => {},
): Promise<T[][]> {
  const pages: T[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, headers, body } = await client.get<{ items: T[] }>(next);
    expect(status, `GET ${next}`).toBe(200);
    pages.push(body.items);
    next = nextOf(headers);
    if (next !== undefined) await between();
    expect(pages.length, 'a list that has no end').toBeLessThan(100);
  }
  return pages;
}

/** Where the next page is; exactly one link, or none. */
export function nextOf(headers: Headers): string | undefined {
  const link = headers.get('link');
  if (link === null) return undefined;
  expect(link).toMatch(/^<https?:\/\/[^\s<>;]+>; rel="next"$/);
  return link.slice(1, link.indexOf('>'));
}
