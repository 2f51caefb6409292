import type { Caller } from '../../src/core/caller.ts';
import { derivedUuid } from '../../src/core/ids.ts';
import type { Database } from '../../src/db/index.ts';
import type { Random } from './random.ts';
import { PEOPLE, ROOMS } from './scenario.ts';

const organizations = [1, 2].map((id) => ({
  id,
  uuid: derivedUuid('organization', String(id)),
  displayName: String(id),
}));

/** The last one is a bot, the one before of another organization, the first an administrator and officer of the first. */
export const callers: readonly Caller[] = Array.from({ length: PEOPLE }, (_, at) => {
  const orgId = at === PEOPLE - 2 ? 2 : 1;
  return {
    personId: at + 1,
    uuid: derivedUuid('person', String(at)),
    email: `person${at}@example.com`,
    displayName: `Person ${at}`,
    type: at === PEOPLE - 1 ? 'bot' : 'person',
    orgId,
    orgUuid: organizations[orgId - 1]?.uuid ?? '',
    roles: new Set(at === 0 ? (['admin', 'compliance'] as const) : []),
    scopes: new Set(['spark:all', 'spark-admin:people_read', 'spark-compliance:events_read']),
    appKey: 'app',
    tokenExpiresAt: null,
  };
});

/** The last one is a 1:1 room. */
export const rooms = Array.from({ length: ROOMS }, (_, at) => ({
  id: at + 1,
  uuid: derivedUuid('room', String(at)),
  type: at === ROOMS - 1 ? ('direct' as const) : ('group' as const),
}));

/** Puts people and rooms in an empty store; who is in which room is drawn. */
export async function settle(db: Database, random: Random, createdAt: number): Promise<void> {
  await db.write(async ({ query }) => {
    await query
      .insertInto('organizations')
      .values(organizations.map((row) => ({ ...row, createdAt })))
      .execute();
    const people = callers.map(({ personId: id, uuid, orgId, type, email, displayName }) => {
      return { id, uuid, orgId, type, email, displayName, roles: '', createdAt, modifiedAt: createdAt };
    });
    await query.insertInto('people').values(people).execute();
    const flags = { isLocked: 0, isAnnouncementOnly: 0, isReadOnly: 0, isPublic: 0, madePublicAt: null } as const;
    const times = { createdAt, lastActivityAt: createdAt };
    await query
      .insertInto('rooms')
      .values(
        rooms.map(({ id, uuid, type }) => {
          const wrappedKey = new Uint8Array();
          return {
            id,
            uuid,
            type,
            title: '',
            description: null,
            creatorId: 1,
            ownerOrgId: 1,
            ...flags,
            ...times,
            wrappedKey,
          };
        }),
      )
      .execute();
    const memberships = rooms.flatMap(({ id: roomId }) =>
      callers
        .filter(() => random.chance(0.8))
        .map(({ personId }) => ({ roomId, personId, isModerator: 0 as const, isRoomHidden: 0 as const, createdAt })),
    );
    if (memberships.length > 0) await query.insertInto('memberships').values(memberships).execute();
  });
}
