import type { Outcome, Timings } from './sender/index.ts';

/** What went over the wire in one attempt, as it is kept: for people to read, credentials left out. */
export interface Exchange {
  /** Where it was sent. */
  url: string;
  /** Headers of the request. */
  sent: Readonly<Record<string, string>>;
  /** Headers of the answer; names in lower case. */
  received?: Readonly<Record<string, string>>;
  /** Of the answer, as it came, cut at the sender's limit; base64 where it is no UTF-8. */
  body?: { text: string } | { base64: string };
  /** More of the body was on its way. */
  truncated?: true;
  /** How long each part took, in ms. */
  timings: Timings;
}

/** As JSON. Built once for every attempt, so what is empty is left out. */
export function exchangeOf(url: string, sent: Readonly<Record<string, string>>, outcome: Outcome): string {
  const { timings } = outcome;
  if (outcome.kind === 'error') return JSON.stringify({ url, sent, timings } satisfies Exchange);
  const { headers, body, truncated } = outcome;
  const exchange: Exchange = {
    url,
    sent,
    received: withoutCredentials(headers),
    ...(body.length > 0 && { body: readable(body) }),
    ...(truncated && { truncated }),
    timings,
  };
  return JSON.stringify(exchange);
}

/** Headers that receivers put secrets of their own into; what is in them is nobody's business. */
const SECRET = /cookie|authoriz|authentic|token|secret|api-?key|password|session/;

function withoutCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(headers);
  if (!names.some((name) => SECRET.test(name))) return headers;
  return Object.fromEntries(names.map((name) => [name, SECRET.test(name) ? '[redacted]' : (headers[name] ?? '')]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readable(body: Buffer): NonNullable<Exchange['body']> {
  try {
    return { text: utf8.decode(body) };
  } catch {
    return { base64: body.toString('base64') };
  }
}
