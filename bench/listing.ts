import { mkdir, rm } from 'node:fs/promises';
import { Child } from './child.ts';
import type { Hearth } from './processes/hearth.ts';
import { percentile, spread, type Spread } from './statistics.ts';

const ROOMS = 5_000;
const MESSAGES = 20_000;
const MEMBERS = 3_000;
/** Requests under way while the store is filled. */
const AT_ONCE = 16;
/** Pages at either end of a list whose median is compared. */
const ENDS = 5;
const ROUNDS = 5;

export interface Walk {
  list: string;
  pages: number;
  /** ms for a page, at the beginning and at the end of the list. */
  first: Spread;
  last: Spread;
  ratio: Spread;
}

type Call = (path: string, body?: object) => Promise<Response>;

/** Long lists, walked from the first page to the last: what a page costs at either end. */
export async function listing(folder: string, progress: (text: string) => void): Promise<Walk[]> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const hearth = await Child.start<Hearth>('./processes/hearth.ts', [folder]);
  const names = Array.from({ length: MEMBERS - 2 }, (_, at) => `member-${at}`);
  const [author = '', bot = ''] = await hearth.ask('people', 'author', 'helper', ...names);
  const url = await hearth.ask('listen');
  const call = callerOf(url, author);

  progress(`${ROOMS} rooms, ${MESSAGES} messages, ${MEMBERS} members`);
  await manyTimes(ROOMS, (number) => call('/v1/rooms', { title: `Room ${number}` }));
  const { id: roomId } = (await (await call('/v1/rooms', { title: 'The long one' })).json()) as { id: string };
  const join = (name: string) => call('/v1/memberships', { roomId, personEmail: `${name}@acme.example` });
  await manyTimes(MEMBERS - 1, (number) => join(['helper', ...names][number] ?? ''));
  const markdown = '<@personEmail:helper@acme.example> the build has passed';
  const root = (await (await call('/v1/messages', { roomId, markdown })).json()) as { id: string };
  await manyTimes(MESSAGES, (number) =>
    call('/v1/messages', { roomId, markdown, ...(number % 2 === 0 && { parentId: root.id }) }),
  );

  const asBot = callerOf(url, bot);
  const lists: [string, Call, string][] = [
    ['rooms', call, '/v1/rooms'],
    ['rooms by creation', call, '/v1/rooms?sortBy=created'],
    ['rooms by id', call, '/v1/rooms?sortBy=id'],
    ['own memberships', call, '/v1/memberships'],
    ['members of a room', call, `/v1/memberships?roomId=${roomId}`],
    ['messages of a room', call, `/v1/messages?roomId=${roomId}`],
    ['messages that mention me', asBot, `/v1/messages?roomId=${roomId}&mentionedPeople=me`],
    ['replies of a thread', call, `/v1/messages?roomId=${roomId}&parentId=${root.id}`],
  ];
  const walks: Walk[] = [];
  for (const [list, as, path] of lists) {
    progress(list);
    walks.push(await walked(list, as, path));
  }
  await hearth.ask('close');
  await hearth.end();
  return walks;
}

async function walked(list: string, call: Call, path: string): Promise<Walk> {
  const rounds: { pages: number; first: number; last: number }[] = [];
  await pagesOf(call, path);
  for (let round = 0; round < ROUNDS; round++) {
    const times = await pagesOf(call, path);
    // The last page of all may be a short one.
    const full = times.slice(0, -1);
    rounds.push({
      pages: times.length,
      first: percentile(full.slice(0, ENDS), 0.5),
      last: percentile(full.slice(-ENDS), 0.5),
    });
  }
  return {
    list,
    pages: rounds[0]?.pages ?? 0,
    first: spread(rounds.map(({ first }) => first)),
    last: spread(rounds.map(({ last }) => last)),
    ratio: spread(rounds.map(({ first, last }) => last / first)),
  };
}

/** ms that each page took. */
async function pagesOf(call: Call, path: string): Promise<number[]> {
  const times: number[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const began = performance.now();
    const response: Response = await call(next);
    await response.arrayBuffer();
    times.push(performance.now() - began);
    next = /<(.+)>/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return times;
}

async function manyTimes(count: number, work: (number: number) => Promise<Response>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await (await work(next++)).arrayBuffer();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

function callerOf(url: string, token: string): Call {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return async (path, body) => {
    const request = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers };
    const response = await fetch(new URL(path, url), request);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
}
