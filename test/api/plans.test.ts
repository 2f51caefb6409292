import { sql, type CompiledQuery, type KyselyPlugin } from 'kysely';
import { expect, test } from 'vitest';
import { MembershipsQuery, RoomsQuery, TeamMembershipsQuery, TeamsQuery } from '../../src/contract/index.ts';
import type { Caller } from '../../src/core/caller.ts';
import { publicId } from '../../src/core/ids.ts';
import { compileStatement } from '../../src/db/database.ts';
import type { Database, Reader } from '../../src/db/index.ts';
import { listMemberships } from '../../src/memberships/list.ts';
import { listMembers } from '../../src/memberships/index.ts';
import { listMessages } from '../../src/messages/list.ts';
import { findRoomFor, findRoomToJoin, ownRoomsOfTeam, roomsOfTeam, type MemberView } from '../../src/rooms/index.ts';
import { listRooms } from '../../src/rooms/list.ts';
import { tabs } from '../../src/room-tabs/store.ts';
import { TeamService } from '../../src/teams/service.ts';
import { personUuid, startServer } from '../support/server.ts';

/** How lists and look-ups find their rows: by an index, however many rooms, members and teams there are. */

const caller = {
  personId: 1,
  orgId: 1,
  uuid: personUuid('alice'),
  email: 'alice@acme.example',
  roles: new Set(),
  scopes: new Set(['spark:all']),
} as unknown as Caller;
const team = publicId('TEAM', personUuid('bob'));
const room = publicId('ROOM', personUuid('bob'));

