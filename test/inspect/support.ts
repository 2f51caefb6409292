import type { Explanation, Membership, Room } from '../../src/contract/index.ts';
import type { Name } from '../support/people-and-options.ts';
import { personId, type TestServer } from '../support/server.ts';

/** The newest event of this kind in the log, by its public id. */
export async function newestEvent(server: TestServer, resource: string, event: string): Promise<string> {
  const { uuid } = await server.app.db.reader.query
    .selectFrom('events')
    .select('uuid')
    .where('resource', '=', resource)
    .where('event', '=', event)
    .orderBy('id', 'desc')
    .executeTakeFirstOrThrow();
  return uuid;
}

export interface Question {
  webhookId: string;
  messageId?: string;
  eventId?: string;
}

export function explain(server: TestServer, question: Question, as: Name = 'alice'): Promise<Explanation> {
  return server.as(as).ok<Explanation>('GET', `/hearth/v1/explain?${new URLSearchParams({ ...question }).toString()}`);
}

export async function membershipOf(
  server: TestServer,
  room: Pick<Room, 'id'>,
  name: Name,
  as: Name,
): Promise<Membership> {
  const { items } = await server
    .as(as)
    .ok<{ items: Membership[] }>('GET', `/v1/memberships?roomId=${room.id}&personId=${personId(name)}`);
  const [membership] = items;
  if (!membership) throw new Error(`${name} is not in the room.`);
  return membership;
}
