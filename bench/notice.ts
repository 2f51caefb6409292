import type { Sample } from './processes/receiver.ts';

/** A notice that can be sent again. */
export interface Notice {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What an HTTP client writes by itself. */
const own = new Set(['host', 'connection', 'content-length', 'transfer-encoding']);

/** The same headers and the same bytes as the server under test has sent. */
export function noticeFrom(url: string, { headers, body }: Sample): Notice {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === 'string' && !own.has(name) ? [[name, value]] : [],
  );
  return { url, headers: Object.fromEntries(given) as Record<string, string>, body };
}