/** The plan of the last query that `ask` makes, and of each statement. */
async function plansOf(ask: (reader: Reader) => Promise<unknown>): Promise<string[][]> {
  const { reader } = (await startServer()).app.db;
  const asked: CompiledQuery[] = [];
  const listening: KyselyPlugin = {
    transformQuery({ node, queryId }) {
      asked.push(reader.query.getExecutor().compileQuery(node, queryId));
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const found = { id: 1, uuid: '', teamId: 1, isLocked: 0 } as never;
  await ask({
    ...reader,
    query: reader.query.withPlugin(listening),
    async all(statement) {
      asked.push(compileStatement(reader.query, statement));
      return [];
    },
    async first(statement) {
      asked.push(compileStatement(reader.query, statement));
      return found;
    },
  });
  const plans: string[][] = [];
  for (const query of asked) {
    const plan = sql<{ detail: string }>`explain query plan ${sql.raw(query.sql.replaceAll('?', '1'))}`;
    plans.push((await plan.execute(reader.query)).rows.map(({ detail }) => detail));
  }
  return plans;
}

const listTeams = (reader: Reader, cursor?: string) =>
  new TeamService({ db: { reader } as Database, log: {} as never, clock: {} as never, rooms: {} as never }).list(
    caller,
    { ...TeamsQuery.parse({}), cursor },
  );
const ownMemberships = (reader: Reader, query: object) =>
  listMemberships(reader, caller, MembershipsQuery.parse(query));
const messages = (reader: Reader, query: object) => {
  const inRoom = { id: 1, type: 'group' } as MemberView;
  return listMessages({ reader, caller, room: inRoom, rules: { allReachesBots: true } }, { max: 1, ...query });
};
const cursorOf = (...key: unknown[]) => Buffer.from(JSON.stringify(key)).toString('base64url');

const later = { cursor: cursorOf('messages', 1_000, 9) };
const message = personUuid('bob');
const me = { mentionedPeople: 'me' };

/** `sorts`: what belongs to one person or one team is put in order when it is asked for, and two pages of mentions. */
test.each<{ what: string; index: string; sorts?: boolean; ask: (reader: Reader) => Promise<unknown> }>([
  {
    what: 'your rooms',
    index: 'memberships_by_person',
    sorts: true,
    ask: (reader) => listRooms(reader, caller, RoomsQuery.parse({})),
  },
  {
    what: 'the rooms of a team',
    index: 'rooms_by_team',
    sorts: true,
    ask: (reader) => listRooms(reader, caller, RoomsQuery.parse({ teamId: team })),
  },
  {
    what: 'public rooms',
    index: 'rooms_made_public',
    ask: (reader) => listRooms(reader, caller, RoomsQuery.parse({ orgPublicSpaces: 'true' })),
  },
  {
    what: 'a later page of public rooms',
    index: 'rooms_made_public',
    ask: (reader) =>
      listRooms(
        reader,
        caller,
        RoomsQuery.parse({
          orgPublicSpaces: 'true',
          cursor: cursorOf('public rooms', 5, 5),
          from: '2016-07-19T12:00:00Z',
        }),
      ),
  },
  { what: 'your teams', index: 'memberships_by_person', ask: (reader) => listTeams(reader) },
  {
    what: 'a later page of your teams',
    index: 'memberships_by_person',
    ask: (reader) => listTeams(reader, cursorOf('teams', 5)),
  },
  {
    what: 'the members of a team',
    index: 'memberships_by_room',
    ask: (reader) => listMembers(reader, 1, TeamMembershipsQuery.parse({ teamId: team })),
  },
  {
    what: 'a later page of the members of a room',
    index: 'memberships_by_room',
    ask: (reader) =>
      listMemberships(reader, caller, MembershipsQuery.parse({ roomId: room, cursor: cursorOf('memberships', 5) })),
  },
  {
    what: 'your memberships',
    index: 'memberships_of_person (personId=?)',
    ask: (reader) => ownMemberships(reader, {}),
  },
  {
    what: 'a later page of your memberships',
    index: 'memberships_of_person (personId=? AND id>?)',
    ask: (reader) => ownMemberships(reader, { cursor: cursorOf('memberships', 5) }),
  },
  { what: 'messages', index: 'messages_by_room (roomId=?)', ask: (reader) => messages(reader, {}) },
  {
    what: 'a later page of messages',
    index: 'messages_by_room (roomId=? AND createdAt<?)',
    ask: (reader) => messages(reader, later),
  },
  {
    what: 'messages before a time',
    index: 'messages_by_room (roomId=? AND createdAt<?)',
    ask: (reader) => messages(reader, { before: '2026-01-01T00:00:00Z' }),
  },
  {
    what: 'a thread',
    index: 'messages_by_parent (roomId=? AND parentUuid=?)',
    ask: (reader) => messages(reader, { parentId: message }),
  },
  {
    what: 'a later page of a thread',
    index: 'messages_by_parent (roomId=? AND parentUuid=? AND createdAt<?)',
    ask: (reader) => messages(reader, { ...later, parentId: message }),
  },
  {
    what: 'mentions',
    index: 'mentions_by_room (roomId=? AND personId=?)',
    sorts: true,
    ask: (reader) => messages(reader, me),
  },
  {
    what: 'a later page of mentions',
    index: 'mentions_by_room (roomId=? AND personId=? AND (createdAt,messageId)<(?,?))',
    sorts: true,
    ask: (reader) => messages(reader, { ...me, ...later }),
  },
  {
    what: 'mentions in a thread',
    index: 'messages_by_parent (roomId=? AND parentUuid=?)',
    ask: (reader) => messages(reader, { ...me, parentId: message }),
  },
  { what: 'the tabs of a room', index: 'tabs_by_room', ask: (reader) => tabs.ofRoom(reader, 1) },
  { what: 'a tab', index: 'sqlite_autoindex_roomTabs_1', ask: (reader) => tabs.find(reader, 'x') },
  { what: 'every room of a team', index: 'rooms_by_team', ask: (reader) => roomsOfTeam(reader, 1, 1) },
  { what: 'those one is in', index: 'rooms_by_team', ask: (reader) => ownRoomsOfTeam(reader, 1, 1) },
  { what: 'your own room', index: 'sqlite_autoindex_rooms_1', ask: (reader) => findRoomFor(reader, 1, 'x') },
  {
    what: 'a room to join',
    index: 'sqlite_autoindex_rooms_1',
    ask: (reader) => findRoomToJoin(reader, caller, 'x'),
  },
])('an index finds $what', async ({ index, sorts = false, ask }) => {
  const plans = await plansOf(ask);
  expect(plans.length).toBeGreaterThan(0);
  for (const plan of plans) expect(plan.filter((step) => /^SCAN (?!CONSTANT|latest$)/.test(step))).toEqual([]);
  const last = plans.at(-1) ?? [];
  expect(last.join('\n')).toContain(index);
  expect(last.some((step) => step.includes('TEMP B-TREE'))).toBe(sorts);
});
