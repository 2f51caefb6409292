import { beforeAll, expect, test } from 'vitest';
import {
  type AttachmentAction,
  ErrorBody,
  type Membership,
  type Message,
  type Webhook,
} from '../../src/contract/index.ts';
import { createToken } from '../../src/people/index.ts';
import { attachmentsOf } from './cards.ts';
import { personKey, rowCounts } from './log.ts';
import { nextOf } from './pages.ts';
import { raw, type RawAnswer, type RawRequest } from './raw.ts';
import { people, startServer, type Client, type TestServer } from './server.ts';

/** One request that is refused, and how. */
export interface Refusal {
  status: number;
  what: string;
  message: string | RegExp;
  send: (scene: Scene) => RawRequest;
  /** Of a 405: what is allowed. */
  allow?: string;
}

/** What there is to be wrong about: ids that Alice may use, and ids of Bob that she may not see. */
export interface Scene {
  room: string;
  message: string;
  reply: string;
  /** A message with a card, and a submission of it. */
  card: string;
  action: string;
  membership: string;
  webhook: string;
  direct: string;
  bobs: { room: string; message: string; card: string; action: string; membership: string; webhook: string };
  cursors: { rooms: string; people: string };
}

/** Tokens of Alice that are not what they should be. */
export const tokens = { expired: 'expired', withoutScopes: 'without-scopes' };

export const get = (path: string): RawRequest => ({ path });
export const remove = (path: string): RawRequest => ({ method: 'DELETE', path });
export const post = (path: string, body: unknown): RawRequest => write('POST', path, body);
export const put = (path: string, body: unknown): RawRequest => write('PUT', path, body);

/** JSON; a text is sent as it is, so that it can be none. */
function write(method: string, path: string, body: unknown): RawRequest {
  return typed('application/json', method, path, typeof body === 'string' ? body : JSON.stringify(body));
}

export function typed(type: string, method: string, path: string, body: string): RawRequest {
  return { method, path, headers: { 'content-type': type }, body };
}

/** The same request with another `Authorization`, or without one. */
export function under(authorization: string | undefined, request: RawRequest): RawRequest {
  return { ...request, headers: { ...request.headers, authorization } };
}

/**
 * A test for each row. Alice sends all of them to one server; each is answered in the one shape of errors (ERR-1…3),
 * and none leaves a trace in any table.
 */
export function testRefusals(rows: readonly Refusal[]): void {
  let answers: Map<Refusal, { answer: RawAnswer; before: object; after: object }>;

  beforeAll(async () => {
    const server = await startServer();
    const scene = await setScene(server);
    await server.settled();
    answers = new Map();
    for (const row of rows) {
      const before = await rowCounts(server);
      const answer = await raw(server.url, row.send(scene));
      answers.set(row, { answer, before, after: await rowCounts(server) });
    }
  }, 120_000);

  test.each(rows.map((row) => [`${row.status} ${row.what}`, row] as const))('%s', (_, row) => {
    const { answer, before, after } = answers.get(row) ?? expect.unreachable();
    const { status, headers } = answer;
    expect({ status, body: answer.body }).toMatchObject({ status: row.status });
    expect(headers['content-type']).toMatch(/^application\/json\b/);
    const body = ErrorBody.strict().parse(JSON.parse(answer.body));
    expect(body.message).toEqual(typeof row.message === 'string' ? row.message : expect.stringMatching(row.message));
    expect(body.errors[0]).toEqual({ description: body.message });
    expect(headers['trackingid']).toBe(body.trackingId);
    expect(headers.allow).toBe(row.allow);
    expect(after).toEqual(before);
  });

  test('no row is there twice', () => {
    const names = rows.map(({ status, what }) => `${status} ${what}`);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
  });
}

async function setScene(server: TestServer): Promise<Scene> {
  const [alice, bob] = [server.as('alice'), server.as('bob')];
  const { id: room } = await server.room('Demo', 'alice', 'bob');
  const say = (body: object) => alice.ok<Message>('POST', '/v1/messages', { text: 'x', ...body });
  const { id: message } = await say({ roomId: room });
  const { id: reply } = await say({ parentId: message });
  const [card, action] = await submitted(alice, room);
  const { roomId: direct } = await say({ toPersonEmail: people.bob.email });
  const memberships = await alice.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room}`);

  const bobsRoom = await server.room('Bob alone', 'bob');
  const [bobsCard, bobsAction] = await submitted(bob, bobsRoom.id);
  const bobsMemberships = await bob.ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${bobsRoom.id}`);
  const webhook = { name: 'w', targetUrl: 'http://127.0.0.1:9/', resource: 'rooms', event: 'updated' };

  const personId = await personKey(server, 'alice');
  const now = server.clock.now();
  await server.app.db.write(async (tx) => {
    await createToken(tx, { personId, now, token: tokens.expired, expiresAt: now });
    await createToken(tx, { personId, now, token: tokens.withoutScopes, scopes: ['spark:kms'] });
  });
  const cursorOf = async (path: string) => {
    const { headers } = await alice.get(path);
    return new URL(nextOf(headers) ?? '').searchParams.get('cursor') ?? '';
  };
  return {
    room,
    message,
    reply,
    card,
    action,
    direct,
    membership: memberships.items[0]?.id ?? '',
    webhook: (await alice.ok<Webhook>('POST', '/v1/webhooks', webhook)).id,
    bobs: {
      room: bobsRoom.id,
      message: (await bob.say(bobsRoom, 'x')).id,
      card: bobsCard,
      action: bobsAction,
      membership: bobsMemberships.items[0]?.id ?? '',
      webhook: (await bob.ok<Webhook>('POST', '/v1/webhooks', webhook)).id,
    },
    cursors: { rooms: await cursorOf('/v1/rooms?max=1'), people: await cursorOf('/v1/people?max=1') },
  };
}

async function submitted(client: Client, roomId: string): Promise<[card: string, action: string]> {
  const { id } = await client.ok<Message>('POST', '/v1/messages', { roomId, attachments: attachmentsOf() });
  const submission = { type: 'submit', messageId: id, inputs: { name: 'x' } };
  return [id, (await client.ok<AttachmentAction>('POST', '/v1/attachment/actions', submission)).id];
}
