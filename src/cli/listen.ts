import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { StreamGap } from '../contract/index.ts';
import { UsageError, type Call, type Command, type Io } from './command.ts';

export const listen: Command = {
  name: 'listen',
  summary: 'Print the events that a person or bot hears of, as they happen, or hand them on to a URL of this machine.',
  settings: [],
  options: {
    token: { takes: 'TOKEN', description: 'Whose events; WEBEX_ACCESS_TOKEN in the environment when not given.' },
    url: { takes: 'URL', description: 'Where the server is; http://localhost:4030 when not given.' },
    forward: { takes: 'URL', description: 'Post each event there, as a webhook would.' },
    after: { takes: 'CURSOR', description: 'Go on from here, as an earlier run said; from now on when not given.' },
    resource: { takes: 'RESOURCE', description: 'Only these events, as in a webhook: messages, rooms and so on.' },
    event: { takes: 'EVENT', description: 'Only these events, as in a webhook: created, updated or deleted.' },
    filter: { takes: 'FILTER', description: 'Only these events, as in a webhook: key=value&key=value.' },
  },
  run,
};

/** How long the server may hold an answer back, in seconds. */
const WAIT_S = 30;
/** Between two tries while the other side cannot be reached: the first one, and the longest, in ms. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

const Page = z.object({
  items: z.array(z.looseObject({ id: z.string(), sequence: z.int(), resource: z.string(), event: z.string() })),
  gap: StreamGap.optional(),
  cursor: z.string(),
});
type Page = z.output<typeof Page>;
type Event = Page['items'][number];

const Refusal = z.object({ message: z.string() });

/** The other side cannot be reached, or not now: the same may succeed later. */
class UnreachableError extends Error {
  override name = 'UnreachableError';
}

async function run({ given, options, io, stop }: Call): Promise<void> {
  const { forward, url = 'http://localhost:4030', token = given.env['WEBEX_ACCESS_TOKEN'] } = options;
  if (!token) throw new UsageError('hearth listen needs --token, or WEBEX_ACCESS_TOKEN in the environment.');
  for (const [name, text] of Object.entries({ url, forward })) {
    if (text !== undefined && !URL.canParse(text)) throw new UsageError(`--${name} is "${text}", which is no URL.`);
  }
  const asked = Object.entries(options).filter(
    ([name, text]) => text && ['resource', 'event', 'filter'].includes(name),
  );
  const ask = (cursor: string, limits: { wait: number; max: number }) => {
    const query = { ...limits, after: cursor, ...Object.fromEntries(asked) };
    return insist(io, stop, () => fetchPage(new URL('/hearth/v1/events', url), token, query, stop));
  };
  // An event that was handed on has a cursor of its own, so that none is handed on twice.
  const max = forward === undefined ? 100 : 1;
  let cursor = options['after'] ?? '';
  try {
    if (cursor === '') ({ cursor } = await ask('', { wait: 0, max }));
    io.err.write(`Listening at ${url}. Ctrl-C ends it.\n`);
    for (;;) {
      const page = await ask(cursor, { wait: WAIT_S, max });
      if (page.gap) io.err.write(`Lost: events ${page.gap.from} to ${page.gap.to}. ${page.gap.reason}\n`);
      for (const event of page.items) {
        io.out.write(`${JSON.stringify(event)}\n`);
        if (forward !== undefined) await insist(io, stop, () => handOn(event, forward, io, stop));
      }
      ({ cursor } = page);
    }
  } catch (error) {
    if (!stop.aborted) throw error;
    if (cursor !== '') io.err.write(`Go on from here with --after ${cursor}\n`);
  }
}

async function fetchPage(
  url: URL,
  token: string,
  query: Readonly<Record<string, string | number>>,
  signal: AbortSignal,
): Promise<Page> {
  url.search = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString();
  const response = await reach(url, { headers: { authorization: `Bearer ${token}` }, signal });
  const body: unknown = await response.json().catch(() => undefined);
  if (response.ok) {
    const page = Page.safeParse(body);
    if (page.success) return page.data;
    throw new UsageError(`${url.origin} answers, but it is no Hearth: say where one is with --url.`);
  }
  const words = Refusal.safeParse(body).data?.message ?? 'no reason given';
  const reason = `${url.origin} answered ${response.status}: ${words}`;
  throw response.status >= 500 || response.status === 429 ? new UnreachableError(reason) : new UsageError(reason);
}

/** The body of a webhook, except that `id` is the event's: there is no webhook. Every answer is taken for an answer. */
async function handOn(event: Event, targetUrl: string, io: Io, signal: AbortSignal): Promise<void> {
  const { status } = await reach(targetUrl, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-hearth-delivery-id': event.id,
      'x-hearth-sequence': String(event.sequence),
    },
    body: JSON.stringify({ ...event, name: 'hearth listen', targetUrl, status: 'active' }),
    signal,
  });
  io.err.write(`${targetUrl} answered ${status} to ${event.resource} ${event.event}\n`);
}

async function reach(url: string | URL, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, request);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new UnreachableError(`${new URL(url).origin} cannot be reached: ${String(cause)}`, { cause: error });
  }
}

/** Tries again until it works or the program is asked to stop; says so once. */
async function insist<T>(io: Io, stop: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof UnreachableError) || stop.aborted) throw error;
      if (pause === FIRST_PAUSE_MS) io.err.write(`${error.message}. Trying again until it works.\n`);
    }
    await setTimeout(pause, undefined, { signal: stop });
  }
}
