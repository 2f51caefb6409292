import { publicId } from '../../src/core/ids.ts';
import { type Name, people, personId, personUuid, type TestServer } from './server.ts';

/**
 * What `action` adds to the event log, a line for each event: `memberships/updated bob moderator`. Rooms are told by
 * their type, memberships by the member, messages by the author; then the flags that are set. An actor who is not whom
 * the event is about is named at the end.
 */
export async function logged(server: TestServer, action: () => Promise<unknown>): Promise<string[]> {
  const before = await read(server);
  await action();
  return (await read(server)).slice(before.length).map(line);
}

function read(server: TestServer) {
  return server.app.db.reader.query.selectFrom('events').selectAll().orderBy('id').execute();
}

function line({ resource, event, actorUuid, data }: Awaited<ReturnType<typeof read>>[number]): string {
  const facts = JSON.parse(data) as Record<string, unknown>;
  const about = resource === 'rooms' ? String(facts['type']) : nameOf(String(facts['personId']));
  const flags = Object.entries(flagWords).flatMap(([flag, word]) => (facts[flag] === true ? [word] : []));
  const actor = nameOf(publicId('PEOPLE', actorUuid));
  const by = resource === 'rooms' || actor === about ? [] : [`by ${actor}`];
  return [`${resource}/${event}`, about, ...flags, ...by].join(' ');
}

const flagWords = {
  isModerator: 'moderator',
  isRoomHidden: 'hidden',
  isLocked: 'locked',
  isAnnouncementOnly: 'announcement',
  isPublic: 'public',
};

function nameOf(id: string): string {
  return names.get(id) ?? id;
}
const names = new Map((Object.keys(people) as Name[]).map((name) => [personId(name), name]));

/** The number of rows of each table. */
export async function rowCounts(server: TestServer): Promise<Record<string, number>> {
  const { query } = server.app.db.reader;
  const counts: Record<string, number> = {};
  for (const { name } of await query.introspection.getTables()) {
    const { rows } = await query
      // The names come from the schema itself.
      .selectFrom(name as 'rooms')
      .select((eb) => eb.fn.countAll().as('rows'))
      .executeTakeFirstOrThrow();
    counts[name] = Number(rows);
  }
  return counts;
}

/** The internal key behind a name, for what the API has no call for. */
export async function personKey(server: TestServer, name: Name): Promise<number> {
  const row = await server.app.db.reader.query
    .selectFrom('people')
    .select('id')
    .where('uuid', '=', personUuid(name))
    .executeTakeFirstOrThrow();
  return row.id;
}
